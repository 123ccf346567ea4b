import { appendFile, open } from 'node:fs/promises';

/** A line is a JSON text of one note, some 400 bytes; more than two of them are never needed. */
const TAIL_BYTES = 16_384;

/**
 * The newest checkpoint in the file of heads: the last line that is whole, since a crash may have cut one
 * off. Null without a file or a line. Throws when the file cannot be read.
 */
export async function readNewestHead(path: string): Promise<string | null> {
  const tail = await readTail(path);
  const lines = tail.split('\n').filter((line) => line !== '');
  for (const line of lines.reverse()) {
    const note = parseLine(line);
    if (note !== null) return note;
  }
  return null;
}

/** Adds a checkpoint at the end of the file of heads: one line, whatever the note holds. */
export async function appendHead(path: string, note: string): Promise<void> {
  // A line that a crash has cut off must not run into this one.
  const isCutOff = !/(^|\n)$/.test(await readTail(path));
  await appendFile(path, `${isCutOff ? '\n' : ''}${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** A line as the file has it, or null. */
export function parseLine(line: string): string | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

async function readTail(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, TAIL_BYTES);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return '';
    throw error;
  }
}
