import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { CheckedFile, FileFault, RefusedFile } from './checked-file.ts';

/** Most bytes of all object streams together when unpacked: a document of a thousand pages has some 2 MB. */
const UNPACKED_MAX = 32 * 1024 * 1024;

/** Most actions at opening that are looked up in a document with links. */
const OPENINGS_MAX = 20;

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);

/**
 * Names that let a document act, carry another file or close itself, wherever they stand. Sources: ISO
 * 32000-2, 12.6.4 (actions), 7.11.4 (embedded files), 7.6 (encryption), 12.7.8 (XFA), 13 (media).
 */
const FORBIDDEN: [FileFault, RegExp][] = [
  ['pdf-encrypted', /\/Encrypt(?![A-Za-z0-9])/],
  ['pdf-script', /\/(?:JavaScript|JS|Rendition)(?![A-Za-z0-9])/],
  ['pdf-files', /\/(?:EmbeddedFiles?|AF|Filespec|FileAttachment|EF|Collection)(?![A-Za-z0-9])/],
  ['pdf-form', /\/(?:XFA|SubmitForm|ImportData|ResetForm)(?![A-Za-z0-9])/],
  [
    'pdf-action',
    /\/(?:Launch|GoToR|GoToE|GoTo3DView|RichMedia(?:Execute)?|Movie|Sound|Screen|3D|AA|SetOCGState)(?![A-Za-z0-9])/,
  ],
];

/** The same where random bytes of a picture are searched as well: short names would be found by chance. */
const FORBIDDEN_ANYWHERE: [FileFault, RegExp][] = [
  ['pdf-script', /\/(?:JavaScript|Rendition)(?![A-Za-z0-9])/],
  ['pdf-files', /\/(?:EmbeddedFiles?|Filespec|FileAttachment)(?![A-Za-z0-9])/],
  ['pdf-form', /\/(?:SubmitForm|ImportData)(?![A-Za-z0-9])/],
  ['pdf-action', /\/(?:Launch|RichMedia)(?![A-Za-z0-9])/],
];

