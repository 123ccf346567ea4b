import { hash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config/config.ts';
import { storable } from '../storable-text.ts';
import { composeMail } from './compose-mail.ts';
import { withoutSecrets, type MailContent } from './mail-content.ts';
import { sealBytes } from '../sealed-bytes.ts';
import { outboxSignal } from './outbox-signal.ts';

/** A mail to be written into the outbox. */
export interface QueuedMail {
  /** Null when it concerns no company. */
  companyId: number | null;
  /** The account that has the address; null when none has. */
  userId: number | null;
  to: string;
  locale: string;
  /** Name and version of the text; the version counts up whenever its words change. */
  template: { name: string; version: number };
  cause: {
    type:
      | 'payment'
      | 'subscription'
      | 'refund'
      | 'invitation'
      | 'password-reset'
      | 'account'
      | 'email-confirmation'
      | 'email-change'
      | 'data-request'
      | 'recovery'
      | 'alert'
      | 'incident'
      | 'dispute'
      | 'usage-statement';
    id: string | number;
  };
  content: MailContent;
  /** Only for content with a secret link. */
  secret?: {
    /** Stands where the link was in what is kept, in the language of the mail. */
    note: string;
    /** The link is good until then; the mail is not sent later. */
    usefulUntil: Date;
  };
}

/** Another part of the statement that writes a mail. By the name connections keep the whole prepared. */
export interface QueuedBeside {
  name: string;
  query: Knex.QueryBuilder;
}

/** The settings that a mail depends on. */
export type MailConfig = Pick<Config, 'smtpUrl' | 'mailFrom' | 'baseUrl' | 'sessionSecret'>;

/**
 * Writes a mail into the outbox, in the caller's transaction: it is sent after the commit, or never when that
 * fails. Without a mail server it is kept to be read in the product. A message with a secret link is
 * encrypted, and goes when the mail server has it; hashes of both forms stay. Returns the id.
 */
export async function queueMail(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, mail, beside }: { config: MailConfig; mail: QueuedMail; beside?: QueuedBeside },
): Promise<number> {
  const isSent = config.smtpUrl !== null;
  const host = new URL(config.baseUrl).hostname;
  const messageId = `<${randomUUID()}@${host}>`;
  const head = { from: config.mailFrom, to: mail.to, messageId, at: context.at, locale: mail.locale };
  const cut = withoutSecrets(mail.content, mail.secret?.note ?? '');
  const kept = await composeMail(cut, head);
  const sent = cut === mail.content ? kept : await composeMail(mail.content, head);
  const [row] = await trx('mails')
    .modify((query) => {
      if (beside !== undefined) void query.with('beside', beside.query);
    })
    .insert({
      created_at: context.at,
      company_id: mail.companyId,
      user_id: mail.userId,
      recipient: mail.to,
      locale: mail.locale,
      template: mail.template.name,
      template_version: mail.template.version,
      subject: storable(mail.content.subject),
      message_id: messageId,
      envelope_id: randomUUID(),
      cause_type: mail.cause.type,
      cause_id: String(mail.cause.id),
      kept,
      kept_sha256: hash('sha256', kept),
      sent_sha256: hash('sha256', sent),
      with_secret: isSent && sent !== kept ? sealBytes(config.sessionSecret, sent) : null,
      useful_until: sent === kept ? null : (mail.secret?.usefulUntil ?? null),
      state: isSent ? 'queued' : 'kept',
      queued_at: context.at,
      next_try_at: isSent ? context.at : null,
    })
    .returning<{ id: number }[]>('id')
    .options({ name: beside === undefined ? 'queue-mail' : `queue-mail-and-${beside.name}` });
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  outboxSignal.of(trx)?.afterCommit(trx);
  return row.id;
}
