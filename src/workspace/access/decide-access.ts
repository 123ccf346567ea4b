import { lacksSecondFactor } from '../../auth/require-user.ts';
import type { AccessFacts } from './find-access-facts.ts';
import type { AccessRules } from '../access-rules.ts';

/** Why a request to a workspace's host is not let in. `away`: it should run, and does not listen. */
export type AccessRefusal =
  | 'unknown-host'
  | 'no-pass'
  | 'signed-out'
  | 'deactivated'
  | 'not-allowed'
  | 'no-second-factor'
  | 'not-accepted'
  | 'lapsed'
  | 'over-limit'
  | 'stopped'
  | 'away'
  | 'cross-site';

/** Whom a pass lets into which workspace. */
export interface AccessGrant {
  workspaceId: number;
  companyId: number;
  userId: number;
  isAdmin: boolean;
  browserSessionHash: string;
  /** The port inside that the host names; null for the program of the workspace. */
  port: number | null;
}

type RuleDecision = { allowed: true; grant: AccessGrant } | { allowed: false; reason: AccessRefusal };

/**
 * Decides from what the database knows. Pure. A host without workspace, and a deleted one, look the same.
 */
export function decideAccess(
  facts: AccessFacts | undefined,
  at: Date,
  { mustRun }: AccessRules,
): RuleDecision {
  const { workspace_id: workspaceId, company_id: companyId, user_id: userId } = facts ?? {};
  const isThere = facts !== undefined && facts.deleted_at === null;
  if (!isThere || !isPresent(workspaceId) || !isPresent(companyId)) return refused('unknown-host');
  const { session_id: browserSessionHash } = facts;
  if (!isPresent(userId) || browserSessionHash === null) return refused('no-pass');
  if (!facts.is_signed_in) return refused('signed-out');
  const { role } = facts;
  if (role === null) return refused('deactivated');
  if (role !== 'admin' && facts.owner_user_id !== userId) return refused('not-allowed');
  // Before the terms, as on the pages of the app.
  if (lacksSecondFactor({ ...facts, role }, at)) return refused('no-second-factor');
  if (facts.must_accept) return refused('not-accepted');
  if (facts.opens_until === null || facts.opens_until <= at) return refused('lapsed');
  if (mustRun && facts.wanted_running_since === null) return refused('stopped');
  const grant = { workspaceId, companyId, userId, browserSessionHash, isAdmin: role === 'admin' };
  return { allowed: true, grant: { ...grant, port: facts.port } };
}

function isPresent<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function refused(reason: AccessRefusal): RuleDecision {
  return { allowed: false, reason };
}
