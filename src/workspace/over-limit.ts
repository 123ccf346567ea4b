import type { Knex } from 'knex';
import { subscriptionState } from '../billing/subscription-state.ts';
import type { PlanTimes } from '../plan.ts';

/** How many workspaces and people a company's plan allows; null is no limit. */
export interface CompanyLimits {
  company_id: number;
  workspaces: number | null;
  members: number | null;
}

/** The limits of a company's plan at a moment. */
export function limitsAt(subscription: PlanTimes & { company_id: number }, at: Date): CompanyLimits {
  return { company_id: subscription.company_id, ...subscriptionState(subscription, at).limits };
}

/**
 * The workspaces that are over the limits of their companies' plans: kept, and closed until a plan grows or
 * others go. Nothing is stored, so that holds from the moment at which a plan changes.
 *
 * 1. The oldest workspaces stay open.
 * 2. Admins and then the oldest people stay; the workspaces of the others are closed with them.
 */
export async function listOverLimit(db: Knex, limits: CompanyLimits[]): Promise<number[]> {
  const limited = limits.filter(({ workspaces, members }) => workspaces !== null || members !== null);
  if (limited.length === 0) return [];
  const { rows } = await db.raw<{ rows: { id: number }[] }>(
    `with asked as (
       select * from json_to_recordset(?::json) as a(company_id bigint, workspaces int, members int)
     ), people as (
       select id, row_number() over (partition by company_id order by ${ORDER_OF_PEOPLE}) as place
       from users where company_id in (select company_id from asked) and deactivated_at is null
     ), spaces as (
       select id, company_id, owner_user_id, row_number() over (partition by company_id order by id) as place
       from workspaces where company_id in (select company_id from asked) and deleted_at is null
     )
     select spaces.id from spaces
     join asked on asked.company_id = spaces.company_id
     left join people on people.id = spaces.owner_user_id
     where spaces.place > asked.workspaces or people.place > asked.members
     order by spaces.id`,
    [JSON.stringify(limited)],
  );
  return rows.map(({ id }) => id);
}

/** Whoever keeps a company's account comes first, so a smaller plan never locks all admins out. */
const ORDER_OF_PEOPLE = `case role when 'admin' then 0 else 1 end, id`;

/** True when a workspace is over its company's limits, or the person who wants to use it is. */
export async function isOverLimit(
  db: Knex,
  limits: CompanyLimits,
  { workspaceId, userId }: { workspaceId: number; userId: number },
): Promise<boolean> {
  if ((await listOverLimit(db, [limits])).includes(workspaceId)) return true;
  if (limits.members === null) return false;
  const people = db('users')
    .where({ company_id: limits.company_id })
    .whereNull('deactivated_at')
    .orderByRaw(ORDER_OF_PEOPLE)
    .limit(limits.members)
    .select('id');
  const staying = await db.from(people.as('staying')).where('staying.id', userId).first<object | undefined>();
  return staying === undefined;
}