/** A link leads to a page, a mail or a call; its address is written plainly. */
const OTHER_LINK = /\/URI\s*(?:\((?!\s*(?:https?:|mailto:|tel:|www\.))|<(?!<)|\d)/i;

/** An action at opening, by its number if it has one. A list is only a place in the document. */
const AT_OPENING = /\/OpenAction(?!\s*\[)\s*(?:(\d+)\s+\d+\s+R)?/g;

interface Stream {
  /** Everything between `obj` and `stream`. */
  dictionary: string;
  data: Buffer;
}

/**
 * Refuses a PDF that can act, hide or carry something: scripts, actions other than places in it and plain
 * links, files in it, forms that send, encryption. Names are read as a reader reads them (`/J#53` is `/JS`),
 * also in object streams, which are unpacked up to a bound; one that is packed in an unusual way is refused.
 * The bytes are kept as they are. This is no full parser: what it cannot follow it refuses.
 */
export async function checkPdf(content: Buffer): Promise<CheckedFile | RefusedFile> {
  const whole = content.toString('latin1');
  const end = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(whole.slice(-1024));
  if (end === null || !isTable(content, Number(end[1]))) return { fault: 'damaged' };
  const { outside, streams } = parts(content, whole);
  const unpacked = await unpackObjects(streams);
  if (unpacked === null || /\bstream\b/.test(outside)) return { fault: 'pdf-hidden' };
  const objects = withPlainNames([outside, ...unpacked].join('\n'));
  const fault = findIn(FORBIDDEN, objects) ?? findIn(FORBIDDEN_ANYWHERE, withPlainNames(whole));
  if (fault !== null) return { fault };
  if (OTHER_LINK.test(objects) || opensLink(objects)) return { fault: 'pdf-action' };
  const pages = [...objects.matchAll(/\/Type\s*\/Page(?![A-Za-z0-9])/g)].length;
  if (pages === 0) return { fault: 'damaged' };
  return { kind: 'pdf', content, width: null, height: null, pages, text: null };
}

/** The end names the offset of a table, or of the object that is one. */
function isTable(content: Buffer, at: number): boolean {
  return /^\s*(?:xref\s|\d+\s+\d+\s+obj\b)/.test(content.toString('latin1', at, at + 64));
}

/** Every stream, and all that stands outside of streams. */
function parts(content: Buffer, whole: string): { outside: string; streams: Stream[] } {
  const outside: string[] = [];
  const streams: Stream[] = [];
  const starts = />>\s*stream(?:\r\n|\n|\r)?/g;
  let at = 0;
  for (let found = starts.exec(whole); found !== null; found = starts.exec(whole)) {
    const from = found.index + found[0].length;
    const end = whole.indexOf('endstream', from);
    const before = `${whole.slice(at, found.index)}>>`;
    outside.push(before);
    at = end < 0 ? whole.length : end;
    starts.lastIndex = at;
    streams.push({ dictionary: dictionaryIn(before), data: content.subarray(from, at) });
  }
  outside.push(whole.slice(at));
  return { outside: outside.join('\n'), streams };
}

/** The last object of a text, without its strings and comments, which could look like an end. */
function dictionaryIn(text: string): string {
  const bare = text.replace(/\((?:\\[^]|[^\\()])*\)/g, '()').replace(/%[^\r\n]*/g, '');
  return withPlainNames(bare.slice(Math.max(bare.lastIndexOf('endobj'), 0)));
}

/**
 * The content of all object streams. Null when one cannot be read plainly, or all of them together are too
 * large. `/First` is needed in every object stream (ISO 32000-2, 7.5.7).
 */
async function unpackObjects(streams: Stream[]): Promise<string[] | null> {
  const texts: string[] = [];
  let left = UNPACKED_MAX;
  for (const { dictionary, data } of streams) {
    if (!/\/(?:First|ObjStm)(?![A-Za-z0-9])/.test(dictionary)) continue;
    if (/\/(?:DecodeParms|DP|F|FFilter)(?![A-Za-z0-9])/.test(dictionary)) return null;
    const text = await unpackOne(dictionary, data, left);
    if (text === null) return null;
    left -= text.length;
    texts.push(text.toString('latin1'));
  }
  return texts;
}

/** Null when it is damaged, packed in another way than Flate, or as large as what is left. */
async function unpackOne(dictionary: string, data: Buffer, left: number): Promise<Buffer | null> {
  if (!/\/Filter(?![A-Za-z0-9])/.test(dictionary)) return data.length < left ? data : null;
  if (!/\/Filter\s*(?:\/FlateDecode|\[\s*\/FlateDecode\s*\])/.test(dictionary)) return null;
  return unpack(data, { maxOutputLength: left }).catch(() => null);
}

/** `#4a` in a name stands for the character of that number (ISO 32000-2, 7.3.5). */
function withPlainNames(text: string): string {
  return text.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function findIn(forbidden: [FileFault, RegExp][], text: string): FileFault | null {
  return forbidden.find(([, name]) => name.test(text))?.[0] ?? null;
}

/** Whether opening the document may follow a link: only pressing one may. */
function opensLink(objects: string): boolean {
  if (!/\/S\s*\/URI/.test(objects)) return false;
  const openings = [...objects.matchAll(AT_OPENING)];
  // A document has one, and one more for each time it was changed; each is looked up in the whole.
  if (openings.length > OPENINGS_MAX) return true;
  return openings.some((found) => {
    const direct = objects.slice(found.index, found.index + 200);
    const target = new RegExp(`\\b${found[1] ?? '0'}\\s+\\d+\\s+obj\\b[^]{0,200}`).exec(objects)?.[0];
    return !/^[^>]*\/S\s*\/GoTo\b/.test(found[1] === undefined ? direct : (target ?? ''));
  });
}
