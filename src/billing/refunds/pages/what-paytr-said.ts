import { readReason } from '../../../audit/reasons.ts';
import type { Format } from '../../../web/format.ts';
import { fromPaytrCurrency } from '../../paytr/currency.ts';
import { readReturnedMoney } from '../../paytr/returned-money.ts';
import type { KeptAnswer, KeptCallback } from './detail-queries.ts';

/** One thing that the gateway said of a payment, in words. */
export interface Said {
  at: Date;
  heading: string;
  rows: { term: string; value: string }[];
}

/** The fields of a notification that say something about the money, in the order of the page. */
const SHOWN_FIELDS = [
  'status',
  'total_amount',
  'payment_amount',
  'currency',
  'payment_type',
  'installment_count',
  'test_mode',
  'failed_reason_code',
  'failed_reason_msg',
] as const;

/** Longest value that is shown, in characters: a notification may hold anything. */
const VALUE_MAX = 200;

/** Notifications and answers about a payment in one list, newest first. Fields keep the gateway's names. */
export function whatPaytrSaid(
  format: Format,
  { callbacks, answers }: { callbacks: KeptCallback[]; answers: KeptAnswer[] },
): Said[] {
  const said = [
    ...callbacks.map((callback) => describeCallback(format, callback)),
    ...answers.map((answer) => describeAnswer(format, answer)),
  ];
  return said.sort((a, b) => b.at.getTime() - a.at.getTime());
}

function describeCallback(format: Format, callback: KeptCallback): Said {
  const { t } = format;
  const fields = new URLSearchParams(callback.body.toString('utf8'));
  const currency = fromPaytrCurrency(fields.get('currency') ?? '');
  const times = t('refunds.saidTimes', { count: callback.received_count });
  return {
    at: callback.received_at,
    // Names of choices in a text have no hyphen.
    heading: `${t('refunds.saidBy_callback', { outcome: callback.outcome.replace('unknown-status', 'unknown') })}, ${times}`,
    rows: SHOWN_FIELDS.flatMap((name) => {
      const value = fields.getAll(name).join(' | ').slice(0, VALUE_MAX);
      if (value === '') return [];
      return [{ term: name, value: name.endsWith('_amount') ? amountText(format, value, currency) : value }];
    }),
  };
}

/** A whole number of kuruş or cents with what it means; any other text as it came. */
function amountText({ money }: Format, text: string, currency: string): string {
  const isReadable = /^\d{1,12}$/.test(text) && /^[A-Z]{3}$/.test(currency);
  return isReadable ? `${text} (${money(Number(text), currency)})` : text;
}

function describeAnswer(format: Format, { asked_at, asker_name, facts }: KeptAnswer): Said {
  const amount = (minor: number | undefined): string => moneyText(format, minor, facts.currency);
  const rows: [term: string, value: string | undefined][] = [
    ['payment_total', amount(facts.payment_total_minor)],
    ['payment_amount', amount(facts.payment_amount_minor)],
    ['currency', facts.currency],
    ['payment_date', facts.payment_date],
    ['kart_marka', facts.card_brand],
    ['masked_pan', facts.masked_pan],
    ['test_mode', facts.test_mode === undefined ? '' : facts.test_mode ? '1' : '0'],
    ...returnedRows(facts.returns, amount),
    [format.t('refunds.saidReason'), reasonText(format, facts.reason)],
    [format.t('refunds.saidWords'), facts.gateway_message],
  ];
  return {
    at: asked_at,
    heading: `${format.t('refunds.saidBy_query')}, ${asker_name}`,
    rows: rows.flatMap(([term, value]) => (value ? [{ term, value: value.slice(0, VALUE_MAX) }] : [])),
  };
}

/** One row for each amount that was given back; the whole text when it cannot be read. */
function returnedRows(
  returns: string | undefined,
  amount: (minor: number) => string,
): [term: string, value: string][] {
  if (returns === undefined) return [];
  const entries = readReturnedMoney(returns) ?? [];
  if (entries.length === 0) return [['returns', returns]];
  return entries.map(({ amountMinor, date, referenceNo }) => [
    'returns',
    [amount(amountMinor), date, referenceNo].filter(Boolean).join(' · '),
  ]);
}

function reasonText({ t }: Format, reason = ''): string {
  const known = readReason(reason)?.reason;
  return known === undefined ? reason : t(`auditReason.${known}`);
}

function moneyText({ money }: Format, minor: number | undefined, currency = ''): string {
  if (minor === undefined) return '';
  return /^[A-Z]{3}$/.test(currency) ? money(minor, currency) : String(minor);
}
