import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueAccountMail, whenAndWhere, type AccountOwner } from '../../mail/queue-account-mail.ts';

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

/** The change that a mail tells of. `name` is that of a passkey; a factor is needed from `from` on. */
interface Told {
  config: Config;
  event: FactorEvent;
  name?: string;
  from?: Date;
}

/** Tells a person by mail what happened to their second factors, when and from where. */
export async function queueFactorMail(
  trx: Knex.Transaction,
  context: RequestContext,
  { userId, ...told }: Told & { userId: number },
): Promise<void> {
  await queueFactorMailTo(trx, context, { ...told, to: await findRecipient(trx, userId) });
}

/** The same for somebody who has been read already. */
export async function queueFactorMailTo(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, to, event, name, from }: Told & { to: AccountOwner },
): Promise<void> {
  await queueAccountMail(trx, context, {
    config,
    to,
    template: { name: `second-factor-${event}`, version: TEMPLATE_VERSION },
    cause: { type: 'account', id: to.id },
    write: (format) => {
      const { t, when } = format;
      return {
        subject: t(`factorMail.${event}Subject`),
        blocks: [
          { kind: 'text', text: t(`factorMail.${event}Body`) },
          {
            kind: 'facts',
            rows: [
              ...(name === undefined ? [] : [[t('secondFactor.passkeyName'), name] as [string, string]]),
              ...(from === undefined ? [] : [[t('factorPolicy.from'), when(from)] as [string, string]]),
              ...whenAndWhere(context, format),
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
        ],
      };
    },
  });
}

async function findRecipient(trx: Knex.Transaction, userId: number): Promise<AccountOwner> {
  const person = await trx('users')
    .where('id', userId)
    .first<AccountOwner | undefined>(['id', 'company_id', 'full_name', 'email', 'locale']);
  if (person === undefined) throw new Error(`Bug! There is no person ${String(userId)}`);
  return person;
}
