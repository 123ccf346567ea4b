import type { Network } from '../networks.ts';
import type { ReasonFamily } from '../reasons/reason-families.ts';
import type { FactRecord } from '../facts/fact-record.ts';
import type { PieceId } from './piece-ids.ts';
import type { ProofTag } from './proof-tags.ts';

/** `needs_action`: somebody can still get it. `not_available`: nobody can any more, or there is none. */
export type PieceState = 'ready' | 'needs_action' | 'not_available';

/** A piece of evidence that a defence asks for. */
export interface Piece {
  id: PieceId;
  state: PieceState;
  proves: ProofTag;
  /** The record that it is; more of them in `records`. Null unless it is ready. */
  record: FactRecord | null;
  records: FactRecord[];
  /** The page on which it can be got; absent where it is got outside of the product. */
  actionUrl?: string;
}

/** Pieces that only count together: at least `needs` of them have to be ready. 0: they only support. */
export interface PieceGroup {
  pieces: Piece[];
  needs: number;
  counts: boolean;
}

/** A way to answer a claim. */
export interface Defence {
  id: string;
  /** Every group counts. */
  satisfied: boolean;
  groups: PieceGroup[];
}

/** A fact that speaks against us. `serious`: nothing should be sent before a person has looked at it. */
export interface AgainstFact {
  id: string;
  record: FactRecord;
  records: FactRecord[];
  severity: 'note' | 'warning' | 'serious';
}

/** The defences against a claim, the strongest first, and the facts against us, the serious ones first. */
export interface Assessment {
  defences: Defence[];
  against: AgainstFact[];
}

/** The case that a payment is assessed for. Each value is null where no bank has told it. */
export interface AssessedCase {
  family: ReasonFamily;
  network: Network | null;
  code: string | null;
  dispute_id?: number;
  /** Disputed, in minor units; left out or null: all that was charged. */
  amount_minor?: number | null;
  /** The words of the customer. */
  claim?: string | null;
  /** The case has ended: nothing can be answered any more. */
  is_closed?: boolean;
  /** Days of the dispute at the network, YYYY-MM-DD. */
  submitted_on?: string | null;
  processed_on?: string | null;
  /** The day on which we were told, YYYY-MM-DD. */
  received_on?: string | null;
  /** Files that people added, by what each proves. */
  exhibits: readonly { id: number; proves: ProofTag }[];
}
