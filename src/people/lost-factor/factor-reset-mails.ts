import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueAccountMail, type AccountOwner } from '../../mail/queue-account-mail.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'factor-reset-requested', version: 1 };

/** Writes the mail that tells a person that their second factors are to end, and how to object. */
export async function queueFactorResetMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    person: AccountOwner;
    token: string;
    dueAt: Date;
    expiresAt: Date;
  },
): Promise<void> {
  const { config, person, dueAt } = input;
  await queueAccountMail(trx, context, {
    config,
    to: person,
    template: TEMPLATE,
    cause: { type: 'account', id: person.id },
    write: ({ t, when }) => ({
      subject: t('lostFactor.mailSubject'),
      blocks: [
        { kind: 'text', text: t('lostFactor.mailBody', { time: when(dueAt) }) },
        {
          kind: 'link',
          label: t('lostFactor.mailLink'),
          url: `${config.baseUrl}/auth/object-factor/${input.token}`,
          isSecret: true,
        },
        { kind: 'text', text: t('lostFactor.mailIgnore') },
      ],
    }),
    usefulUntil: input.expiresAt,
  });
}
