import type { Format } from '../../../web/format.ts';
import { fromPaytrCurrency } from '../../paytr/currency.ts';
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
    heading: `${t('refunds.saidBy_callback', { outcome: callback.outcome })}, ${times}`,
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
  const { t, money } = format;
  const currency = facts.currency ?? '';
  const rows = Object.entries(facts).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    const isMoney = typeof value === 'number' && /^[A-Z]{3}$/.test(currency);
    return [{ term: name, value: isMoney ? money(value, currency) : String(value).slice(0, VALUE_MAX) }];
  });
  return { at: asked_at, heading: `${t('refunds.saidBy_query')}, ${asker_name}`, rows };
}
