import { simpleParser, type Attachment } from 'mailparser';
import { boundedText } from '../../../storable-text.ts';
import type { CheckedFile, RefusedFile } from './checked-file.ts';

/** Longest text of a mail that is kept for reading, in characters. The bytes are kept whole. */
const TEXT_MAX = 20_000;

/** Longest head of a mail, and longest HTML that is turned into text, in bytes. */
const HEAD_MAX = 256 * 1024;
const HTML_MAX = 512 * 1024;

/** Most files in one mail: more could be packed into a small file than anybody reads. */
const FILES_MAX = 20;

/** Pictures of a signature, which no package shows: kept in the mail as they are. */
const SIGNATURE_PICTURE = /^(?:GIF8[79]a|RIFF[^]{4}WEBP)/;

/**
 * Takes a mail (RFC 5322): a head with sender and date, then whatever follows. Its bytes are kept, since a
 * server's signature is over them; only its text is read. A file in it must be one that is taken by itself
 * (`check`), or plain text, or a picture of a signature.
 */
export async function checkMail(
  content: Buffer,
  check: (content: Buffer) => Promise<CheckedFile | RefusedFile>,
): Promise<CheckedFile | RefusedFile> {
  if (!hasMailHead(content)) return { fault: 'unknown' };
  const mail = await simpleParser(content, {
    skipImageLinks: true,
    skipTextToHtml: true,
    maxHtmlLengthToParse: HTML_MAX,
  }).catch(() => null);
  if (mail === null) return { fault: 'damaged' };
  if (mail.attachments.length > FILES_MAX) return { fault: 'mail-attachment' };
  for (const file of mail.attachments)
    if (!(await isHarmless(file, check))) return { fault: 'mail-attachment' };
  const text = boundedText((mail.text ?? '').trim(), TEXT_MAX);
  return { kind: 'eml', content, width: null, height: null, pages: null, text };
}

/** Nothing but head fields until the first empty line, among them a sender and a date or a number. */
function hasMailHead(content: Buffer): boolean {
  const start = content.toString('latin1', 0, HEAD_MAX).replaceAll('\r\n', '\n');
  const end = start.indexOf('\n\n');
  if (end < 0 || start.includes('\0')) return false;
  const lines = start.slice(0, end).split('\n');
  const names = lines.flatMap((line) => /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1]?.toLowerCase() ?? []);
  const folded = lines.slice(1).filter((line) => /^[ \t]/.test(line)).length;
  if (names.length + folded !== lines.length || !names.includes('from')) return false;
  return names.includes('date') || names.includes('message-id');
}

async function isHarmless(
  { content, contentType }: Pick<Attachment, 'content' | 'contentType'>,
  check: (content: Buffer) => Promise<CheckedFile | RefusedFile>,
): Promise<boolean> {
  if (content.length === 0) return true;
  if (SIGNATURE_PICTURE.test(content.toString('latin1', 0, 12))) return true;
  const isText = ['text/plain', 'text/calendar', 'message/delivery-status', 'text/rfc822-headers'];
  if (isText.includes(contentType)) return !content.includes(0);
  return !('fault' in (await check(content)));
}
