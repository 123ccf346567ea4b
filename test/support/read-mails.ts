import type { Knex } from 'knex';
import { simpleParser } from 'mailparser';
import { openBytes } from '../../src/sealed-bytes.ts';

/** A mail of the outbox as its recipient reads it. */
export interface ReadMail {
  id: number;
  to: string;
  subject: string;
  text: string;
  html: string;
  state: string;
}

/** The mails of the outbox with a greater id, oldest first, with their secret links while they have them. */
export async function readMails(
  db: Knex,
  { after, sessionSecret }: { after: number; sessionSecret: string },
): Promise<ReadMail[]> {
  const rows = await db('mails')
    .where('id', '>', after)
    .orderBy('id')
    .select<{ id: number; recipient: string; kept: Buffer; with_secret: Buffer | null; state: string }[]>([
      'id',
      'recipient',
      'kept',
      'with_secret',
      'state',
    ]);
  return Promise.all(
    rows.map(async ({ id, recipient, kept, with_secret: sealed, state }) => {
      const bytes = sealed === null ? kept : openBytes(sessionSecret, sealed);
      if (bytes === null) throw new Error('a sealed mail that does not open');
      const { subject, text, html } = await simpleParser(bytes);
      return { id, to: recipient, subject: subject ?? '', text: text ?? '', html: html || '', state };
    }),
  );
}
