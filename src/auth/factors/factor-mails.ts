import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** Counts up whenever the words change. */
const TEMPLATE_VERSION = 1;

/** Changes of a person's second factors of which a mail tells them. */
type FactorEvent =
  | 'totpAdded'
  | 'totpRemoved'
  | 'passkeyAdded'
  | 'passkeyRemoved'
  | 'codesMade'
  | 'codeUsed'
  | 'factorLocked'
  | 'allEnded'
  | 'required';

/** Tells a person by mail what happened to their second factors, when and from where. */
export async function queueFactorMail(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    config,
    userId,
    event,
    name,
    from,
  }: {
    config: Config;
    userId: number;
    event: FactorEvent;
    name?: string;
    /** From when on a second factor is needed. */
    from?: Date;
  },
): Promise<void> {
  const person = await findRecipient(trx, userId);
  const { t, when, locale } = formatFor(person.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: person.company_id,
      userId,
      to: person.email,
      locale,
      template: { name: `second-factor-${event}`, version: TEMPLATE_VERSION },
      cause: { type: 'account', id: userId },
      content: {
        subject: t(`factorMail.${event}Subject`),
        blocks: [
          { kind: 'text', text: t('password.mailHello', { name: person.full_name }) },
          { kind: 'text', text: t(`factorMail.${event}Body`) },
          {
            kind: 'facts',
            rows: [
              ...(name === undefined ? [] : [[t('secondFactor.passkeyName'), name] as [string, string]]),
              ...(from === undefined ? [] : [[t('factorPolicy.from'), when(from)] as [string, string]]),
              [t('password.changedAt'), t('password.istanbulTime', { time: when(context.at) })],
              [t('common.ipAddress'), context.ip ?? '–'],
            ],
          },
          {
            kind: 'link',
            label:
              event === 'required'
                ? t('factorMail.setUp')
                : t('factorMail.notYou', { contact: config.seller.email }),
            url: `${config.baseUrl}${event === 'required' ? '/account/second-factor' : '/auth/forgot'}`,
            isSecret: false,
          },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
    },
  });
}

interface Recipient {
  company_id: number | null;
  full_name: string;
  email: string;
  locale: Locale;
}

async function findRecipient(trx: Knex.Transaction, userId: number): Promise<Recipient> {
  const person = await trx('users')
    .where('id', userId)
    .first<Recipient | undefined>(['company_id', 'full_name', 'email', 'locale']);
  if (person === undefined) throw new Error(`Bug! There is no person ${String(userId)}`);
  return person;
}
