import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { MailBlock } from '../../mail/mail-content.ts';
import { queueAccountMail, whenAndWhere } from '../../mail/queue-account-mail.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { AddressAccount } from './queries.ts';

/** Count up whenever their words change. */
const NEW_ADDRESS = { name: 'email-change', version: 1 };
const TAKEN = { name: 'email-change-taken', version: 1 };
const WAY_BACK = { name: 'email-changed', version: 1 };

/** The address that confirms a new address. */
export function changeLink(baseUrl: string, token: string): string {
  return `${baseUrl}/auth/new-email/${token}`;
}

interface ChangeMail {
  config: Config;
  account: AddressAccount;
  email: string;
  requestId: number;
}

/** Writes the mail with the link that confirms a new address into the outbox. */
export async function queueNewAddressMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: ChangeMail & { token: string; expiresAt: Date; hours: number },
): Promise<void> {
  const { config, account, hours } = input;
  const { t } = formatFor(account.locale);
  await queueToNewAddress(trx, context, input, {
    template: NEW_ADDRESS,
    blocks: [
      { kind: 'text', text: t('address.newBody', { name: account.full_name, email: account.email }) },
      {
        kind: 'link',
        label: t('address.newLink'),
        url: changeLink(config.baseUrl, input.token),
        isSecret: true,
      },
      { kind: 'text', text: t('address.mailExpires', { hours }) },
      { kind: 'text', text: t('address.newIgnore') },
    ],
    usefulUntil: input.expiresAt,
  });
}

/** Writes the mail that says that the new address has an account already. */
export async function queueTakenByChangeMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: ChangeMail,
): Promise<void> {
  const { t } = formatFor(input.account.locale);
  await queueToNewAddress(trx, context, input, {
    template: TAKEN,
    blocks: [
      { kind: 'text', text: t('address.newTakenBody') },
      { kind: 'text', text: t('address.takenIgnore') },
    ],
  });
}

/** A mail to an address of which nobody knows yet who reads it, so it belongs to no company. */
async function queueToNewAddress(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, account, email, requestId }: ChangeMail,
  mail: { template: { name: string; version: number }; blocks: MailBlock[]; usefulUntil?: Date },
): Promise<void> {
  const { t, locale } = formatFor(account.locale);
  const blocks: MailBlock[] = [
    { kind: 'text', text: t('address.mailHello') },
    ...mail.blocks,
    { kind: 'text', text: 'YouAreCoder' },
  ];
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: null,
      userId: null,
      to: email,
      locale,
      template: mail.template,
      cause: { type: 'email-change', id: requestId },
      content: { subject: t('address.newSubject'), blocks },
      ...(mail.usefulUntil === undefined
        ? {}
        : { secret: { note: t('common.secretLinkCut'), usefulUntil: mail.usefulUntil } }),
    },
  });
}

/** Writes the mail that tells the old address of the change, with the way back, into the outbox. */
export async function queueWayBackMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    account: AddressAccount;
    newEmail: string;
    changeId: number;
    token: string;
    until: Date;
    days: number;
  },
): Promise<void> {
  const { config, account, newEmail, until, days } = input;
  await queueAccountMail(trx, context, {
    config,
    to: account,
    template: WAY_BACK,
    cause: { type: 'email-change', id: input.changeId },
    write: (format) => ({
      subject: format.t('address.backSubject'),
      blocks: [
        { kind: 'text', text: format.t('address.backBody', { email: newEmail }) },
        { kind: 'facts', rows: whenAndWhere(context, format) },
        {
          kind: 'link',
          label: format.t('address.backLink', { days }),
          url: `${config.baseUrl}/auth/restore-email/${input.token}`,
          isSecret: true,
        },
        { kind: 'text', text: format.t('address.backUntil', { time: format.when(until) }) },
      ],
    }),
    usefulUntil: until,
  });
}
