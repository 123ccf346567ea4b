import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../db/keyset.ts';
import type { RuleName } from './rules/rule-settings.ts';

/** An alert in a list. */
export interface AlertEntry {
  id: number;
  user_id: number | null;
  person: string | null;
  actor: string | null;
  event_at: Date;
  rules: RuleName[];
  is_serious: boolean;
  ip_address: string | null;
  country: string | null;
  country_data_from: Date | null;
  browser: string | null;
  is_mailed: boolean;
  reported_at: Date | null;
  /** The open or closed incident about it. Null when there is none. */
  incident_id: number | null;
}

/** The alerts of a company, newest first; of one person, or with one rule, when asked. */
export async function listAlerts(
  db: Knex,
  input: { companyId: number; userId: number | null; rule: RuleName | null; size?: number; cursor: Cursor },
): Promise<Page<AlertEntry>> {
  const query = selectAlerts(db).where('alerts.company_id', input.companyId);
  if (input.userId !== null) void query.where('alerts.user_id', input.userId);
  if (input.rule !== null) void query.whereRaw('?::text = any(alerts.rules)', [input.rule]);
  const order: KeysetOrder = {
    keys: ['alerts.id'],
    direction: 'desc',
    startsAmong: db('alerts').where('alerts.company_id', input.companyId),
    size: input.size ?? PAGE_SIZE,
  };
  return readPage<AlertEntry>(db, query, order, input.cursor);
}

/** Alerts are rare: a page with more of them than this would say nothing. */
const ALERTS_MAX = 50;

/** The alerts of a company about one account between two times, oldest first. */
export async function listAlertsBetween(
  db: Knex,
  input: { companyId: number; userId: number | null; from: Date; to: Date },
): Promise<AlertEntry[]> {
  return selectAlerts(db)
    .where('alerts.company_id', input.companyId)
    .whereRaw('alerts.user_id is not distinct from ?', [input.userId])
    .where('alerts.event_at', '>=', input.from)
    .where('alerts.event_at', '<', input.to)
    .orderBy(['alerts.event_at', 'alerts.id'])
    .limit(ALERTS_MAX)
    .then((rows) => rows as AlertEntry[]);
}

/** The alerts about one account since a time, newest first. */
export async function listOwnAlerts(db: Knex, input: { userId: number; since: Date }): Promise<AlertEntry[]> {
  return selectAlerts(db)
    .where('alerts.user_id', input.userId)
    .where('alerts.event_at', '>', input.since)
    .orderBy([
      { column: 'alerts.event_at', order: 'desc' },
      { column: 'alerts.id', order: 'desc' },
    ])
    .limit(ALERTS_MAX)
    .then((rows) => rows as AlertEntry[]);
}

function selectAlerts(db: Knex): Knex.QueryBuilder {
  return db('alerts')
    .leftJoin('users as person', 'person.id', 'alerts.user_id')
    .leftJoin('users as actor', 'actor.id', 'alerts.actor_user_id')
    .leftJoin('incidents', 'incidents.alert_id', 'alerts.id')
    .select([
      'alerts.id',
      'alerts.user_id',
      'person.full_name as person',
      'actor.full_name as actor',
      'alerts.event_at',
      'alerts.rules',
      'alerts.is_serious',
      'alerts.ip_address',
      'alerts.country',
      'alerts.country_data_from',
      'alerts.browser',
      db.raw('alerts.report_token_hash is not null as is_mailed'),
      'alerts.reported_at',
      'incidents.id as incident_id',
    ]);
}
