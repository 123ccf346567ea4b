import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'factor-reset-requested', version: 1 };

/** Writes the mail that tells a person that their second factors are to end, and how to object. */
export async function queueFactorResetMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    person: { id: number; company_id: number | null; full_name: string; email: string; locale: Locale };
    token: string;
    dueAt: Date;
    expiresAt: Date;
  },
): Promise<void> {
  const { config, person, dueAt, expiresAt } = input;
  const { t, when, locale } = formatFor(person.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: person.company_id,
      userId: person.id,
      to: person.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'account', id: person.id },
      content: {
        subject: t('lostFactor.mailSubject'),
        blocks: [
          { kind: 'text', text: t('password.mailHello', { name: person.full_name }) },
          { kind: 'text', text: t('lostFactor.mailBody', { time: when(dueAt) }) },
          {
            kind: 'link',
            label: t('lostFactor.mailLink'),
            url: `${config.baseUrl}/auth/object-factor/${input.token}`,
            isSecret: true,
          },
          { kind: 'text', text: t('lostFactor.mailIgnore') },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
      secret: { note: t('common.secretLinkCut'), usefulUntil: expiresAt },
    },
  });
}
