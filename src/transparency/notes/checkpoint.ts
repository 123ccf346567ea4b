import { fromBase64 } from './base64.ts';
import { parseNote } from './signed-note.ts';

/** The head of a log: C2SP tlog-checkpoint v1.0.0. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
}

/** The three lines that are signed. Throws a TypeError for what no checkpoint can hold. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`;
  if (parseCheckpoint(text) === null) throw new TypeError('Not a checkpoint');
  return text;
}

/**
 * The checkpoint in the text of a note. Null for any other text, and for one with extension lines: the logs
 * of this product write none.
 */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [, origin = '', digits = '', base64 = ''] =
    /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  const root = fromBase64(base64);
  const size = Number(digits);
  if (origin === '' || root === null || !Number.isSafeInteger(size)) return null;
  return { origin, size, root };
}

/** The checkpoint of a note, whose signatures are not verified. Null for a text that is not such a note. */
export function readCheckpoint(note: string): Checkpoint | null {
  const parsed = parseNote(note);
  return parsed === null ? null : parseCheckpoint(parsed.text);
}
