import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { subscriptionState } from '../billing/subscription-state.ts';
import { NotFound } from '../errors.ts';
import { findMemberForUpdate, type Member } from '../auth/queries.ts';
import { countActiveMembers } from './queries.ts';
import { findPlanTimes } from '../billing/queries.ts';

/**
 * Makes changes to the people of a company happen one after the other. Every operation that counts admins or
 * places holds this lock until the end of the transaction. Throws `NotFound` for an unknown company.
 */
export async function lockCompany(trx: Knex.Transaction, companyId: number): Promise<void> {
  // The lock is "no key update": rows that refer to the company, audit rows above all, need not wait.
  const row = await trx('companies')
    .where({ id: companyId })
    .forNoKeyUpdate()
    .first<{ id: number } | undefined>('id');
  if (row === undefined) throw new NotFound();
}

/**
 * Locks a company and one of its people. Throws `NotFound` for a person of another company, as for one who
 * does not exist.
 */
export async function lockMember(
  trx: Knex.Transaction,
  input: { companyId: number; userId: number },
): Promise<Member> {
  await lockCompany(trx, input.companyId);
  const member = await findMemberForUpdate(trx, input);
  if (member === undefined) throw new NotFound();
  return member;
}

/**
 * True when this person is the only active admin of the (locked) company. Without an admin nobody could let
 * people in or pay.
 */
export async function isLastAdmin(
  trx: Knex.Transaction,
  companyId: number,
  member: Member,
): Promise<boolean> {
  if (member.role !== 'admin' || member.deactivated_at !== null) return false;
  return (await countActiveMembers(trx, companyId, 'admin')) <= 1;
}

/** True when the plan of the (locked) company has room for one more beside `places` taken ones. */
export async function hasRoom(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { companyId: number; places: number },
): Promise<boolean> {
  const times = await findPlanTimes(trx, input.companyId);
  if (times === undefined) throw new Error(`Bug! Company ${String(input.companyId)} has no subscription`);
  const { members } = subscriptionState(times, context.at).limits;
  return members === null || input.places < members;
}
