import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { formatFor, type Format } from '../web/format.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import type { MailBlock } from './mail-content.ts';
import { queueMail, type MailConfig, type QueuedMail } from './queue-mail.ts';

/** The person of an account, as a mail needs them. */
export interface AccountOwner {
  id: number;
  company_id: number | null;
  full_name: string;
  email: string;
  locale: Locale;
}

/**
 * Writes a mail to the person of an account into the outbox, in the caller's transaction: in their language,
 * with their name above it and ours below. `usefulUntil` is the end of a secret link in it.
 */
export async function queueAccountMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Pick<QueuedMail, 'template' | 'cause'> & {
    config: MailConfig;
    to: AccountOwner;
    write: (format: Format) => { subject: string; blocks: MailBlock[] };
    usefulUntil?: Date;
  },
): Promise<void> {
  const { config, to, template, cause, usefulUntil } = input;
  const format = formatFor(to.locale);
  const { t, locale } = format;
  const { subject, blocks } = input.write(format);
  const hello: MailBlock = { kind: 'text', text: t('password.mailHello', { name: to.full_name }) };
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: to.company_id,
      userId: to.id,
      to: to.email,
      locale,
      template,
      cause,
      content: { subject, blocks: [hello, ...blocks, { kind: 'text', text: 'YouAreCoder' }] },
      ...(usefulUntil === undefined ? {} : { secret: { note: t('common.secretLinkCut'), usefulUntil } }),
    },
  });
}

/** When and from where something happened to an account, for the person who may not have done it. */
export function whenAndWhere(
  { at, ip }: Pick<RequestContext, 'at' | 'ip'>,
  { t, when }: Format,
): [label: string, value: string][] {
  return [
    [t('password.changedAt'), t('password.istanbulTime', { time: when(at) })],
    [t('common.ipAddress'), ip ?? '–'],
  ];
}
