import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueAccountMail, whenAndWhere, type AccountOwner } from '../../mail/queue-account-mail.ts';

/** Count up whenever their words change. */
const RESET = { name: 'password-reset', version: 1 };
const SENT = { name: 'password-reset-sent', version: 1 };
const CHANGED = { name: 'password-changed', version: 1 };

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
    person: AccountOwner;
    resetId: number;
    token: string;
    expiresAt: Date;
    hours: number;
    /** An admin or an operator had it sent. */
    isSentByOthers?: boolean;
  },
): Promise<void> {
  const { config, hours, isSentByOthers = false } = input;
  await queueAccountMail(trx, context, {
    config,
    to: input.person,
    template: isSentByOthers ? SENT : RESET,
    cause: { type: 'password-reset', id: input.resetId },
    write: ({ t }) => ({
      subject: t('password.resetSubject'),
      blocks: [
        { kind: 'text', text: t(isSentByOthers ? 'password.sentByOthers' : 'password.resetBody') },
        {
          kind: 'link',
          label: t('password.resetLink'),
          url: resetLink(config.baseUrl, input.token),
          isSecret: true,
        },
        { kind: 'text', text: t('password.resetExpires', { hours }) },
        { kind: 'text', text: t('password.resetIgnore') },
      ],
    }),
    usefulUntil: input.expiresAt,
  });
}

/** Writes the mail that says that the password was changed, and from where, into the outbox. */
export async function queueChangedMail(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, person }: { config: Config; person: AccountOwner },
): Promise<void> {
  await queueAccountMail(trx, context, {
    config,
    to: person,
    template: CHANGED,
    cause: { type: 'account', id: person.id },
    write: (format) => ({
      subject: format.t('password.changedSubject'),
      blocks: [
        { kind: 'text', text: format.t('password.changedBody') },
        { kind: 'facts', rows: whenAndWhere(context, format) },
        {
          kind: 'link',
          label: format.t('password.changedNotYou', { contact: config.seller.email }),
          url: `${config.baseUrl}/auth/forgot`,
          isSecret: false,
        },
      ],
    }),
  });
}
