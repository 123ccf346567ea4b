import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

interface LivingProcess {
  pid: number;
  /** File name of the program, without its folder. */
  command: string;
  /** Working folder. Undefined where the system hides it. */
  folder?: string;
  /** Changes when the process id is given to another process. Only for comparing. */
  startedAt: string;
}

/** The process with this id. Undefined when there is none, or only a zombie that nobody has reaped. */
export function findProcess(pid: number): LivingProcess | undefined {
  return process.platform === 'linux' ? readProc(pid) : queryPs(pid);
}

// proc(5): "pid (comm) state ppid …", where comm may hold spaces and brackets; starttime is field 22.
function readProc(pid: number): LivingProcess | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const command = stat.slice(stat.indexOf('(') + 1, end);
  return { pid, command, startedAt: fields[19] ?? '', ...readFolder(pid) };
}

function readFolder(pid: number): { folder?: string } {
  try {
    return { folder: readlinkSync(`/proc/${String(pid)}/cwd`) };
  } catch {
    return {};
  }
}

function queryPs(pid: number): LivingProcess | undefined {
  try {
    const ps = (column: string): string =>
      execFileSync('ps', ['-p', String(pid), '-o', `${column}=`], { encoding: 'utf8' }).trim();
    if (ps('stat').startsWith('Z')) return undefined;
    return { pid, command: basename(ps('comm')), startedAt: ps('lstart') };
  } catch {
    return undefined;
  }
}
