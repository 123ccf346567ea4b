import type { FactRecord } from './fact-record.ts';

/** A value that the database has to confirm. */
export type FactClaim =
  /** A column of a record has this value. */
  | { record: FactRecord; column: string; value: string | number | Date }
  /** A column of a record, such as a list or an answer of the gateway, has this text in it. */
  | { record: FactRecord; column: string; contains: string }
  /** So much is found anew among the rows about the payment; null: none. */
  | { found: FoundName; value: number | Date | null };

/** Values that come from many rows, or from the absence of any. */
export type FoundName =
  | 'sessions'
  | 'person_minutes'
  | 'payer_sessions'
  | 'payer_person_minutes'
  | 'last_use_at'
  | 'first_use_at'
  | 'sessions_after_cancellation'
  | 'sign_ins'
  | 'cancellations_before'
  | 'promised_refunds'
  | 'refunded_minor'
  | 'neighbours'
  | 'faults'
  | 'earlier_payments';
