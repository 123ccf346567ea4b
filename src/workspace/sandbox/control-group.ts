import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MEGABYTE, type ResourceLimits } from './resource-limits.ts';

/**
 * Control groups of version 2 (the kernel's cgroup-v2.rst): one for each workspace, in a group that whoever
 * runs the machine has delegated to the app and in which no process is.
 */
const CONTROLLERS = ['memory', 'pids', 'cpu'];

/** The kernel counts the share of the processor in periods of so many microseconds. */
const PERIOD_US = 100_000;

/** Killed processes of a group may take so long to go, in milliseconds. */
const GONE_MS = 5000;
const POLL_MS = 20;

/** The memory and the processes of a group. */
export interface GroupUse {
  /** Without the part of the file cache that the kernel would give up first, as `docker stats` counts. */
  memoryBytes: number;
  processes: number;
  /** Processes that the kernel has ended since the group was made, because its memory was used up. */
  endedForMemory: number;
}

/** Returns null when the app may make groups of workspaces there, else why not. */
export function findControlGroupFault(root: string): string | null {
  const list = readIfThere(join(root, 'cgroup.controllers'));
  if (list === null) return `${root} is no control group of version 2`;
  const missing = CONTROLLERS.filter((name) => !list.split(/\s+/).includes(name));
  if (missing.length > 0) return `${root} was delegated without ${missing.join(', ')}`;
  const trial = join(root, `trial-${String(process.pid)}`);
  try {
    handDown(root);
    mkdirSync(trial);
    rmdirSync(trial);
    return null;
  } catch (error) {
    return `${root} cannot be used: ${(error as Error).message}`;
  }
}

/** Lets the groups below have limits of their own. */
function handDown(root: string): void {
  writeFileSync(join(root, 'cgroup.subtree_control'), CONTROLLERS.map((name) => `+${name}`).join(' '));
}

/** The folder of the group of a workspace. */
export function controlGroupOf(root: string, id: number): string {
  return resolve(root, `workspace-${String(id)}`);
}

/** Makes the group of a workspace, empty, with these limits. Returns its folder. */
export function makeControlGroup(root: string, id: number, limits: ResourceLimits): string {
  const group = controlGroupOf(root, id);
  // The unit that holds the groups may have been started anew.
  handDown(root);
  // A group counts from when it was made, so one that is left over would tell of an earlier program.
  if (existsSync(group)) rmdirSync(group);
  mkdirSync(group);
  limitControlGroup(group, limits);
  return group;
}

/** Sets the limits of a group, also while programs run in it. */
export function limitControlGroup(group: string, limits: ResourceLimits): void {
  const set = (name: string, value: number | null): void => {
    writeFileSync(join(group, name), value === null ? 'max' : String(value));
  };
  set('memory.max', limits.memory_mb === null ? null : limits.memory_mb * MEGABYTE);
  // The limit would be none if the rest went to the swap space; there is no such file without one.
  if (existsSync(join(group, 'memory.swap.max')))
    set('memory.swap.max', limits.memory_mb === null ? null : 0);
  set('pids.max', limits.processes);
  const quota = limits.cpu_percent === null ? 'max' : String((limits.cpu_percent * PERIOD_US) / 100);
  writeFileSync(join(group, 'cpu.max'), `${quota} ${String(PERIOD_US)}`);
}

/** Moves a process into a group; what it starts from then on is in it as well. */
export function joinControlGroup(group: string, pid: number): void {
  writeFileSync(join(group, 'cgroup.procs'), String(pid));
}

/** What the programs of a group take now; null when the group is gone. */
export function readGroupUse(group: string): GroupUse | null {
  const [current, stat, processes] = ['memory.current', 'memory.stat', 'pids.current'].map((name) =>
    readIfThere(join(group, name)),
  );
  const endedForMemory = readEndedForMemory(group);
  if (current == null || stat == null || processes == null || endedForMemory === null) return null;
  const memoryBytes = Math.max(0, Number(current) - fieldOf(stat, 'inactive_file'));
  return { memoryBytes, processes: Number(processes), endedForMemory };
}

/** `endedForMemory` alone: it is asked for every second. Null when the group is gone. */
export function readEndedForMemory(group: string): number | null {
  const events = readIfThere(join(group, 'memory.events'));
  return events === null ? null : fieldOf(events, 'oom_kill');
}

/** Kills all that is left in a group, and removes it. Rejects when something does not end. */
export async function removeControlGroup(group: string): Promise<void> {
  const end = Date.now() + GONE_MS;
  while (existsSync(group)) {
    try {
      writeFileSync(join(group, 'cgroup.kill'), '1');
      rmdirSync(group);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      if (Date.now() > end) throw error;
      await pause(POLL_MS);
    }
  }
}

function fieldOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
