import type { PassFacts } from './find-passes.ts';
import type { DoorRules } from '../access-rules.ts';

/** Why a request to a workspace's host is not let in. `away`: it should run, and does not listen. */
export type PassRefusal =
  | 'unknown-host'
  | 'no-pass'
  | 'signed-out'
  | 'deactivated'
  | 'not-allowed'
  | 'not-accepted'
  | 'lapsed'
  | 'stopped'
  | 'away'
  | 'cross-site';

/** Whom a pass lets into which workspace. */
export interface Entrant {
  workspaceId: number;
  companyId: number;
  userId: number;
  isAdmin: boolean;
  browserSessionId: string;
}

type Judgement = { allowed: true; entrant: Entrant } | { allowed: false; reason: PassRefusal };

/** Decides from what the database knows. Pure. A host without workspace, and a deleted one, look the same. */
export function judgePass(facts: PassFacts | undefined, at: Date, { mustRun }: DoorRules): Judgement {
  const { workspace_id: workspaceId, company_id: companyId, pass_user_id: userId } = facts ?? {};
  const isThere = facts !== undefined && facts.deleted_at === null;
  if (!isThere || !isPresent(workspaceId) || !isPresent(companyId)) return refused('unknown-host');
  const { browser_session_id: browserSessionId } = facts;
  if (!isPresent(userId) || browserSessionId === null) return refused('no-pass');
  if (!facts.is_signed_in) return refused('signed-out');
  if (facts.role === null) return refused('deactivated');
  if (facts.role !== 'admin' && facts.owner_user_id !== userId) return refused('not-allowed');
  if (facts.must_accept) return refused('not-accepted');
  if (facts.paid_until === null || facts.paid_until <= at) return refused('lapsed');
  if (mustRun && facts.wanted_running_since === null) return refused('stopped');
  const isAdmin = facts.role === 'admin';
  return { allowed: true, entrant: { workspaceId, companyId, userId, isAdmin, browserSessionId } };
}

function isPresent<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function refused(reason: PassRefusal): Judgement {
  return { allowed: false, reason };
}
