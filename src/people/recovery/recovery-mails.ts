import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueAccountMail, type AccountOwner } from '../../mail/queue-account-mail.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'recovery-requested', version: 1 };

/** Writes the mail that tells a person that an operator will send them a link, and how to object. */
export async function queueRecoveryMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    person: AccountOwner;
    recoveryId: number;
    token: string;
    dueAt: Date;
  },
): Promise<void> {
  const { config, dueAt } = input;
  await queueAccountMail(trx, context, {
    config,
    to: input.person,
    template: TEMPLATE,
    cause: { type: 'recovery', id: input.recoveryId },
    write: ({ t, when }) => ({
      subject: t('recovery.mailSubject'),
      blocks: [
        { kind: 'text', text: t('recovery.mailBody', { time: when(dueAt) }) },
        {
          kind: 'link',
          label: t('recovery.mailLink'),
          url: `${config.baseUrl}/auth/object/${input.token}`,
          isSecret: true,
        },
        { kind: 'text', text: t('recovery.mailIgnore') },
      ],
    }),
    usefulUntil: dueAt,
  });
}
