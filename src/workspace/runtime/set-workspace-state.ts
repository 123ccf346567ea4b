import type { Knex } from 'knex';
import type { AuditAction } from '../../audit/actions.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockCompany } from '../../people/company-lock.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf, workspaceDetails, type CompanyPerson } from '../company-person.ts';
import { findCompanyPlan } from '../company-plan.ts';
import { isOverLimit } from '../over-limit.ts';
import { countWantedRunning, findRuntimeWorkspace, findWorkspace, type Workspace } from '../queries.ts';
import type { Confinement, StartOutcome, WorkspaceRuntime } from '../runtime-types.ts';
import type { ResourceLimits } from '../sandbox/resource-limits.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

/** The acts on the program of a workspace. */
export type WorkspaceAct = 'start' | 'stop' | 'restart';

type Refusal =
  | Exclude<StartOutcome, { ok: true }>['reason']
  | 'subscription-lapsed'
  | 'plan-limit'
  | 'over-limit'
  | 'cannot-stop';
export type SetStateOutcome = { workspace: Workspace } & ({ ok: true } | { ok: false; reason: Refusal });

/** The audit action of each act. */
const actions = {
  start: 'workspace_started',
  stop: 'workspace_stopped',
  restart: 'workspace_restarted',
} as const satisfies Record<WorkspaceAct, AuditAction>;

interface SetStateInput {
  workspaceId: number;
  isAdmin: boolean;
  act: WorkspaceAct;
  runtime: WorkspaceRuntime;
}

/**
 * Starts, stops or restarts the program of a workspace, waits for the outcome, and leaves one audit row with
 * it.
 *
 * 1. A stop ends the open sessions of the workspace as `stopped`. A restart ends none, since its people can
 *    go on.
 * 2. A start or a restart is refused when the subscription has lapsed, when the workspace is over the plan's
 *    limits, or when as many others run as the plan allows.
 * 3. Throws `NotFound` for a workspace that the person may not see, and where workspaces run elsewhere.
 */
export async function setWorkspaceState(
  db: Knex,
  context: RequestContext,
  input: SetStateInput,
): Promise<SetStateOutcome> {
  const person = companyPerson(context, input);
  if (!input.runtime.isManaged) throw new NotFound();
  const { workspace, refusal } = await noteWish(db, context, { ...input, person });
  const wasRunning = input.act === 'start' && input.runtime.state(workspace.id) === 'running';
  const outcome: { ok: true } | { ok: false; reason: Refusal } =
    refusal === null ? await carryOut(db, context, input, workspace) : { ok: false, reason: refusal };
  await AuditLogger.logWorkspaceRuntime(db, context, actions[input.act], {
    success: outcome.ok,
    workspaceId: workspace.id,
    details: {
      ...workspaceDetails(workspace, person),
      ...(wasRunning ? { already_running: true } : {}),
      ...(outcome.ok && input.act !== 'stop' ? confinedBy(input.runtime, workspace.id) : {}),
    },
    ...(outcome.ok ? {} : { reason: outcome.reason }),
  });
  return { workspace, ...outcome };
}

/** The walls and the limits of a start: facts about what its use could reach and take. */
function confinedBy(runtime: WorkspaceRuntime, id: number): Confinement & { limits?: ResourceLimits } {
  const limits = runtime.limits(id);
  return { ...runtime.confinement(id), ...(limits === null ? {} : { limits }) };
}

/** Committed before the process is touched, so that a restart of the app finds what the person wanted. */
async function noteWish(
  db: Knex,
  context: RequestContext,
  { person, workspaceId, act, runtime }: SetStateInput & { person: CompanyPerson },
): Promise<{ workspace: Workspace; refusal: 'subscription-lapsed' | 'plan-limit' | 'over-limit' | null }> {
  const { companyId } = person;
  return db.transaction(async (trx) => {
    // The lock lets one start at a time run in a company: otherwise two that count at the same time both find
    // room for one more.
    await lockCompany(trx, companyId);
    const workspace = await findWorkspace(trx, { ...visibilityOf(person), workspaceId, lockTo: 'keep' });
    if (workspace === undefined) throw new NotFound();
    if (act !== 'stop') {
      const plan = await findCompanyPlan(trx, { companyId, at: context.at });
      if (plan.isLapsed) return { workspace, refusal: 'subscription-lapsed' };
      if (await isOverLimit(trx, plan.limits, { workspaceId, userId: person.userId }))
        return { workspace, refusal: 'over-limit' };
      const running = await countWantedRunning(trx, { companyId, exceptId: workspaceId });
      if (plan.limit !== null && running >= plan.limit) return { workspace, refusal: 'plan-limit' };
    }
    await trx('workspaces')
      .where({ 'workspaces.id': workspaceId, 'workspaces.company_id': companyId })
      .update({
        wanted_running_since: wishOf(act, workspace, {
          at: context.at,
          fullSince: runtime.memoryFullSince(workspaceId),
        }),
        stopped_because: null,
      });
    if (act === 'stop')
      await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, { workspaceId, reason: 'stopped' });
    return { workspace, refusal: null };
  });
}

/**
 * To start what runs already is no use of it, and must not put off its idle stop. A start after a full memory
 * is a new one, which `stopFullWorkspaces` tells from the one that ended by its time.
 */
function wishOf(
  act: WorkspaceAct,
  workspace: Workspace,
  { at, fullSince }: { at: Date; fullSince: Date | null },
): Date | null {
  if (act === 'stop') return null;
  if (fullSince !== null) return fullSince > at ? fullSince : at;
  return act === 'restart' ? at : (workspace.wanted_running_since ?? at);
}

async function carryOut(
  db: Knex,
  context: RequestContext,
  { act, runtime }: SetStateInput,
  { id, company_id: companyId }: Workspace,
): Promise<{ ok: true } | { ok: false; reason: Refusal }> {
  if (act === 'stop') {
    return (await hasStopped(context, runtime, id)) ? { ok: true } : { ok: false, reason: 'cannot-stop' };
  }
  const known = await findRuntimeWorkspace(db, { companyId, workspaceId: id, at: context.at });
  if (known === undefined) throw new Error(`Bug! workspace ${String(id)} has no company`);
  const outcome = await (act === 'start' ? runtime.start(known) : runtime.restart(known));
  // Stopped or deleted while it started: nobody would stop it any more.
  const now = await findWorkspace(db, { companyId, ownerUserId: null, workspaceId: id });
  if (now !== undefined && now.wanted_running_since !== null) return outcome;
  await hasStopped(context, runtime, id);
  return { ok: false, reason: 'stopped' };
}

async function hasStopped(context: RequestContext, runtime: WorkspaceRuntime, id: number): Promise<boolean> {
  try {
    await runtime.stop(id);
    return true;
  } catch (error) {
    context.log.error({ err: error, workspaceId: id }, 'the program of a workspace could not be stopped');
    return false;
  }
}
