import { existsSync } from 'node:fs';
import { forPlan } from '../../config/per-plan.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import type { Plan } from '../../plan.ts';

/** Bytes of a megabyte, as the settings count. */
export const MEGABYTE = 1_048_576;

const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path));

/** The limits in force for a workspace: facts of the evidence, so the names never change. Null: none. */
export interface ResourceLimits {
  /** Megabytes: of the workspace as a whole, or of the data of each process of it; see `bound_by`. */
  memory_mb: number | null;
  processes: number | null;
  /** 100 is the time of one processor. */
  cpu_percent: number | null;
  disk_mb: number | null;
  /** cgroup: memory, processes and processor of all programs of the workspace together. */
  bound_by: 'cgroup' | 'prlimit' | 'none';
}

type Asked = Pick<RuntimeConfig, 'memoryMb' | 'processesMax' | 'cpuPercent' | 'diskMb' | 'cgroup' | 'uid'>;

/** The limits that hold here for the workspaces of a plan; what this machine cannot enforce is null. */
export function resourceLimits(config: Asked, plan: Plan): ResourceLimits {
  const limits = {
    memory_mb: forPlan(config.memoryMb, plan),
    processes: forPlan(config.processesMax, plan),
    cpu_percent: forPlan(config.cpuPercent, plan),
    disk_mb: forPlan(config.diskMb, plan),
  };
  if (config.cgroup !== null) return { ...limits, bound_by: 'cgroup' };
  const { disk_mb } = limits;
  if (PRLIMIT === undefined)
    return { memory_mb: null, processes: null, cpu_percent: null, disk_mb, bound_by: 'none' };
  // Processes are counted by user, and without users of their own all workspaces would count as one.
  const processes = config.uid === null ? null : limits.processes;
  return { ...limits, processes, cpu_percent: null, bound_by: 'prlimit' };
}

/**
 * The command that gives a program the limits that hold for processes. RLIMIT_DATA stands in place of
 * RLIMIT_AS, since programs reserve far more addresses than they use. RLIMIT_NPROC counts all processes of a
 * user. In a control group none of them is needed.
 */
export function prlimitWords({ memory_mb, processes, bound_by }: ResourceLimits): string[] {
  if (PRLIMIT === undefined) return [];
  const asked =
    bound_by === 'cgroup'
      ? []
      : [
          ...(memory_mb === null ? [] : [`--data=${String(memory_mb * MEGABYTE)}`]),
          ...(processes === null ? [] : [`--nproc=${String(processes)}`]),
        ];
  return [PRLIMIT, '--core=0', ...asked, '--'];
}
