import { readdirSync, readFileSync } from 'node:fs';
import { findIdentity, type ProcessIdentity } from './process-identity.ts';

interface Row {
  pid: number;
  parent: number;
  /** Its ids from here to its own process namespace; a single one outside of every sandbox. */
  ids: number[];
}

/** The processes of a sandbox, as seen from outside. */
interface SandboxProcesses {
  /** The first process inside; all others die with it. */
  init: ProcessIdentity;
  /** The parent of `init`, outside of the sandbox and in its network; null when it has ended. */
  outer: ProcessIdentity | null;
  /** The program of the workspace and all that it has started. */
  programs: number[];
}

/** Process namespaces around a program: pasta makes one as well, around the one of the sandbox. */
const DEPTH = { own: 3, none: 2, shared: 2 } as const;

/**
 * The processes of the sandbox that this process has started; null when there is none (any more). While a
 * sandbox ends, that of pasta may still stand: inside are the files of the machine, and its parent has the
 * network of the machine.
 */
export function findSandboxProcesses(
  starter: ProcessIdentity,
  network: keyof typeof DEPTH,
): SandboxProcesses | null {
  const family = familyOf(starter.pid, listRows()).filter(({ ids }) => ids.length > 1);
  const inside = family.filter(({ ids }) => ids.length === DEPTH[network]);
  const first = inside.find(({ ids }) => ids.at(-1) === 1);
  const init = first === undefined ? undefined : findIdentity(first.pid);
  if (first === undefined || init === undefined) return null;
  const outer = findIdentity(first.parent) ?? null;
  return { init, outer, programs: inside.filter(({ pid }) => pid !== init.pid).map(({ pid }) => pid) };
}

function familyOf(root: number, rows: Row[]): Row[] {
  const children = groupByParent(rows);
  const family: Row[] = [];
  const waiting = [...(children.get(root) ?? [])];
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    family.push(row);
    waiting.push(...(children.get(row.pid) ?? []));
  }
  return family;
}

function groupByParent(rows: Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) groups.set(row.parent, [...(groups.get(row.parent) ?? []), row]);
  return groups;
}

function listRows(): Row[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readRow(Number(name)))
    .filter((row) => row !== null);
}

// proc(5): "NSpid: Thread ID in each of the PID namespaces", from that of the reader inwards. A name of a
// process that holds a line break has it escaped.
function readRow(pid: number): Row | null {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
    return { pid, parent: Number(field('PPid')), ids: field('NSpid').split(/\s+/).map(Number) };
  } catch {
    return null;
  }
}
