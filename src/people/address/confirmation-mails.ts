import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { MailBlock } from '../../mail/mail-content.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { AddressAccount, AddressStanding } from './queries.ts';

/** Count up whenever their words change. */
const CONFIRM = { name: 'email-confirmation', version: 1 };
const TAKEN = { name: 'email-taken', version: 1 };

interface ConfirmationMail {
  config: Config;
  account: AddressAccount;
  confirmationId: number;
  standing: AddressStanding;
}

/** The address that confirms. */
export function confirmationLink(baseUrl: string, token: string): string {
  return `${baseUrl}/auth/confirm/${token}`;
}

/** Writes the mail with the link that confirms an address into the outbox. */
export async function queueConfirmationMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: ConfirmationMail & { token: string; expiresAt: Date; hours: number },
): Promise<void> {
  const { config, account, standing, hours } = input;
  const { t, when } = formatFor(account.locale);
  const earlier: MailBlock[] =
    standing.state === 'unconfirmed'
      ? [{ kind: 'text', text: t('address.mailClaims', { date: when(standing.holder.created_at, 'date') }) }]
      : [];
  await queueToUnknown(trx, context, input, {
    template: CONFIRM,
    subject: t('address.mailSubject'),
    blocks: [
      { kind: 'text', text: t('address.mailBody', { name: account.full_name }) },
      {
        kind: 'link',
        label: t('address.mailLink'),
        url: confirmationLink(config.baseUrl, input.token),
        isSecret: true,
      },
      { kind: 'text', text: t('address.mailExpires', { hours }) },
      ...earlier,
      { kind: 'text', text: t('address.mailIgnore') },
    ],
    usefulUntil: input.expiresAt,
  });
}

/** Writes the mail that says that the address has an account already. */
export async function queueTakenMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: ConfirmationMail,
): Promise<void> {
  const { t } = formatFor(input.account.locale);
  await queueToUnknown(trx, context, input, {
    template: TAKEN,
    subject: t('address.mailSubject'),
    blocks: [
      { kind: 'text', text: t('address.takenBody') },
      {
        kind: 'link',
        label: t('address.takenLink'),
        url: `${input.config.baseUrl}/auth/forgot`,
        isSecret: false,
      },
      { kind: 'text', text: t('address.takenIgnore') },
    ],
  });
}

/**
 * A mail to an address of which nobody knows yet who reads it. So it belongs to no company: whoever
 * registered with the address of somebody else would read it in their own outbox.
 */
async function queueToUnknown(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, account, confirmationId }: ConfirmationMail,
  mail: {
    template: { name: string; version: number };
    subject: string;
    blocks: MailBlock[];
    usefulUntil?: Date;
  },
): Promise<void> {
  const { t, locale } = formatFor(account.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: null,
      userId: null,
      to: account.email,
      locale,
      template: mail.template,
      cause: { type: 'email-confirmation', id: confirmationId },
      content: {
        subject: mail.subject,
        blocks: [
          { kind: 'text', text: t('address.mailHello') },
          ...mail.blocks,
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
      ...(mail.usefulUntil === undefined
        ? {}
        : { secret: { note: t('common.secretLinkCut'), usefulUntil: mail.usefulUntil } }),
    },
  });
}
