import type { AppDeps } from '../app-deps.ts';
import type { DoorRules } from './access/find-passes.ts';

/** What our runtime runs must run to be entered; of workspaces that live elsewhere we do not know it. */
export function doorRules({
  runtime,
  workspaceAddresses,
}: Pick<AppDeps, 'runtime' | 'workspaceAddresses'>): DoorRules {
  return { mustRun: runtime.isManaged && workspaceAddresses === runtime, addresses: workspaceAddresses };
}
