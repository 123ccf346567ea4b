import type { Knex } from 'knex';
import { HOUR_MS } from '../../durations.ts';
import { recordOf } from './fact-record.ts';
import type { OrderFact } from './order-facts.ts';
import type { WarningFact } from './use-facts.ts';

/** Signs of a takeover count when they lie so shortly before a payment (the sheets name no number). */
const WARNING_HOURS = 72;

/** Refused attempts before a payment that are more than a person's own slips. */
const FAILURES = 4;

const kinds: Record<string, WarningFact['kind']> = {
  password_reset_finished: 'password_reset',
  email_changed: 'email_changed',
  alert_reported: 'reported',
  account_secured: 'secured',
  login: 'new_device',
};

/** Signs of somebody else in the payer's account shortly before the payment, oldest first. */
export async function readWarnings(db: Knex, order: OrderFact): Promise<WarningFact[]> {
  const from = new Date(order.created_at.getTime() - WARNING_HOURS * HOUR_MS);
  const rows = await db('audit_logs')
    .where('audit_logs.user_id', order.user_id)
    .whereIn('audit_logs.action_type', Object.keys(kinds))
    .whereBetween('audit_logs.timestamp', [from, order.created_at])
    .orderBy(['audit_logs.timestamp', 'audit_logs.id'])
    .select<AuditRow[]>([
      'audit_logs.id',
      'audit_logs.timestamp',
      'audit_logs.action_type',
      'audit_logs.success',
      db.raw("audit_logs.details ->> 'method' as method"),
      db.raw("audit_logs.details -> 'new_device' as is_new"),
    ]);
  const alerts = await db('alerts')
    .where({ 'alerts.user_id': order.user_id, 'alerts.is_serious': true })
    .whereBetween('alerts.event_at', [from, order.created_at])
    .orderBy('alerts.id')
    .select<{ id: number; event_at: Date; rules: string[] }[]>([
      'alerts.id',
      'alerts.event_at',
      'alerts.rules',
    ]);
  const found = [
    ...rows.flatMap(warningOf),
    ...failures(rows),
    ...alerts.map(({ id, event_at, rules }): WarningFact => {
      return { record: recordOf('alert', id), kind: 'alert', at: event_at, detail: rules.join(', ') };
    }),
  ];
  return found.sort((one, other) => one.at.getTime() - other.at.getTime());
}

interface AuditRow {
  id: number;
  timestamp: Date;
  action_type: string;
  success: boolean;
  method: string | null;
  is_new: boolean | null;
}

/** The first sign-in of an account is always from a new browser, so it is no sign. */
const FIRST = ['registration', 'invitation'];

function warningOf({ id, timestamp: at, action_type, success, method, is_new }: AuditRow): WarningFact[] {
  const kind = kinds[action_type];
  if (kind === undefined || !success) return [];
  if (kind === 'new_device' && (is_new !== true || FIRST.includes(method ?? ''))) return [];
  return [{ record: recordOf('audit_log', id), kind, at, detail: method }];
}

function failures(rows: readonly AuditRow[]): WarningFact[] {
  const refused = rows.filter(({ action_type, success }) => action_type === 'login' && !success);
  const last = refused.at(-1);
  if (last === undefined || refused.length < FAILURES) return [];
  const record = recordOf('audit_log', last.id);
  return [{ record, kind: 'failed_sign_ins', at: last.timestamp, detail: String(refused.length) }];
}
