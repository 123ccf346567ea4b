import type { Knex } from 'knex';
import type { Response } from 'supertest';
import { loadTerms, type OrderWish } from '../../src/billing/consent/load-terms.ts';
import type { BoxName } from '../../src/billing/consent/compose-terms.ts';
import { findSubscription } from '../../src/billing/queries.ts';
import type { Visitor } from '../support/visitor.ts';

/** A buyer that may order: a company with a tax number whose check digit is right. */
export const BUYER = {
  customer_type: 'company',
  billing_name: null as string | null,
  billing_address: 'Örnek Cad. 1, Ankara',
  billing_district: 'Çankaya',
  billing_city: 'Ankara',
  billing_country: 'TR',
  billing_phone: null as string | null,
  billing_tax_office: 'Çankaya',
  billing_tax_number: '1234567890',
};

/** The same as the form of the billing details has it. */
export const BUYER_FORM = { ...BUYER, billing_name: '', billing_phone: '' };

/** Gives a company the billing details without which nothing can be ordered. */
export async function buildBuyer(
  db: Knex,
  companyId: number,
  change: Partial<typeof BUYER> = {},
): Promise<void> {
  await db('billing_details')
    .insert({ company_id: companyId, ...BUYER, ...change })
    .onConflict('company_id')
    .merge();
}

/** The answer of the order page with every box ticked; empty when it would show no order. */
export async function acceptTerms(
  db: Knex,
  wish: OrderWish,
  at: Date,
): Promise<{ textSha256: string; pricesSha256: string; boxes: BoxName[] }> {
  const subscription = await findSubscription(db, wish.person.companyId);
  if (subscription === undefined) throw new Error('no subscription');
  const loaded = await loadTerms(db, subscription, wish, at);
  if (!loaded.ok) return { textSha256: '', pricesSha256: '', boxes: [] };
  const { terms, prices } = loaded;
  const boxes = terms.boxes.map(({ name }) => name);
  return { textSha256: terms.textSha256, pricesSha256: prices.htmlSha256, boxes };
}

/** The fields of an order page with every box ticked. */
export function tickAll(page: Response): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = ''] of page.text.matchAll(/name="(box_\w+)"/g)) fields[name] = 'on';
  fields['currency'] = /name="currency" value="(\w+)"/.exec(page.text)?.[1] ?? '';
  fields['terms'] = /name="terms" value="(\w+)"/.exec(page.text)?.[1] ?? '';
  fields['prices'] = /name="prices" value="(\w+)"/.exec(page.text)?.[1] ?? '';
  return fields;
}

/**
 * Orders by the pages, as a buyer does: opens the order page, ticks every box and presses the button. Returns
 * the answer to the button, or that of the page when it shows no order.
 */
export async function orderPlan(
  visitor: Visitor,
  { plan = 'team', currency = 'TRY' }: { plan?: string; currency?: string | undefined } = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const page = await visitor.get(`/billing/order/${plan}?currency=${currency}`, headers);
  if (page.status !== 200) return page;
  return visitor.post(`/billing/subscribe/${plan}`, tickAll(page), headers);
}
