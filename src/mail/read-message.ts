import { simpleParser } from 'mailparser';

/** The body of a message (RFC 5322) as HTML, or as text when it has none. Attachments are left out. */
export async function readMessage(bytes: Buffer): Promise<{ html: string | null; text: string }> {
  const { html, text } = await simpleParser(bytes, { skipImageLinks: true });
  return { html: html === false || html === undefined ? null : html, text: text ?? '' };
}
