import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { AuditReason } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { assignHost } from './assign-host.ts';
import { companyPerson, visibilityOf, workspaceDetails } from '../company-person.ts';
import { findCompanyPlan } from '../company-plan.ts';
import { isOverLimit } from '../over-limit.ts';
import { createToken } from '../workspace-cookie.ts';
import { portLabel } from '../port-label.ts';
import { findHost } from '../find-host.ts';
import { findWorkspace } from '../queries.ts';
import { sessionKey } from '../sessions/start-session.ts';

/**
 * A browser follows a redirect at once; what is found later in a log opens nothing. For the entry, and then
 * for its ticket.
 */
export const ENTRY_SECONDS = 30;

type EntryOutcome =
  | { ok: true; label: string; entry: string }
  | { ok: false; reason: 'subscription-lapsed' | 'over-limit' | 'no-address' };

/**
 * Begins the way of this browser session into a workspace, or to one of its ports. With the entry, which is
 * good for 30 seconds at the workspace's host, the browser gets there what `bindTicket` needs to make a
 * ticket. Refuses when the subscription has lapsed, when the plan has no room for the workspace, or when the
 * port has no address, and throws `NotFound` for a workspace that the person may not see. An entry and a
 * refusal leave an audit row.
 */
export async function beginEntry(
  db: Knex,
  context: RequestContext,
  input: {
    workspaceId: number;
    isAdmin: boolean;
    /** Null: the workspace itself. */
    port: number | null;
    isReserved(label: string): boolean;
  },
): Promise<EntryOutcome> {
  const person = companyPerson(context, input);
  const { companyId, userId } = person;
  const { workspaceId, port, isReserved } = input;
  const { browserSessionHash } = sessionKey(context, { workspaceId, accessMethod: 'web' });
  return db.transaction(async (trx): Promise<EntryOutcome> => {
    const workspace = await findWorkspace(trx, { ...visibilityOf(person), workspaceId, lockTo: 'keep' });
    if (workspace === undefined) throw new NotFound();
    const details = workspaceDetails(workspace, person);
    const plan = await findCompanyPlan(trx, { companyId, at: context.at });
    const isOver = await isOverLimit(trx, plan.limits, { workspaceId, userId });
    if (plan.isLapsed || isOver) {
      const reason = plan.isLapsed ? 'subscription-lapsed' : 'over-limit';
      await log(trx, context, { workspaceId, details, reason });
      return { ok: false, reason };
    }
    const own = await assignHost(trx, context, { workspaceId, companyId, isReserved });
    const label = port === null ? own : await addressOfPort(trx, { own, port, isReserved });
    if (label === null) {
      await log(trx, context, { workspaceId, details, reason: 'no-address' });
      return { ok: false, reason: 'no-address' };
    }
    const { token, hash } = createToken();
    await trx('workspace_tickets').insert({
      token_hash: hash,
      workspace_id: workspaceId,
      company_id: companyId,
      user_id: userId,
      browser_session_id: browserSessionHash,
      port,
      created_at: context.at,
      expires_at: new Date(context.at.getTime() + ENTRY_SECONDS * 1000),
    });
    await log(trx, context, { workspaceId, details: { ...details, host: label } });
    return { ok: true, label, entry: token };
  });
}

/** Null when it would be too long, or is the app's own, or was given to another workspace long ago. */
async function addressOfPort(
  trx: Knex,
  { own, port, isReserved }: { own: string; port: number; isReserved(label: string): boolean },
): Promise<string | null> {
  const label = portLabel(own, port);
  if (label === null || isReserved(label)) return null;
  return (await findHost(trx, label))?.port === port ? label : null;
}

async function log(
  trx: Knex,
  context: RequestContext,
  {
    workspaceId,
    details,
    reason,
  }: { workspaceId: number; details: Record<string, unknown>; reason?: AuditReason },
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action: 'workspace_entry_granted',
    success: reason === undefined,
    resourceType: 'workspace',
    resourceId: workspaceId,
    details,
    ...(reason === undefined ? {} : { errorMessage: reason }),
  });
}
