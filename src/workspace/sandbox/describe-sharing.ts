import type { RuntimeConfig } from '../../config/runtime-config.ts';

const networks = {
  own: 'each has a network of its own, with a way out to the internet',
  none: 'they have no network',
  shared: 'they share the network of the machine, with its loopback address',
  auto: 'nobody knows yet which network they have',
} as const satisfies Record<RuntimeConfig['network'], string>;

/** In words, for the log and /readyz: what workspaces on this machine share. */
export function describeSharing({
  isManaged,
  sandbox,
  network,
  cgroup,
}: Pick<RuntimeConfig, 'isManaged' | 'sandbox' | 'network' | 'cgroup'>): string {
  if (!isManaged) return 'workspaces run elsewhere';
  const bounds = cgroup === null ? UNBOUNDED : 'each has a control group of its own (WORKSPACE_CGROUP)';
  if (sandbox === 'bubblewrap')
    return `workspaces are in sandboxes of their own (bubblewrap); ${networks[network]}; ${bounds}`;
  return `${TOGETHER}; ${bounds}`;
}

const UNBOUNDED =
  'memory is bounded for each of their processes at most, and the processor not at all (no WORKSPACE_CGROUP)';

const TOGETHER =
  'workspaces on this machine share /tmp, the list of processes and the loopback network with each other and with the app (WORKSPACE_SANDBOX: none)';
