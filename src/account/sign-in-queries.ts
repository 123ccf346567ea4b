import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type KeysetOrder, type Page } from '../db/keyset.ts';
import { nearCursor, type TimedCursor } from '../db/timed-cursor.ts';

/** A sign-in of a person, one that was refused, or the lock that followed. */
export interface SignInEntry {
  id: number;
  timestamp: Date;
  action_type: 'login' | 'account_locked';
  success: boolean;
  ip_address: string | null;
  user_agent: string | null;
  error_message: string | null;
  /** `password`, `registration`, `invitation`, and whatever ways come later; null in older rows. */
  method: string | null;
  /** One of `signInFactors`; null when the person had no second factor. */
  factor: string | null;
  is_new_device: boolean | null;
  /** Attempts that this row stands for. */
  attempts: number;
}

const TIME = 'audit_logs.timestamp';

/** The sign-ins of a person since `since`, with those that were refused, newest first. */
export async function listSignIns(
  db: Knex,
  input: { userId: number; since: Date; cursor: TimedCursor },
): Promise<Page<SignInEntry>> {
  const ofPerson = (): Knex.QueryBuilder =>
    db('audit_logs')
      .where('audit_logs.user_id', input.userId)
      .where(TIME, '>=', input.since)
      .whereIn('audit_logs.action_type', ['login', 'account_locked']);
  const order: KeysetOrder = {
    keys: [TIME, 'audit_logs.id'],
    direction: 'desc',
    startsAmong: nearCursor(ofPerson(), TIME, input.cursor),
    size: PAGE_SIZE,
  };
  return readPage<SignInEntry>(db, ofPerson().select(columns(db)), order, input.cursor);
}

function columns(db: Knex): (string | Knex.Raw)[] {
  return [
    'audit_logs.id',
    'audit_logs.timestamp',
    'audit_logs.action_type',
    'audit_logs.success',
    'audit_logs.ip_address',
    'audit_logs.user_agent',
    'audit_logs.error_message',
    db.raw("audit_logs.details ->> 'method' as method"),
    db.raw("audit_logs.details ->> 'factor' as factor"),
    db.raw("(audit_logs.details ->> 'new_device')::boolean as is_new_device"),
    db.raw("coalesce((audit_logs.details ->> 'attempts')::int, 1) as attempts"),
  ];
}
