import type { AppDeps } from '../app-deps.ts';
import type { WorkspaceRuntime } from './runtime-types.ts';
import type { WorkspaceAddresses } from './workspace-addresses.ts';

/**
 * The dependencies of the workspace routers beside those of the app: who runs workspaces, and where
 * workspaces listen.
 */
export interface WorkspaceDeps extends AppDeps {
  /** Absent: workspaces run elsewhere, behind a proxy that asks forward-auth. */
  workspaceAddresses?: WorkspaceAddresses;
  /**
   * A connection to a workspace on which nothing is said for so long, in milliseconds, is given up. Absent:
   * two minutes.
   */
  silentMs?: number;
  runtime: WorkspaceRuntime;
}
