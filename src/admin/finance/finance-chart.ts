import { Temporal } from 'temporal-polyfill';
import type { MonthOfMoney } from '../../billing/finance/months-of-money.ts';
import { currencies, type Currency } from '../../currency.ts';
import { barAt, INNER_SHARE, middleOf, OUTER_SHARE, type Bar } from '../../web/charts/bar.ts';
import { axisFor, countingSteps, percent } from '../../web/charts/chart-axis.ts';
import type { Format } from '../../web/format.ts';

/** So many months stand side by side. */
export const CHART_MONTHS = 12;

/** The money of a currency over months as numbers that the view draws. */
interface FinanceChart {
  currency: Currency;
  bars: { charged: Bar; kept: Bar }[];
  lines: { y: number; label: string }[];
  marks: { x: number; label: string }[];
}

/**
 * A chart for each currency that has money in the twelve months up to `month`, since they cannot be added.
 */
export function drawMonths(rows: MonthOfMoney[], month: string, format: Format): FinanceChart[] {
  const last = Temporal.PlainYearMonth.from(month);
  const months = Array.from({ length: CHART_MONTHS }, (_none, at) =>
    last.subtract({ months: CHART_MONTHS - 1 - at }).toString(),
  );
  const charged = currencies.filter((currency) => rows.some((row) => row.currency === currency));
  return charged.map((currency) =>
    drawCurrency(
      currency,
      months,
      rows.filter((row) => row.currency === currency),
      format,
    ),
  );
}

function drawCurrency(
  currency: Currency,
  months: string[],
  rows: MonthOfMoney[],
  { t, shortMoney }: Format,
): FinanceChart {
  const axis = axisFor(Math.max(0, ...rows.map(({ charged_minor }) => charged_minor)), wholeAmounts());
  const bar = (month: string, minor: number, share: number): Bar =>
    barAt({ at: months.indexOf(month), places: months.length, top: axis.top }, minor, share);
  return {
    currency,
    bars: rows.map(({ month, charged_minor, ...less }) => ({
      charged: bar(month, charged_minor, OUTER_SHARE),
      // A month can give back more than it charged; there is no bar below nothing.
      kept: bar(
        month,
        Math.max(0, charged_minor - less.returned_minor - less.charged_back_minor),
        INNER_SHARE,
      ),
    })),
    lines: axis.lines.map(({ y, value }) => ({ y, label: shortMoney(value, currency) })),
    marks: months.map((month, at) => ({
      x: percent(middleOf(at, months.length)),
      label: t('finance.shortMonth', { date: new Date(`${month}-15T12:00:00Z`) }),
    })),
  };
}

/** Whole units of the currency. */
function* wholeAmounts(): Generator<number, never> {
  for (const step of countingSteps()) yield step * 100;
  throw new Error('Bug! counting came to an end');
}
