import type { Config } from '../../config/config.ts';
import type { MailBlock, MailContent } from '../../mail/mail-content.ts';
import type { Format } from '../../web/format.ts';
import type { CustomerFacts } from './customer-facts.ts';

/** The words of a mail to the customer that an operator may change. */
export interface CustomerWords {
  subject: string;
  body: string;
  /** A text that the customer may send to the bank. */
  withdrawal: string;
}

/**
 * The ready words in the customer's language: a question to withdraw the objection, which says as well what
 * to do when it is justified, and a text for the bank.
 */
export function readyWords(
  { t, money, when }: Format,
  { facts, config }: { facts: CustomerFacts; config: Pick<Config, 'seller' | 'baseUrl'> },
): CustomerWords {
  const { charged_minor: minor, charged_currency: currency, reference, merchant_oid: order } = facts;
  const params = {
    ...{ name: facts.payer_name, company: facts.company_name, order, reference: reference ?? '' },
    hasReference: reference === null ? 'no' : 'yes',
    amount: minor === null || currency === null ? '–' : money(minor, currency),
    date: when(facts.paid_at ?? facts.ordered_at, 'day'),
    plan: t(`common.plan_${facts.plan}`),
    seller: config.seller.name,
    site: new URL(config.baseUrl).host,
    contact: config.seller.email,
  };
  return {
    subject: t('exhibits.mailSubject', params),
    body: t('exhibits.mailBody', params),
    withdrawal: t('exhibits.withdrawalText', params),
  };
}

/** The whole mail: the words, and between them the facts of the payment as the records have them. */
export function customerMail(
  format: Format,
  { facts, words, config }: { facts: CustomerFacts; words: CustomerWords; config: Pick<Config, 'seller'> },
): MailContent {
  const { t } = format;
  const paragraphs = words.body.split(/\n{2,}/).map((text): MailBlock => ({ kind: 'text', text }));
  return {
    subject: words.subject,
    blocks: [
      ...paragraphs,
      { kind: 'facts', rows: factRows(format, facts) },
      { kind: 'text', text: t('exhibits.withdrawalIntro') },
      { kind: 'lines', text: words.withdrawal },
      { kind: 'text', text: config.seller.name },
    ],
  };
}

/** Only what is known: a row is left out where the records have nothing. */
function factRows(format: Format, facts: CustomerFacts): [label: string, value: string][] {
  const { t, when, number } = format;
  const { delivery } = facts;
  const time = (at: Date): string => t('password.istanbulTime', { time: when(at) });
  const rows: [string, string | null][] = [
    [t('exhibits.fact_order'), facts.merchant_oid],
    [t('exhibits.fact_paidAt'), facts.paid_at === null ? null : time(facts.paid_at)],
    [t('exhibits.fact_charged'), amountText(format, facts.charged_minor, facts.charged_currency)],
    [t('exhibits.fact_disputed'), amountText(format, facts.amount_minor, facts.currency)],
    [t('exhibits.fact_reference'), facts.reference],
    [t('exhibits.fact_plan'), t(`common.plan_${facts.plan}`)],
    [
      t('exhibits.fact_period'),
      delivery.period === null
        ? null
        : t('billing.receiptPeriodValue', {
            from: when(delivery.period.from_at),
            until: when(delivery.period.to_at),
          }),
    ],
    [t('exhibits.fact_invoice'), facts.invoice_no],
    [
      t('exhibits.fact_use'),
      delivery.sessions === 0
        ? null
        : t('exhibits.fact_useValue', {
            sessions: delivery.sessions,
            hours: number(delivery.person_proven_minutes / 60, 1),
          }),
    ],
    [t('exhibits.fact_lastUse'), delivery.last_use_at === null ? null : time(delivery.last_use_at)],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== null);
}

function amountText({ money }: Format, minor: number | null, currency: string | null): string | null {
  return minor === null || currency === null ? null : money(minor, currency);
}
