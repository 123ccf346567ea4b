import { openStates, preparingStates, type CaseState } from '../case-states.ts';
import type { ProofTag } from '../defences/proof-tags.ts';
import type { FileKind } from './files/checked-file.ts';

/** The kinds that a person chooses from when adding a file. */
export const addedKinds = ['notice', 'screenshot', 'document', 'customer-answer'] as const;

/** The kinds of exhibits. A mail to the customer is added by sending it. */
export type ExhibitKind = (typeof addedKinds)[number] | 'customer-mail';

/** A file of a case, without its bytes. */
export interface Exhibit {
  id: number;
  dispute_id: number;
  company_id: number;
  /** The first round whose answer may contain it. */
  round: number;
  kind: ExhibitKind;
  /** The name under which it came; only shown, never used as a name of a file. */
  name: string;
  description: string;
  proves: ProofTag;
  file_kind: FileKind;
  /** Size of what is stored. */
  bytes: number;
  /** SHA-256 of what is stored, and of what was sent: they differ where a picture was rebuilt. */
  sha256: string;
  received_sha256: string;
  width: number | null;
  height: number | null;
  pages: number | null;
  /** The text of a mail. */
  text: string | null;
  /** The mail of the outbox that it is a copy of, and its state there. */
  mail_id: number | null;
  mail_state: string | null;
  added_at: Date;
  added_by: number;
  added_by_name: string;
  withdrawn_at: Date | null;
  withdrawn_by_name: string | null;
  withdrawn_reason: string | null;
}

/** A name of at most 16 ASCII characters before the ending: stricter channels take no other. */
export function exhibitFileName({ id, file_kind: kind }: Pick<Exhibit, 'id' | 'file_kind'>): string {
  return `exhibit-${String(id)}.${kind === 'jpeg' ? 'jpg' : kind}`;
}

/**
 * The round for which something added now counts: the present one until its package is fixed, afterwards the
 * next. Null when the case has ended.
 */
export function roundForNew({ state, round }: { state: CaseState; round: number }): number | null {
  if (preparingStates.includes(state)) return round;
  return openStates.includes(state) ? round + 1 : null;
}

/** Whether an exhibit may still be withdrawn: no package that was fixed or sent has it. */
export function canWithdraw(
  exhibit: Pick<Exhibit, 'round' | 'withdrawn_at'>,
  { state, round }: { state: CaseState; round: number },
): boolean {
  const first = roundForNew({ state, round });
  return exhibit.withdrawn_at === null && first !== null && exhibit.round >= first;
}
