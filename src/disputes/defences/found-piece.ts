import type { Ce3Decision } from '../ce3/ce3-decision.ts';
import type { Ce3Rules } from '../ce3/ce3-input.ts';
import type { FactRecord } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { AssessedCase, PieceState } from './assessment.ts';

/** All that a piece is found in. */
export interface PieceContext extends AssessedCase {
  facts: PaymentFacts;
  /** Null unless Visa's rule about the history of a card applies. */
  ce3: Ce3Decision | null;
  rules: Ce3Rules;
}

/** A piece as the stored facts have it. */
export interface FoundPiece {
  state: PieceState;
  records: FactRecord[];
  /** A file that a person adds can take its place. */
  byExhibit: boolean;
  actionUrl?: string;
}

/** The records that a piece consists of; without any there is none, and none can be got. */
export function ready(...records: (FactRecord | null | undefined)[]): FoundPiece {
  const found = records.filter((record) => record !== null && record !== undefined);
  return found.length === 0 ? missing() : { state: 'ready', records: found, byExhibit: false };
}

/** So many records at most stand for one piece: the rest is in the lists of the package. */
const RECORDS_MAX = 50;

/** The records of the first facts, as many as stand for one piece. */
export function firstRecords(facts: readonly { record: FactRecord }[]): FactRecord[] {
  return facts.slice(0, RECORDS_MAX).map(({ record }) => record);
}

/** A piece that does not exist and cannot be made afterwards. */
export function missing(): FoundPiece {
  return { state: 'not_available', records: [], byExhibit: false };
}

/** Something that somebody outside has: the bank, the gateway or the customer. A file of it counts. */
export function askedFor(): FoundPiece {
  return { state: 'needs_action', records: [], byExhibit: true };
}

/** Something that operators can see to on a page of the product. */
export function toDo(actionUrl: string): FoundPiece {
  return { state: 'needs_action', records: [], byExhibit: false, actionUrl };
}

/** The records when something holds, else `otherwise`. */
export function when(holds: boolean, records: FactRecord[], otherwise: FoundPiece = missing()): FoundPiece {
  return holds ? ready(...records) : otherwise;
}
