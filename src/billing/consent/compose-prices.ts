import { hash } from 'node:crypto';
import { escapeHtml } from '../../escape-html.ts';
import { paidPlans } from '../../plan.ts';
import type { Format } from '../../web/format.ts';
import { limitsOf } from '../plans.ts';
import { priceFactsRows } from '../prices/offer-words.ts';
import { includedTax } from '../tax/included-tax.ts';
import { periodWords } from './order-values.ts';
import type { Order } from './order.ts';

/** The words of the order page about the offer: what is sold, for how long, at which price. */
export interface ShownPrices {
  /** As the page has it. */
  html: string;
  /** The same as plain text. */
  text: string;
  /** SHA-256 of `html`, in hex: what the page sends back. */
  htmlSha256: string;
}

/**
 * The words about the price of an order, once for the page and for what is kept with its acceptance. They
 * are kept because a bank asks later what the buyer was shown, and templates and translations change. The
 * same order in the same language gives the same words.
 */
export function composePrices(format: Format, order: Order, taxPercent: number): ShownPrices {
  const { t, locale } = format;
  const rows = priceRows(format, order, taxPercent);
  const html = `<dl class="kv" lang="${locale}">\n${rows.map(rowAsHtml).join('\n')}\n</dl>`;
  const lines = rows.map(({ term, values }) => `${term}: ${values.join('; ')}`);
  const text = `${[t('billing.orderSummary'), '', ...lines].join('\n')}\n`;
  return { html, text, htmlSha256: hash('sha256', html) };
}

interface Row {
  term: string;
  values: string[];
  isStrong?: boolean;
}

function priceRows(format: Format, order: Order, taxPercent: number): Row[] {
  const { t, money, number } = format;
  const { plan, currency, amountMinor, priceFacts } = order;
  const tax = money(includedTax(amountMinor, taxPercent), currency);
  return [
    { term: t('billing.orderPlan'), values: [t(`common.plan_${plan}`), t(`common.planFor_${plan}`)] },
    { term: t('consent.included'), values: includedWords(format, order) },
    { term: t('billing.orderPeriod'), values: [periodWords(format, order)] },
    { term: t('billing.orderTotal'), values: [money(amountMinor, currency)], isStrong: true },
    { term: t('billing.orderTax', { percent: number(taxPercent, 2) }), values: [tax] },
    ...priceFactsRows(format, priceFacts, plan).map(({ term, value }) => ({ term, values: [value] })),
    {
      term: t('consent.monthlyPrices'),
      values: paidPlans.map((each) => {
        const price = money(priceFacts.prices[each], priceFacts.currency);
        return `${t(`common.plan_${each}`)}: ${price}`;
      }),
    },
  ];
}

function includedWords({ t }: Format, { plan }: Order): string[] {
  const { workspaces, members } = limitsOf(plan);
  return [
    workspaces === null ? t('common.unlimitedWorkspaces') : t('common.workspaceLimit', { count: workspaces }),
    members === null ? t('common.unlimitedMembers') : t('common.memberLimit', { count: members }),
    t('common.planAudit'),
    t('common.planEvidence'),
  ];
}

/** A row as `views/partials/kv.ejs` has it, with a line for each value. */
function rowAsHtml({ term, values, isStrong = false }: Row): string {
  const lines = values.map((value) => escapeHtml(value)).join('<br>');
  const value = isStrong ? `<strong>${lines}</strong>` : lines;
  return `<div class="kv-row"><dt>${escapeHtml(term)}</dt><dd>${value}</dd></div>`;
}
