import type { WorkspaceDeps } from './workspace-deps.ts';
import type { WorkspaceAddresses } from './workspace-addresses.ts';

/** What our runtime runs must run to be entered; of workspaces that live elsewhere we do not know it. */
export function accessRules({
  runtime,
  workspaceAddresses,
}: Pick<WorkspaceDeps, 'runtime' | 'workspaceAddresses'>): AccessRules {
  return { mustRun: runtime.isManaged && workspaceAddresses === runtime, addresses: workspaceAddresses };
}

/** Who is let in beside what the database says. */
export interface AccessRules {
  /** Whether it is for us to say what runs; false where workspaces live elsewhere. */
  mustRun: boolean;
  /**
   * Where workspaces listen: no session opens in one that does not. Undefined: others pass on, and we do not
   * know it.
   */
  addresses?: WorkspaceAddresses | undefined;
}
