import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuditSpool, QUARANTINE_FILE, type AuditSpool } from '../../src/audit/audit-spool.ts';

let directory: string;
let spool: AuditSpool;
let broken: string[];
const cleanings: (() => void)[] = [];

beforeEach(() => {
  broken = [];
  directory = mkdtempSync(join(tmpdir(), 'audit-spool-'));
  spool = createAuditSpool({
    directory,
    maxBytes: 1e9,
    onTorn: () => undefined,
    onBroken: (_, lines) => broken.push(...lines),
  });
});

afterEach(() => {
  for (const clean of cleanings.splice(0)) clean();
  rmSync(directory, { recursive: true });
});

const line = (id: number): string => JSON.stringify({ id });

async function replayed(from: AuditSpool): Promise<string[]> {
  const lines: string[] = [];
  await from.replay((some) => {
    lines.push(...some);
    return Promise.resolve();
  });
  return lines;
}

describe('the audit spool', () => {
  it('takes over no file of its own while it begins one: each line would be replayed twice', async () => {
    for (let id = 0; id < 30; id += 1) {
      const writing = new Set([id]);
      const written = spool.append(line(id)).then(() => writing.delete(id));
      while (writing.has(id)) await spool.adopt({ untouchedMs: 0 });
      await written;
      await spool.settle();
    }
    const found = (await replayed(spool)).sort();
    expect(found).toEqual(Array.from({ length: 30 }, (_, id) => line(id)).sort());
  });

  it('writes again, elsewhere, what it appended to a file that another process took over meanwhile', async () => {
    await spool.append(line(1));
    const [name = ''] = readdirSync(directory);
    // The other process has read the file by now, and will remove it when its lines are in the table.
    renameSync(join(directory, name), join(directory, 'taken'));
    await spool.append(line(2));
    expect(await replayed(spool)).toEqual([line(2)]);
    expect(readFileSync(join(directory, 'taken'), 'utf8')).toContain(line(1));
  });

  it('replays oldest first, and keeps a file until all of it is in', async () => {
    await spool.append(line(1));
    await spool.append(line(2));
    await expect(spool.replay(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await spool.append(line(3));
    expect(spool.size().events).toBe(3);
    expect(await replayed(spool)).toEqual([line(1), line(2), line(3)]);
    expect(readdirSync(directory)).toEqual([]);
    expect(spool.size()).toEqual({ events: 0, bytes: 0, oldestAt: null });
  });

  it('sets apart a whole line that is no JSON, and tells of it', async () => {
    await spool.append(line(1));
    await spool.append('\0\0\0');
    await spool.append(line(2));
    expect(await replayed(spool)).toEqual([line(1), line(2)]);
    expect(broken).toEqual(['\0\0\0']);
    expect(readdirSync(directory)).toEqual([QUARANTINE_FILE]);
    expect(readFileSync(join(directory, QUARANTINE_FILE), 'utf8')).toBe('\0\0\0\n');
  });

  it('sets apart no more than it may hold', async () => {
    const small = createAuditSpool({
      directory,
      maxBytes: 10,
      onTorn: () => undefined,
      onBroken: () => undefined,
    });
    await small.quarantine(line(1_000_000));
    await expect(small.quarantine(line(2))).rejects.toThrow(QUARANTINE_FILE);
  });

  it('begins a new file when one is large, so that a replay holds little in memory', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(900_000) });
    for (let count = 0; count < 8; count += 1) await spool.append(long);
    expect(readdirSync(directory).length).toBeGreaterThan(1);
    expect(await replayed(spool)).toHaveLength(8);
  });

  it('leaves files of others alone that are still being written', async () => {
    await spool.append(line(1));
    const other = createAuditSpool({
      directory,
      maxBytes: 1e9,
      onTorn: () => undefined,
      onBroken: (_, lines) => broken.push(...lines),
    });
    await other.adopt({ untouchedMs: 60_000 });
    expect(await replayed(other)).toEqual([]);
    await other.adopt({ untouchedMs: 0 });
    expect(await replayed(other)).toEqual([line(1)]);
  });

  it('says that a line is kept only when the line, and the name of its file, are on the disk', async () => {
    const steps = await noteSteps();
    await spool.append(line(1));
    expect(steps.splice(0)).toEqual(['folder synced', 'written', 'file synced']);
    await spool.append(line(2));
    expect(steps.splice(0)).toEqual(['written', 'file synced']);
    await spool.quarantine(line(3));
    expect(steps).toEqual(['written', 'file synced', 'folder synced']);
  });
});

/** Notes each step on files from now on, once the step is over. */
async function noteSteps(): Promise<string[]> {
  const steps: string[] = [];
  const handle = await open(directory, 'r');
  const methods = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const name of ['appendFile', 'datasync', 'sync'] as const) {
    // The very method of Node, on which the spy stands in the way.
    const real = methods[name] as (this: FileHandle, ...args: unknown[]) => Promise<void>;
    const spy = vi.spyOn(methods, name).mockImplementation(async function (
      this: FileHandle,
      ...args: unknown[]
    ) {
      const isFolder = (await this.stat()).isDirectory();
      await real.apply(this, args);
      steps.push(name === 'appendFile' ? 'written' : isFolder ? 'folder synced' : 'file synced');
    });
    cleanings.push(() => {
      spy.mockRestore();
    });
  }
  return steps;
}
