import type { Knex } from 'knex';
import { actionNames } from '../audit/actions.ts';
import { namedAuditRecord, type AuditEntryRow } from '../audit/audit-record.ts';
import { normaliseEmail } from '../auth/normalise-email.ts';
import { PAGE_SIZE, readPage, type KeysetOrder, type Page } from '../db/keyset.ts';
import { readByMonths } from '../db/month-windows.ts';
import { nearCursor, type TimedCursor } from '../db/timed-cursor.ts';
import { selectRecord } from '../record-fields.ts';
import { actionGroups, isActionGroup } from './audit-action-groups.ts';
import type { AuditFilterQuery } from './input.ts';

/** The column by which the table is partitioned. */
const TIME = 'audit_logs.timestamp';

/** The part of the audit trail to show; null is no limit. */
export interface AuditFilter extends Omit<AuditFilterQuery, 'user'> {
  userId: number | null;
}

/** No limit at all. */
export const everything: AuditFilter = {
  userId: null,
  action: null,
  result: null,
  resource_type: null,
  resource_id: null,
  ip: null,
  from: null,
  to: null,
};

/**
 * A page of a company's audit trail, newest first. Its cost depends neither on the depth of the page nor on
 * the number of months.
 */
export async function listAuditRows(
  db: Knex,
  input: { companyId: number; filter: AuditFilter; cursor: TimedCursor },
): Promise<Page<AuditEntryRow>> {
  const order: KeysetOrder = {
    keys: [TIME, 'audit_logs.id'],
    direction: 'desc',
    startsAmong: nearCursor(
      db('audit_logs').where('audit_logs.company_id', input.companyId),
      TIME,
      input.cursor,
    ),
    size: PAGE_SIZE,
    read: (page) => readByMonths({ ...page, column: TIME, to: input.filter.to }),
  };
  return readPage<AuditEntryRow>(db, filtered(db, input), order, input.cursor);
}

/** All rows of a company's audit trail that fit the filter, newest first, for a stream. */
export function allAuditRows(db: Knex, input: { companyId: number; filter: AuditFilter }): Knex.QueryBuilder {
  return filtered(db, input).orderBy([
    { column: 'audit_logs.timestamp', order: 'desc' },
    { column: 'audit_logs.id', order: 'desc' },
  ]);
}

/** The newest rows of a company, or of one person in it. */
export async function listNewestAuditRows(
  db: Knex,
  input: { companyId: number; userId: number | null; limit: number },
): Promise<AuditEntryRow[]> {
  const { companyId, userId, limit } = input;
  const query = allAuditRows(db, { companyId, filter: { ...everything, userId } });
  const newest = { query, column: TIME, startKey: undefined, isDescending: true, limit };
  return (await readByMonths(newest)) as AuditEntryRow[];
}

/** How many times a person signed in and how many times a sign-in was refused. */
export async function countSignIns(
  db: Knex,
  input: { companyId: number; userId: number },
): Promise<{ successful: number; failed: number }> {
  return db('audit_logs')
    .where({ company_id: input.companyId, user_id: input.userId, action_type: 'login' })
    .select(db.raw('count(*) filter (where success) as successful'))
    .select(db.raw('count(*) filter (where not success) as failed'))
    .first<{ successful: number; failed: number }>();
}

/**
 * The number of the person whom an admin names by e-mail address or number: a person of the company, or an
 * operator in its trail. For anybody else the answer is undefined, as for an address that does not exist.
 */
export async function findPersonInTrail(
  db: Knex,
  input: { companyId: number; emailOrId: string },
): Promise<number | undefined> {
  const { companyId, emailOrId } = input;
  const isId = /^[1-9]\d{0,14}$/.test(emailOrId);
  const person = await db('users')
    .where(isId ? { id: Number(emailOrId) } : { email: normaliseEmail(emailOrId) })
    .first<{ id: number; company_id: number | null } | undefined>('id', 'company_id');
  if (person?.company_id === companyId) return person.id;
  // The query also runs when there is no such person: a faster answer would tell who has an account
  // elsewhere. The question is about an operator alone: to look for somebody else would take as long as
  // their own trail is, and tell it as well.
  const operatorId = person?.company_id === null ? person.id : 0;
  const inTrail = await db('audit_logs')
    .where({ company_id: companyId, user_id: operatorId })
    .first<{ user_id: number } | undefined>('user_id');
  return inTrail?.user_id;
}

function filtered(
  db: Knex,
  { companyId, filter }: { companyId: number; filter: AuditFilter },
): Knex.QueryBuilder {
  const { userId, action, result, resource_type, resource_id, ip, from, to } = filter;
  return db('audit_logs')
    .leftJoin('users', 'users.id', 'audit_logs.user_id')
    .where('audit_logs.company_id', companyId)
    .modify((query) => {
      if (userId !== null) void query.where('audit_logs.user_id', userId);
      if (action !== null) whereAction(query, action);
      if (result === 'success') void query.whereRaw('audit_logs.success');
      if (result === 'failure') void query.whereRaw('not audit_logs.success');
      if (resource_type !== null) void query.where('audit_logs.resource_type', resource_type);
      if (resource_id !== null) void query.where('audit_logs.resource_id', resource_id);
      if (ip !== null) void query.where('audit_logs.ip_address', ip);
      if (from !== null) void query.where('audit_logs.timestamp', '>=', from);
      if (to !== null) void query.where('audit_logs.timestamp', '<', to);
    })
    .select(selectRecord(db, 'audit_logs', namedAuditRecord));
}

/**
 * A group is searched by its actions, so that the index on them is used. The group of staff is searched by
 * the actor.
 */
function whereAction(query: Knex.QueryBuilder, action: NonNullable<AuditFilter['action']>): void {
  const actions = isActionGroup(action) ? actionGroups[action] : [action];
  void query.whereIn('audit_logs.action_type', actions.flatMap(actionNames));
  if (action === 'staff') void query.where('audit_logs.actor_type', 'operator');
}
