import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** Count up whenever their words change. */
const RESET = { name: 'password-reset', version: 1 };
const SENT = { name: 'password-reset-sent', version: 1 };
const CHANGED = { name: 'password-changed', version: 1 };

interface Recipient {
  id: number;
  company_id: number | null;
  full_name: string;
  email: string;
  locale: Locale;
}

/** The address that sets a new password. */
export function resetLink(baseUrl: string, token: string): string {
  return `${baseUrl}/auth/reset/${token}`;
}

/** Writes the mail with the link into the outbox. */
export async function queueResetMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    person: Recipient;
    resetId: number;
    token: string;
    expiresAt: Date;
    hours: number;
    /** An admin or an operator had it sent. */
    isSentByOthers?: boolean;
  },
): Promise<void> {
  const { config, person, hours, isSentByOthers = false } = input;
  const { t, locale } = formatFor(person.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: person.company_id,
      userId: person.id,
      to: person.email,
      locale,
      template: isSentByOthers ? SENT : RESET,
      cause: { type: 'password-reset', id: input.resetId },
      content: {
        subject: t('password.resetSubject'),
        blocks: [
          { kind: 'text', text: t('password.mailHello', { name: person.full_name }) },
          { kind: 'text', text: t(isSentByOthers ? 'password.sentByOthers' : 'password.resetBody') },
          {
            kind: 'link',
            label: t('password.resetLink'),
            url: resetLink(config.baseUrl, input.token),
            isSecret: true,
          },
          { kind: 'text', text: t('password.resetExpires', { hours }) },
          { kind: 'text', text: t('password.resetIgnore') },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
      secret: { note: t('common.secretLinkCut'), usefulUntil: input.expiresAt },
    },
  });
}

/** Writes the mail that says that the password was changed, and from where, into the outbox. */
export async function queueChangedMail(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, person }: { config: Config; person: Recipient },
): Promise<void> {
  const { t, when, locale } = formatFor(person.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: person.company_id,
      userId: person.id,
      to: person.email,
      locale,
      template: CHANGED,
      cause: { type: 'account', id: person.id },
      content: {
        subject: t('password.changedSubject'),
        blocks: [
          { kind: 'text', text: t('password.mailHello', { name: person.full_name }) },
          { kind: 'text', text: t('password.changedBody') },
          {
            kind: 'facts',
            rows: [
              [t('password.changedAt'), t('password.istanbulTime', { time: when(context.at) })],
              [t('common.ipAddress'), context.ip ?? '–'],
            ],
          },
          {
            kind: 'link',
            label: t('password.changedNotYou', { contact: config.seller.email }),
            url: `${config.baseUrl}/auth/forgot`,
            isSecret: false,
          },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
    },
  });
}
