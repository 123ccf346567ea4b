import type { RuntimeConfig } from '../../config/runtime-config.ts';

/** In words, for the log, /readyz and the operators' page: what workspaces on this machine share. */
export function describeSharing({
  isManaged,
  sandbox,
}: Pick<RuntimeConfig, 'isManaged' | 'sandbox'>): string {
  if (!isManaged) return 'workspaces run elsewhere';
  if (sandbox === 'bubblewrap')
    return 'workspaces on this machine are in sandboxes (bubblewrap), and share the loopback network with each other and with the app';
  return 'workspaces on this machine share /tmp, the list of processes and the loopback network with each other and with the app (WORKSPACE_SANDBOX: none)';
}
