import type { FactRecord } from './fact-record.ts';

/** A sign-in of the payer. */
export interface SignInFact {
  record: FactRecord;
  at: Date;
  email: string;
  ip_address: string | null;
  user_agent: string | null;
  method: string | null;
  factor: string | null;
}

/**
 * A workspace session that has ended, with its part in the time that the payment bought. A colleague's bears
 * no address. Minutes are whole ones, rounded down.
 */
export interface SessionFact {
  record: FactRecord;
  workspace_id: number;
  is_payer: boolean;
  started_at: Date;
  ended_at: Date;
  proven_seconds: number;
  at_most_seconds: number;
  proven_minutes: number;
  at_most_minutes: number;
  access_method: string;
  ip_address: string | null;
  user_agent: string | null;
}

/** Something that speaks of somebody else in the account. */
export interface WarningFact {
  record: FactRecord;
  kind:
    'password_reset' | 'email_changed' | 'new_device' | 'alert' | 'reported' | 'secured' | 'failed_sign_ins';
  at: Date;
  detail: string | null;
}

/** A workspace that did not start for the payer's company in the period. */
export interface FaultFact {
  record: FactRecord;
  at: Date;
  action: string;
  reason: string | null;
}

/**
 * The use in the paid time over its ended sessions; minutes of the whole, rounded down. Those of sessions are
 * added up; those of people count somebody who was in two sessions at once once, and only they are claimed.
 */
export interface UseFact {
  sessions: number;
  proven_minutes: number;
  at_most_minutes: number;
  person_proven_minutes: number;
  person_at_most_minutes: number;
  first_at: Date | null;
  last_at: Date | null;
}
