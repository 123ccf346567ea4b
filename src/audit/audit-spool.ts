import { join } from 'node:path';
import {
  appendDurably,
  listFolder,
  makePrivateFolder,
  readIfThere,
  refreshIfThere,
  removeIfThere,
  renameIfThere,
  statIfThere,
} from './durable-file.ts';
import { createBatcher } from './batcher.ts';
import { SEGMENT_NAME, segmentName, SpoolAppender, type Segment } from './spool-appender.ts';

/** A folder of append-only files that keeps audit events while Postgres cannot take them. */
export interface AuditSpool {
  /** Resolves when the line is on the disk. Rejects when the folder cannot take it. */
  append(line: string): Promise<void>;
  /**
   * Hands the complete lines to `insert`, oldest file first, and removes a file once all its lines are
   * inserted. Throws the first error of `insert`. The next call begins that file again, so `insert` must
   * accept repeated lines.
   */
  replay(insert: (lines: string[]) => Promise<void>): Promise<void>;
  /**
   * Keeps a line that Postgres refuses because of its content. The line is never replayed: a person must look
   * at it. Rejects when the file of such lines is as large as the spool may be.
   */
  quarantine(line: string): Promise<void>;
  /**
   * Takes over files of other processes that have been untouched for `untouchedMs`, also those in a `former`
   * folder.
   */
  adopt(input: { untouchedMs: number; former?: string }): Promise<void>;
  /**
   * Continues in another folder and moves the files of the `former` one there. Files of this process anywhere
   * else were meant for another database, and stay where they are.
   */
  moveTo(folder: { directory: string; former: string }): Promise<void>;
  /** The events that wait in the files of this process. */
  size(): Segment & { oldestAt: Date | null };
  /** Resolves when nothing is being appended any more, and no file is open. */
  settle(): Promise<void>;
}

interface SpoolOptions {
  /** The first folder; see `moveTo`. */
  directory: string;
  /** Size from which on the spool refuses, in bytes. */
  maxBytes: number;
  /**
   * Called with the name of a file whose last line was cut off by a crash. Its event was never acknowledged.
   */
  onTorn(file: string): void;
  /**
   * Called with complete lines that are not JSON, as a failing disk leaves them. They are kept apart like
   * refused ones.
   */
  onBroken(file: string, lines: string[]): void;
}

/** Number of lines that share one fsync, and that `insert` gets at once. */
const BATCH = { items: 1000, bytes: 1_048_576 };

/** Lines that Postgres refused. */
export const QUARANTINE_FILE = 'refused.jsonl';

/**
 * Opens the spool, which touches the disk only when there is something to keep. Processes may share a folder
 * without knowing of each other: the process that renames a file owns it, and an appender notices (see
 * `SpoolAppender`).
 */
export function createAuditSpool({ maxBytes, onTorn, onBroken, ...options }: SpoolOptions): AuditSpool {
  let { directory } = options;
  const segments = new Map<string, Segment>();
  const appender = new SpoolAppender(directory, segments);
  const inTurn = createTurns();
  const appending = createBatcher<string>(BATCH, (lines) => inTurn(() => appender.append(lines)));

  const quarantine = async (line: string): Promise<void> => {
    const path = join(directory, QUARANTINE_FILE);
    if (((await statIfThere(path))?.bytes ?? 0) > maxBytes)
      throw new Error(`${QUARANTINE_FILE} holds its ${maxBytes} bytes`);
    await appendDurably(path, `${line}\n`);
  };

  const replaySegment = async (name: string, insert: (lines: string[]) => Promise<void>): Promise<void> => {
    await inTurn(() => appender.seal(name));
    const path = join(directory, name);
    const { lines, broken, isTorn } = readLines((await readIfThere(path)) ?? '');
    if (isTorn) onTorn(name);
    if (broken.length > 0) onBroken(name, broken);
    for (let start = 0; start < lines.length; start += BATCH.items) {
      await insert(lines.slice(start, start + BATCH.items));
      await refreshIfThere(path);
    }
    // Lines that find no room here were reported to `onBroken`.
    for (const line of broken) await inTurn(() => quarantine(line)).catch(() => undefined);
    await removeIfThere(path);
    segments.delete(name);
  };

  return {
    append: async (line) => {
      if (totalOf(segments).bytes > maxBytes) throw new Error(`the spool holds its ${maxBytes} bytes`);
      await appending.add(line, Buffer.byteLength(line) + 1);
    },
    replay: async (insert) => {
      for (const name of sortedNames(segments)) await replaySegment(name, insert);
    },
    quarantine: (line) => inTurn(() => quarantine(line)),
    adopt: async ({ untouchedMs, former = directory }) => {
      for (const from of new Set([directory, former])) {
        for (const name of await listFolder(from)) {
          if (SEGMENT_NAME.test(name) && !segments.has(name))
            await adopt({ from, to: directory }, name, untouchedMs, segments);
        }
      }
    },
    moveTo: (folder) =>
      inTurn(async () => {
        if (folder.directory === directory) return;
        const before = directory;
        await appender.moveTo(folder.directory);
        directory = folder.directory;
        for (const name of segments.keys()) {
          const isOurs = before === folder.former && (await moveFile(name, before, directory));
          if (!isOurs) segments.delete(name);
        }
        if (before === folder.former && !(await listFolder(directory)).includes(QUARANTINE_FILE))
          await moveFile(QUARANTINE_FILE, before, directory);
      }),
    size: () => ({ ...totalOf(segments), oldestAt: timeOf(sortedNames(segments)[0]) }),
    settle: async () => {
      await appending.idle();
      await inTurn(() => appender.seal());
    },
  };
}

/** Runs one piece of work after the other, whether or not the one before failed. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** True when this process moved it. */
async function moveFile(name: string, from: string, to: string): Promise<boolean> {
  await makePrivateFolder(to);
  return renameIfThere(join(from, name), join(to, name));
}

async function adopt(
  { from, to }: { from: string; to: string },
  name: string,
  untouchedMs: number,
  segments: Map<string, Segment>,
): Promise<void> {
  const found = await statIfThere(join(from, name));
  if (found === null || Date.now() - found.changedAtMs < untouchedMs) return;
  const own = segmentName(timeOf(name)?.getTime() ?? 0);
  await makePrivateFolder(to);
  if (!(await renameIfThere(join(from, name), join(to, own)))) return;
  const text = (await readIfThere(join(to, own))) ?? '';
  segments.set(own, { events: readLines(text).lines.length, bytes: Buffer.byteLength(text) });
}

/** A last line without its end was cut off by a crash, before anybody was told that it is kept. */
function readLines(text: string): { lines: string[]; broken: string[]; isTorn: boolean } {
  const pieces = text.split('\n');
  const rest = pieces.pop() ?? '';
  return {
    lines: pieces.filter(isJson),
    broken: pieces.filter((piece) => !isJson(piece)),
    isTorn: rest !== '',
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function sortedNames(segments: Map<string, Segment>): string[] {
  return [...segments.keys()].sort();
}

/** When a file was begun, by its name. */
function timeOf(name: string | undefined): Date | null {
  return name === undefined ? null : new Date(Number(name.slice(0, 15)));
}

function totalOf(segments: Map<string, Segment>): Segment {
  const total = { events: 0, bytes: 0 };
  for (const { events, bytes } of segments.values()) {
    total.events += events;
    total.bytes += bytes;
  }
  return total;
}
