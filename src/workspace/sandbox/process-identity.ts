import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Identifies a process, and tells it apart from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Only for comparing. */
  startedAt: string;
}

/** The process that has this id now; undefined when none has, or only a zombie. */
export function findIdentity(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? readProc(pid) : queryPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether that very process still lives. */
export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return findIdentity(pid)?.startedAt === startedAt;
}

/**
 * Sends a signal to the group that the process leads; nothing when it is gone, so a recycled id is never hit.
 */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(-identity.pid, signal);
  } catch (error) {
    // The process ended in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Sends a signal to each of these processes. One that has ended meanwhile is skipped. */
export function signalProcesses(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/**
 * Kills what the process has started and left behind in its group. An id is not given out again while a group
 * bears it, so when another process has it the group is empty and nothing is done.
 */
export function killRemains(identity: ProcessIdentity): void {
  const current = findIdentity(identity.pid);
  if (current !== undefined && current.startedAt !== identity.startedAt) return;
  try {
    process.kill(-identity.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

// proc(5): "pid (comm) state ppid …", where comm may hold spaces and brackets; starttime is field 22.
function readProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function queryPs(pid: number): string | undefined {
  try {
    const ps = (column: string): string =>
      execFileSync('ps', ['-p', String(pid), '-o', `${column}=`], { encoding: 'utf8' }).trim();
    return ps('stat').startsWith('Z') ? undefined : ps('lstart');
  } catch {
    return undefined;
  }
}
