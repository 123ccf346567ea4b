import { diskBoundOf, type RuntimeConfig } from '../../config/runtime-config.ts';

const networks = {
  own: 'each has a network of its own, with a way out to the internet',
  none: 'they have no network',
  shared: 'they share the network of the machine, with its loopback address',
  auto: 'nobody knows yet which network they have',
} as const satisfies Record<RuntimeConfig['network'], string>;

const disks = {
  quota: 'a project quota of the file system bounds the disk of each',
  measured: 'their disk is measured, and one that takes too much is stopped',
  none: 'their disk is not bounded (no WORKSPACE_DISK_MB)',
};

/** In words, for the log and /readyz: what workspaces on this machine share. */
export function describeSharing({
  isManaged,
  sandbox,
  network,
  cgroup,
  ...disk
}: Pick<RuntimeConfig, 'isManaged' | 'sandbox' | 'network' | 'cgroup' | 'diskMb' | 'quotaDevice'>): string {
  if (!isManaged) return 'workspaces run elsewhere';
  const groups = cgroup === null ? UNBOUNDED : 'each has a control group of its own (WORKSPACE_CGROUP)';
  const bounds = `${groups}; ${disks[diskBoundOf(disk)]}`;
  if (sandbox === 'bubblewrap')
    return `workspaces are in sandboxes of their own (bubblewrap); ${networks[network]}; ${bounds}`;
  return `${TOGETHER}; ${bounds}`;
}

const UNBOUNDED =
  'memory is bounded for each of their processes at most, and the processor not at all (no WORKSPACE_CGROUP)';

const TOGETHER =
  'workspaces on this machine share /tmp, the list of processes and the loopback network with each other and with the app (WORKSPACE_SANDBOX: none)';
