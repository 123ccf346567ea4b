import { readdirSync, readFileSync } from 'node:fs';
import { findIdentity, type ProcessIdentity } from '../../src/workspace/sandbox/process-identity.ts';

interface ProcessRow {
  pid: number;
  name: string;
  parent: number;
  session: number;
}

/** The sshd process above this one. sshd ends with the connection, even while other processes still run. */
export function findConnectionProcess(): ProcessIdentity | null {
  let row = readRow(process.pid);
  while (row !== null && row.parent > 1) {
    const parent = readRow(row.parent);
    // sshd-session since OpenSSH 9.8.
    if (parent !== null && /^sshd(-session)?$/.test(parent.name)) return findIdentity(parent.pid) ?? null;
    row = parent;
  }
  return null;
}

/**
 * A process's children and their children. Below sshd, which gives each connection a session of processes,
 * all others of that session as well. Never this process or its own ancestors.
 */
export function listFamily(root: number): number[] {
  const rows = listRows();
  const self = rows.find(({ pid }) => pid === process.pid);
  const own = findConnectionProcess() === null ? null : (self?.session ?? null);
  const family = new Set([root]);
  let size = 0;
  while (size < family.size) {
    size = family.size;
    for (const { pid, parent } of rows) if (family.has(parent)) family.add(pid);
  }
  for (const { pid, session } of rows) if (session === own && !isOurs(pid, rows)) family.add(pid);
  return [...family];
}

/** Sends a signal to each process. Processes that are gone or belong to somebody else are skipped. */
export function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process is gone.
    }
  }
}

/** This process and its ancestors: sshd waits for them. */
function isOurs(pid: number, rows: ProcessRow[]): boolean {
  for (let at = process.pid; at > 1; at = rows.find((row) => row.pid === at)?.parent ?? 0)
    if (at === pid) return true;
  return false;
}

function listRows(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readRow(Number(name)))
    .filter((row) => row !== null);
}

// proc(5): "pid (comm) state ppid pgrp session …", where comm may hold spaces and brackets.
function readRow(pid: number): ProcessRow | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const [, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, name, parent: Number(parent), session: Number(session) };
  } catch {
    return null;
  }
}
