import { forPlan } from '../../config/per-plan.ts';
import { diskBoundOf, type DiskBound, type RuntimeConfig } from '../../config/runtime-config.ts';
import type { Plan } from '../../plan.ts';
import { findProgram } from './find-program.ts';

/** Bytes of a megabyte, as the settings count. */
export const MEGABYTE = 1_048_576;

/** util-linux, which every system has. */
const PRLIMIT = findProgram('prlimit');

/** The limits in force for a workspace: facts of the evidence, so the names never change. Null: none. */
export interface ResourceLimits {
  /** Megabytes: of the workspace as a whole, or of the data of each process of it; see `bound_by`. */
  memory_mb: number | null;
  processes: number | null;
  /** 100 is the time of one processor. */
  cpu_percent: number | null;
  disk_mb: number | null;
  /** Files and folders; only a quota bounds their number. */
  disk_files: number | null;
  /** quota: writes beyond it fail. measured: the workspace is stopped some time after it. */
  disk_bound_by: DiskBound;
  /** cgroup: memory, processes and processor of all programs of the workspace together. */
  bound_by: 'cgroup' | 'prlimit' | 'none';
}

/** The disk that a workspace takes, and may take. */
export interface DiskUse {
  usedBytes: number;
  limitBytes: number;
  /** How many files and folders it has and may have. Null: nobody counts them. */
  files: { used: number; limit: number } | null;
  isFull: boolean;
  /** Full, and nothing but a stop keeps it from taking more. */
  mustStop: boolean;
}

/** A file or folder for each 8 KB; ext4 has half as many unless it was made with `mkfs.ext4 -i 8192`. */
const FILES_PER_MB = 128;

/** A workspace that is full may grow by this share of its limit, while somebody tidies up. */
export const TIDYING_SHARE = 0.05;

type AskedOfDisk = Pick<RuntimeConfig, 'diskMb' | 'quotaDevice'>;
type Asked = AskedOfDisk & Pick<RuntimeConfig, 'memoryMb' | 'processesMax' | 'cpuPercent' | 'cgroup' | 'uid'>;

/** The limits that hold here for the workspaces of a plan; what this machine cannot enforce is null. */
export function resourceLimits(config: Asked, plan: Plan): ResourceLimits {
  const limits = {
    memory_mb: forPlan(config.memoryMb, plan),
    processes: forPlan(config.processesMax, plan),
    cpu_percent: forPlan(config.cpuPercent, plan),
  };
  const disk = diskLimits(config, plan);
  if (config.cgroup !== null) return { ...limits, ...disk, bound_by: 'cgroup' };
  if (!PRLIMIT.isInstalled)
    return { memory_mb: null, processes: null, cpu_percent: null, ...disk, bound_by: 'none' };
  // Processes are counted by user, and without users of their own all workspaces would count as one.
  const processes = config.uid === null ? null : limits.processes;
  return { ...limits, processes, cpu_percent: null, ...disk, bound_by: 'prlimit' };
}

/** The limits of the disk alone. */
export function diskLimits(
  config: AskedOfDisk,
  plan: Plan,
): Pick<ResourceLimits, 'disk_mb' | 'disk_files' | 'disk_bound_by'> {
  const disk_mb = forPlan(config.diskMb, plan);
  const disk_bound_by = diskBoundOf({ ...config, diskMb: disk_mb });
  const hasFiles = disk_bound_by === 'quota' && disk_mb !== null;
  return { disk_mb, disk_files: hasFiles ? disk_mb * FILES_PER_MB : null, disk_bound_by };
}

/**
 * The command that gives a program the limits that hold for processes. RLIMIT_DATA stands in place of
 * RLIMIT_AS, since programs reserve far more addresses than they use. RLIMIT_NPROC counts all processes of a
 * user. In a control group none of them is needed.
 */
export function prlimitWords({ memory_mb, processes, bound_by }: ResourceLimits): string[] {
  if (!PRLIMIT.isInstalled) return [];
  const asked =
    bound_by === 'cgroup'
      ? []
      : [
          ...(memory_mb === null ? [] : [`--data=${String(memory_mb * MEGABYTE)}`]),
          ...(processes === null ? [] : [`--nproc=${String(processes)}`]),
        ];
  return [PRLIMIT.path, '--core=0', ...asked, '--'];
}
