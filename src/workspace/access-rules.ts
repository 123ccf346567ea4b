import type { WorkspaceDeps } from './workspace-deps.ts';
import type { WorkspaceAddresses } from './workspace-addresses.ts';

/**
 * The access rules of this deployment. A workspace that our runtime runs must run before anybody enters it;
 * of a workspace that runs elsewhere we do not know whether it runs.
 */
export function accessRules({
  runtime,
  workspaceAddresses,
}: Pick<WorkspaceDeps, 'runtime' | 'workspaceAddresses'>): AccessRules {
  return { mustRun: runtime.isManaged && workspaceAddresses === runtime, addresses: workspaceAddresses };
}

/** The access rules that come from the configuration rather than from the database. */
export interface AccessRules {
  /** Whether it is for us to say what runs; false where workspaces live elsewhere. */
  mustRun: boolean;
  /**
   * Where workspaces listen: no session opens in a workspace that does not listen. Undefined when another
   * proxy carries the traffic, since then we do not know the addresses.
   */
  addresses?: WorkspaceAddresses | undefined;
}
