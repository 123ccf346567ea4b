import { parseCommand } from './command-template.ts';
import type { Environment } from './environment.ts';
import type { PerPlan } from './per-plan.ts';

/** The part of the configuration that the runtime needs. */
export interface RuntimeConfig {
  isManaged: boolean;
  /** The arguments with their placeholders; null when no command is configured. */
  command: string[] | null;
  usesSocket: boolean;
  dataDir: string;
  /** Each workspace gets the user number `uid` + its id. Null: the user of the app. */
  uid: number | null;
  /** The one group of all workspaces. Null: a group with the number of the user. */
  gid: number | null;
  /** `auto` until the process has found out what works here (`chooseSandbox`). */
  sandbox: 'bubblewrap' | 'none' | 'auto';
  /**
   * own: a network namespace with a way out to the internet. none: one without. shared: that of the machine.
   * `auto` until the process has found out what works here.
   */
  network: 'own' | 'none' | 'shared' | 'auto';
  /** Networks that a workspace with a network of its own does not reach. */
  deniedNetworks: string[];
  /** Folders beside the system that a sandbox may read. */
  readable: string[];
  /** Megabytes of memory of a workspace. */
  memoryMb: PerPlan;
  processesMax: PerPlan;
  /** 100 is the time of one processor. */
  cpuPercent: PerPlan;
  /** Megabytes of disk of a workspace, its /tmp included. */
  diskMb: PerPlan;
  /**
   * The file system whose project quotas bound the disk of workspaces. Null: it is measured, also until the
   * process has found out whether there is one (`chooseQuota`).
   */
  quotaDevice: string | null;
  /** Where set-quota.sh sets the quotas. Null: the app does. */
  quotaSocket: string | null;
  /** The control group in which each workspace gets one of its own. Null: none. */
  cgroup: string | null;
  /** Processes live on when the app stops, and the next start adopts them. */
  outlivesApp: boolean;
  startTimeoutMs: number;
}

export function toRuntimeConfig(env: Environment): RuntimeConfig {
  const command = env.WORKSPACE_COMMAND;
  return {
    isManaged: env.WORKSPACE_RUNTIME === 'process',
    command: command === undefined ? null : parseCommand(command),
    usesSocket: command?.includes('{socket}') === true,
    dataDir: env.DATA_DIR,
    uid: env.WORKSPACE_UID ?? null,
    gid: env.WORKSPACE_GID ?? null,
    sandbox: env.WORKSPACE_SANDBOX ?? 'auto',
    network: env.WORKSPACE_NETWORK ?? 'auto',
    deniedNetworks: env.WORKSPACE_DENIED_NETWORKS,
    readable: env.WORKSPACE_READABLE,
    memoryMb: env.WORKSPACE_MEMORY_MB ?? null,
    processesMax: env.WORKSPACE_MAX_PROCESSES ?? null,
    cpuPercent: env.WORKSPACE_CPU_PERCENT ?? null,
    diskMb: env.WORKSPACE_DISK_MB ?? null,
    quotaDevice: null,
    quotaSocket: env.WORKSPACE_QUOTA_SOCKET ?? null,
    cgroup: env.WORKSPACE_CGROUP ?? null,
    outlivesApp: env.NODE_ENV === 'production',
    startTimeoutMs: env.WORKSPACE_START_SECONDS * 1000,
  };
}

/** The kinds of bounds of the disk; see WORKSPACE_DISK_MB. */
export type DiskBound = 'quota' | 'measured' | 'none';

/** The bound of the disk that these settings make. */
export function diskBoundOf({
  diskMb,
  quotaDevice,
}: Pick<RuntimeConfig, 'diskMb' | 'quotaDevice'>): DiskBound {
  if (diskMb === null) return 'none';
  return quotaDevice === null ? 'measured' : 'quota';
}
