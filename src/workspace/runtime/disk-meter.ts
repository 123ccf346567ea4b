import { execFile } from 'node:child_process';
import type { WorkspaceFolders } from '../../config/data-folders.ts';
import { MEGABYTE, TIDYING_SHARE, type DiskUse } from '../sandbox/resource-limits.ts';

/** A measurement that takes longer is given up, in milliseconds: it would keep the disk from its work. */
const MEASURE_MS = 60_000;

/** The pause after a measurement, in multiples of its time: at most a twentieth of all time goes into it. */
const PAUSE_FACTOR = 20;

/** No workspace may go beyond this multiple of the limit, however often it is started. */
const UTMOST_FACTOR = 1.5;

interface Measured {
  usedBytes: number;
  atStartBytes: number;
  nextAt: number;
}

/** Measures what workspaces take on the disk, their /tmp included, by du(1). */
export class DiskMeter {
  readonly #measured = new Map<number, Measured>();

  /** The workspace starts: what it takes next is what it took at its start. */
  forget(id: number): void {
    this.#measured.delete(id);
  }

  /** Measures again, unless it is too early for that. A measurement that fails changes nothing. */
  async measure(
    id: number,
    { folder, socketFolder, tmpFolder }: WorkspaceFolders,
    limitMb: number | null,
  ): Promise<void> {
    const known = this.#measured.get(id);
    const begin = Date.now();
    if (limitMb === null || (known !== undefined && begin < known.nextAt)) return;
    const usedBytes = (await measure([folder, socketFolder, tmpFolder])) ?? known?.usedBytes;
    // Started anew meanwhile: that was measured before it.
    if (usedBytes === undefined || this.#measured.get(id) !== known) return;
    const now = Date.now();
    const nextAt = now + (now - begin) * PAUSE_FACTOR;
    this.#measured.set(id, { usedBytes, atStartBytes: known?.atStartBytes ?? usedBytes, nextAt });
  }

  /** The last measurement; null before there is one, and without a limit. */
  useOf(id: number, limitMb: number | null): DiskUse | null {
    const measured = this.#measured.get(id);
    if (measured === undefined || limitMb === null) return null;
    const { usedBytes, atStartBytes } = measured;
    const limitBytes = limitMb * MEGABYTE;
    const isFull = usedBytes > boundOf(limitBytes, atStartBytes);
    return { usedBytes, limitBytes, files: null, isFull, mustStop: isFull };
  }
}

/** How far a workspace may grow that took so much at its start. */
function boundOf(limit: number, atStart: number): number {
  return Math.min(Math.max(limit, atStart + limit * TIDYING_SHARE), limit * UTMOST_FACTOR);
}

/** Blocks on the disk, in bytes. Files that vanish meanwhile are no fault. Null: nobody knows. */
function measure(paths: string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const options = { timeout: MEASURE_MS, killSignal: 'SIGKILL' } as const;
    execFile('du', ['-scx', '--block-size=1', '--', ...paths], options, (_error, stdout) => {
      const total = /^(\d+)\ttotal$/m.exec(stdout)?.[1];
      resolve(total === undefined ? null : Number(total));
    });
  });
}
