import { parseLine } from './heads-file.ts';

/** More lines of signatures than a note of ours has: two keys during a change, and some witnesses. */
const SIGNATURES_MAX = 48;

const ORIGIN = /^\S+\/log\/[0-9a-f-]{36}$/;
const SIZE = /^[0-9]{1,16}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const ROOT = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The signed checkpoints in a text, each once: as the file of heads has them, or as they stand in a mail,
 * quoted or indented too.
 */
export function findNotes(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^[>\s]+|\s+$/g, ''))
    .filter((line) => line !== '');
  const notes = lines.flatMap((line, index) => parseLine(line) ?? noteAt(lines, index) ?? []);
  return [...new Set(notes)];
}

/**
 * The note whose first line this is, or null. Mail programs drop and add empty lines, so there are none here.
 */
function noteAt(lines: string[], index: number): string | null {
  const [origin = '', size = '', root = '', ...rest] = lines.slice(index, index + 3 + SIGNATURES_MAX);
  if (!ORIGIN.test(origin) || !SIZE.test(size) || !ROOT.test(root)) return null;
  const signatures: string[] = [];
  for (const line of rest) {
    const last = signatures.at(-1);
    if (line.startsWith('— ')) signatures.push(line);
    else if (last !== undefined && isCutOff(last) && BASE64.test(line))
      signatures[signatures.length - 1] = `${last}${/^— \S+$/.test(last) ? ' ' : ''}${line}`;
    else break;
  }
  return signatures.length === 0 ? null : `${origin}\n${size}\n${root}\n\n${signatures.join('\n')}\n`;
}

/** Mail programs and papers break long lines. A signature of 68 or 76 bytes ends with a sign of padding. */
const isCutOff = (line: string): boolean => !line.endsWith('=');
