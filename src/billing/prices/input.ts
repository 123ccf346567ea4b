import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { currencies, type Currency } from '../../currency.ts';
import { TIME_ZONE } from '../../local-calendar.ts';
import { paidPlans } from '../../plan.ts';
import { composeLine, isReadableLine } from '../../web/text-line.ts';
import { rateSides, roundingModes, type PlanPrices } from '../price-facts.ts';
import { parseMajor } from '../paytr/minor-units.ts';
import type { PriceListTerms } from './price-list.ts';

/** PayTR takes no less than 1.00; over ten million is a slip of the finger (`ck_price_list_items_amount`). */
const PRICE_MIN = 100;
const PRICE_MAX = 1_000_000_000;

/** Coarsest step of converted prices, in minor units. */
const STEP_MAX = 100_000;

const NOTE_MAX = 500;

/** A new version of the prices as it was entered. */
export interface PriceListDraft extends Omit<PriceListTerms, 'version'> {
  /** Null: at once. */
  effectiveFrom: Date | null;
  note: string;
}

/** Messages are text keys. */
const error = (key: string): { error: string } => ({ error: `prices.error_${key}` });

/** Units and hundredths, as `parseMajor` reads them: `1.499` could mean either, and is refused. */
const hundredths = (key: string): z.ZodType<number> =>
  z
    .string(error(key))
    .transform(parseMajor)
    .pipe(z.number(error(key)));

const price = hundredths('amount').refine(
  (minor) => minor >= PRICE_MIN && minor <= PRICE_MAX,
  error('range'),
);
const planPrices = z.object({ starter: price, team: price, enterprise: price });

/** Prices in a currency; all three fields empty: it is not on sale. */
const maybePrices = z.preprocess(
  (given) => (isEmpty(given) ? null : given),
  planPrices.nullable(),
) as unknown as z.ZodType<PlanPrices | null>;

const step = hundredths('step').refine((minor) => minor >= 1 && minor <= STEP_MAX, error('step'));
const maybeStep = z.preprocess((given) => (isEmpty(given) ? null : given), step.nullable());

const everyKind = {
  day: z.union([z.literal('').transform(() => null), z.iso.date(error('day'))]),
  // Empty: midnight of the day.
  time: z.union([z.literal('').transform(() => null), z.iso.time({ precision: -1, ...error('time') })]),
  note: z
    .string(error('note'))
    .transform(composeLine)
    .refine((text) => text !== '' && isReadableLine(text), error('note'))
    .refine((text) => text.length <= NOTE_MAX, error('noteLong')),
};

/** A time without its day would begin at once, hours before what was meant. */
const namesDayOfTime = ({ day, time }: { day: string | null; time: string | null }): boolean =>
  day !== null || time === null;
const dayOfTime = { ...error('dayOfTime'), path: ['day'] };

const fixedForm = z
  .object({ prices: z.object({ TRY: maybePrices, USD: maybePrices, EUR: maybePrices }), ...everyKind })
  .refine(({ prices }) => currencies.some((currency) => prices[currency] !== null), {
    ...error('noPrice'),
    path: ['prices', 'TRY', 'starter'],
  })
  .refine(namesDayOfTime, dayOfTime);

const convertedForm = z
  .object({
    base_currency: z.enum(currencies, error('choose')),
    base: planPrices,
    rate_side: z.enum(rateSides, error('choose')),
    margin: hundredths('margin').refine((bps) => bps <= 10_000, error('margin')),
    rounding_mode: z.enum(roundingModes, error('choose')),
    steps: z.object({ TRY: maybeStep, USD: maybeStep, EUR: maybeStep }),
    ...everyKind,
  })
  .refine(
    ({ steps, base_currency }) => currencies.some((one) => one !== base_currency && steps[one] !== null),
    {
      ...error('noStep'),
      path: ['steps', 'TRY'],
    },
  )
  .refine(namesDayOfTime, dayOfTime);

/** The fields of both forms. A dot leads into a group: `prices.TRY.team`. */
export const priceListFields = [
  ...['kind', 'base_currency', 'rate_side', 'margin', 'rounding_mode', 'day', 'time', 'note', 'version'],
  ...currencies.flatMap((currency) => paidPlans.map((plan) => `prices.${currency}.${plan}`)),
  ...paidPlans.map((plan) => `base.${plan}`),
  ...currencies.map((currency) => `steps.${currency}`),
];

/** Reads a new version of the prices from its form, or tells the text key of each field's fault. */
export function readPriceList(
  values: Record<string, string>,
): { ok: true; draft: PriceListDraft } | { ok: false; errors: Record<string, string> } {
  const grouped = groupFields(values);
  const reading = values.kind === 'converted' ? readConverted(grouped) : readFixed(grouped);
  if (reading.ok) return reading;
  const errors: Record<string, string> = {};
  for (const issue of reading.error.issues) errors[issue.path.join('.')] ??= issue.message;
  return { ok: false, errors };
}

type Reading = { ok: true; draft: PriceListDraft } | { ok: false; error: z.ZodError };

function readFixed(grouped: unknown): Reading {
  const form = fixedForm.safeParse(grouped);
  if (!form.success) return { ok: false, error: form.error };
  const prices = withoutNulls(form.data.prices);
  return { ok: true, draft: { conversion: null, prices, ...readRest(form.data) } };
}

function readConverted(grouped: unknown): Reading {
  const form = convertedForm.safeParse(grouped);
  if (!form.success) return { ok: false, error: form.error };
  const { base_currency, base, rate_side, margin: margin_bps, rounding_mode, steps } = form.data;
  const rounding_steps = withoutNulls({ ...steps, [base_currency]: null });
  return {
    ok: true,
    draft: {
      conversion: { base_currency, rate_side, margin_bps, rounding_mode, rounding_steps },
      prices: { [base_currency]: base },
      ...readRest(form.data),
    },
  };
}

function readRest({ day, time, note }: { day: string | null; time: string | null; note: string }): {
  effectiveFrom: Date | null;
  note: string;
} {
  if (day === null) return { effectiveFrom: null, note };
  const plainTime = Temporal.PlainTime.from(time ?? '00:00');
  const start = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: TIME_ZONE, plainTime });
  return { effectiveFrom: new Date(start.epochMilliseconds), note };
}

function withoutNulls<Value>(given: Record<Currency, Value | null>): Partial<Record<Currency, Value>> {
  const kept = Object.entries(given).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}

/** `{ 'steps.TRY': '10' }` as `{ steps: { TRY: '10' } }`. A field that is missing counts as empty. */
function groupFields(values: Record<string, string>): Record<string, unknown> {
  const grouped: Record<string, unknown> = {};
  for (const name of priceListFields) {
    const path = name.split('.');
    const last = path.pop() ?? name;
    let group = grouped;
    for (const part of path) group = (group[part] ??= {}) as Record<string, unknown>;
    group[last] = values[name] ?? '';
  }
  return grouped;
}

function isEmpty(given: unknown): boolean {
  if (typeof given === 'object' && given !== null) return Object.values(given).every(isEmpty);
  return typeof given === 'string' && given.trim() === '';
}
