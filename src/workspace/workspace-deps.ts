import type { AppDeps } from '../app-deps.ts';
import type { WorkspaceRuntime } from './runtime-types.ts';
import type { WorkspaceAddresses } from './workspace-addresses.ts';

/** What the routers of workspaces need besides: who runs them, and where they listen. */
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
