import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueAccountMail, type AccountOwner } from '../../mail/queue-account-mail.ts';
import { countryName } from '../../web/locales/country-name.ts';
import type { RuleName } from '../rules/rule-settings.ts';

/** Count up whenever the words change. */
const ALERT = { name: 'alert', version: 2 };

interface MailedAlert {
  id: number;
  company_id: number | null;
  user_id: number | null;
  event_at: Date;
  rules: RuleName[];
  ip_address: string | null;
  country: string | null;
  browser: string | null;
}

/** The address of the page that says "this wasn't me". */
function notMeLink(baseUrl: string, token: string): string {
  return `${baseUrl}/auth/not-me/${token}`;
}

/** Writes the mail about an alert into the outbox: what happened, from where, and the link to report it. */
export async function queueAlertMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { config: Config; recipient: AccountOwner; alert: MailedAlert; token: string; expiresAt: Date },
): Promise<void> {
  const { config, alert } = input;
  const [first = 'new-device'] = alert.rules;
  const isOwn = alert.user_id !== null;
  await queueAccountMail(trx, context, {
    config,
    to: input.recipient,
    template: ALERT,
    cause: { type: 'alert', id: alert.id },
    write: ({ t, when, locale }) => ({
      subject: t(`alerts.subject_${first}`),
      blocks: [
        ...alert.rules.map((rule) => ({ kind: 'text' as const, text: t(`alerts.why_${rule}`) })),
        {
          kind: 'facts',
          rows: [
            [t('alerts.factWhen'), t('password.istanbulTime', { time: when(alert.event_at) })],
            [t('common.ipAddress'), alert.ip_address ?? '–'],
            [
              t('alerts.country'),
              alert.country === null ? t('alerts.countryUnknown') : countryName(alert.country, locale),
            ],
            [t('alerts.browser'), alert.browser ?? '–'],
          ],
        },
        { kind: 'text', text: t(isOwn ? 'alerts.mailIfYou' : 'alerts.mailStaffKnown') },
        {
          kind: 'link',
          label: t(isOwn ? 'alerts.mailNotMe' : 'alerts.mailNotExpected'),
          url: notMeLink(config.baseUrl, input.token),
          isSecret: true,
        },
        { kind: 'text', text: t(isOwn ? 'alerts.mailWhatHappens' : 'alerts.mailStaffHappens') },
        ...(alert.country === null ? [] : [{ kind: 'text' as const, text: t('alerts.credit') }]),
      ],
    }),
    usefulUntil: input.expiresAt,
  });
}
