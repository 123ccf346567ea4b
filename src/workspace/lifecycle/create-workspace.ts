import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockCompany } from '../../people/company-lock.ts';
import { isUniqueViolation } from '../../errors.ts';
import { companyPerson } from '../company-person.ts';
import { findFreePort } from './free-port.ts';
import { findCompanyPlan } from '../company-plan.ts';

export type CreateOutcome =
  | { ok: true; workspaceId: number }
  | { ok: false; reason: 'subscription-lapsed' | 'plan-limit' | 'name-taken' | 'no-free-port' };

interface CreateInput {
  name: string;
  /** The range that ports are given from, both ends included. */
  ports: { min: number; max: number };
}

/**
 * Creates a workspace of the signed-in person on the lowest free port. Refuses when the subscription has
 * lapsed, the plan's number of workspaces is reached, the company uses the name already (in capital letters
 * or not), or no port is free. Each refusal leaves an audit row.
 */
export async function createWorkspace(
  db: Knex,
  context: RequestContext,
  input: CreateInput,
): Promise<CreateOutcome> {
  const outcome = await insertWorkspace(db, context, input);
  if (!outcome.ok) {
    if (outcome.reason === 'no-free-port')
      context.log.error({ range: input.ports }, 'no workspace port is free');
    await AuditLogger.logWorkspaceCreate(db, context, {
      success: false,
      details: { name: input.name },
      reason: outcome.reason,
    });
  }
  return outcome;
}

async function insertWorkspace(
  db: Knex,
  context: RequestContext,
  input: CreateInput,
): Promise<CreateOutcome> {
  const { userId, companyId } = companyPerson(context, { isAdmin: false });
  try {
    return await db.transaction(async (trx): Promise<CreateOutcome> => {
      // The lock lets one creation at a time run in a company: otherwise two that count at the same time both
      // find room for one more.
      await lockCompany(trx, companyId);
      const plan = await findCompanyPlan(trx, { companyId, at: context.at });
      if (plan.isLapsed) return { ok: false, reason: 'subscription-lapsed' };
      if (plan.isFull) return { ok: false, reason: 'plan-limit' };
      const port = await findFreePort(trx, input.ports);
      if (port === undefined) return { ok: false, reason: 'no-free-port' };
      const [row] = await trx('workspaces')
        .insert({
          company_id: companyId,
          owner_user_id: userId,
          name: input.name,
          port,
          created_at: context.at,
        })
        .returning<{ id: number }[]>('id');
      if (row === undefined) throw new Error('Bug! a workspace was inserted without an id');
      await AuditLogger.logWorkspaceCreate(trx, context, {
        success: true,
        workspaceId: row.id,
        details: { name: input.name, port },
      });
      return { ok: true, workspaceId: row.id };
    });
  } catch (error) {
    if (isUniqueViolation(error, 'uq_workspaces_name')) return { ok: false, reason: 'name-taken' };
    throw error;
  }
}
