import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateFile, statIfThere } from './durable-file.ts';
import { timeOrderedId } from './time-ordered-id.ts';

/** The contents of one file of the spool, in numbers. */
export interface Segment {
  events: number;
  bytes: number;
}

/** At this size a file is closed and the next one begun, which bounds the memory of a replay. */
const SEGMENT_BYTES = 4_194_304;

/**
 * A name is the time in milliseconds since 1970, so that names sort by age, and an id, so that no two
 * processes take the same name.
 */
export const SEGMENT_NAME = /^\d{15}-[0-9a-f-]{36}\.ndjson$/;

/** A new name for a file that is begun at that time. */
export function segmentName(atMs: number): string {
  return `${String(atMs).padStart(15, '0')}-${timeOrderedId()}.ndjson`;
}

/**
 * Appends lines to its own files in `directory`, and keeps their sizes in `segments`. Calls must not overlap.
 *
 * 1. A file that is found renamed after the fsync was taken over by another process, which may have read it
 *    before these lines came.
 * 2. So the lines are written again elsewhere. They may then be replayed twice, and are never lost.
 */
export class SpoolAppender {
  #current: { name: string; handle: FileHandle; inode: number } | null = null;
  #directory: string;
  readonly #segments: Map<string, Segment>;

  constructor(directory: string, segments: Map<string, Segment>) {
    this.#directory = directory;
    this.#segments = segments;
  }

  /** Appends to files in another folder from now on. */
  async moveTo(directory: string): Promise<void> {
    await this.seal();
    this.#directory = directory;
  }

  /** Resolves when the lines are on the disk. Rejects when the folder cannot take them. */
  async append(lines: string[]): Promise<void> {
    const text = `${lines.join('\n')}\n`;
    while (!(await this.#appendTo(await this.#open(), text, lines.length)));
  }

  /** Stops appending to the file of that name, or to every file. */
  async seal(name?: string): Promise<void> {
    const current = this.#current;
    if (current === null || (name !== undefined && current.name !== name)) return;
    this.#current = null;
    await current.handle.close();
  }

  async #open(): Promise<{ name: string; handle: FileHandle; inode: number }> {
    if (this.#current === null) {
      const name = segmentName(Date.now());
      // Known before it is there: otherwise this process would adopt it as one that another has left.
      this.#segments.set(name, { events: 0, bytes: 0 });
      const handle = await createPrivateFile(join(this.#directory, name)).catch((error: unknown) => {
        this.#segments.delete(name);
        throw error;
      });
      this.#current = { name, handle, inode: (await handle.stat()).ino };
    }
    return this.#current;
  }

  /** False when the file was taken over meanwhile. */
  async #appendTo(
    file: { name: string; handle: FileHandle; inode: number },
    text: string,
    events: number,
  ): Promise<boolean> {
    try {
      await file.handle.appendFile(text);
      await file.handle.datasync();
    } catch (error) {
      // Half a line may be in the file now, so nothing may follow it there.
      await this.seal();
      throw error;
    }
    const isOurs = (await statIfThere(join(this.#directory, file.name)))?.inode === file.inode;
    const before = this.#segments.get(file.name) ?? { events: 0, bytes: 0 };
    const after = { events: before.events + events, bytes: before.bytes + Buffer.byteLength(text) };
    if (isOurs) this.#segments.set(file.name, after);
    else this.#segments.delete(file.name);
    if (!isOurs || after.bytes > SEGMENT_BYTES) await this.seal();
    return isOurs;
  }
}
