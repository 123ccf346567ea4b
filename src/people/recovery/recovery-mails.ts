import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'recovery-requested', version: 1 };

/** Writes the mail that tells a person that an operator will send them a link, and how to object. */
export async function queueRecoveryMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    person: { id: number; company_id: number; full_name: string; email: string; locale: Locale };
    recoveryId: number;
    token: string;
    dueAt: Date;
  },
): Promise<void> {
  const { config, person, dueAt } = input;
  const { t, when, locale } = formatFor(person.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: person.company_id,
      userId: person.id,
      to: person.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'recovery', id: input.recoveryId },
      content: {
        subject: t('recovery.mailSubject'),
        blocks: [
          { kind: 'text', text: t('password.mailHello', { name: person.full_name }) },
          { kind: 'text', text: t('recovery.mailBody', { time: when(dueAt) }) },
          {
            kind: 'link',
            label: t('recovery.mailLink'),
            url: `${config.baseUrl}/auth/object/${input.token}`,
            isSecret: true,
          },
          { kind: 'text', text: t('recovery.mailIgnore') },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
      secret: { note: t('common.secretLinkCut'), usefulUntil: dueAt },
    },
  });
}
