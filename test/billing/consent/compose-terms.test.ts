import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PlanInForce } from '../../../src/billing/bought-period.ts';
import { composeTerms, documentsOf } from '../../../src/billing/consent/compose-terms.ts';
import { orderOf, type Order } from '../../../src/billing/consent/order.ts';
import { orderValues } from '../../../src/billing/consent/order-values.ts';
import { quoteOrder } from '../../../src/billing/order-rules.ts';
import type { PriceFacts } from '../../../src/billing/price-facts.ts';
import { customerTypes, type BillingDetails } from '../../../src/billing/queries.ts';
import { fillTemplate, orderPlaceholders } from '../../../src/legal/fill-template.ts';
import { listCurrentDocuments, orderDocumentKinds } from '../../../src/legal/queries.ts';
import { parseBlocks, type DocumentBlock } from '../../../src/legal/document-blocks.ts';
import { formatFor } from '../../../src/web/format.ts';
import { locales, type Locale } from '../../../src/web/locales/catalogues.ts';
import { useTestApp } from '../../support/app.ts';
import { nothingAhead } from '../scene.ts';

const test = useTestApp();
const at = new Date('2026-12-02T09:30:00Z');

const fixed: PriceFacts = {
  list_version: 3,
  kind: 'fixed',
  currency: 'TRY',
  prices: { starter: 49_900, team: 149_900, enterprise: 499_900 },
};
const converted: PriceFacts = {
  ...fixed,
  kind: 'converted',
  base: { currency: 'USD', prices: { starter: 1_900, team: 4_900, enterprise: 14_900 } },
  rates: [
    {
      currency: 'USD',
      bulletin_date: '2026-12-01',
      bulletin_no: '2026/228',
      valid_for: '2026-12-02',
      side: 'forex_buying',
      unit: 1,
      rate: '42.1234',
      file_sha256: 'a'.repeat(64),
    },
  ],
  margin_bps: 150,
  rounding: { step_minor: 100, mode: 'up' },
};

const trial = {
  ...({ plan: 'trial', billing_currency: 'TRY', paid_prices: null } as const),
  ...{ period_started_at: null, period_ends_at: null, ...nothingAhead, cancels_at: null },
};

function order(facts = fixed, inForce: PlanInForce = trial): Order {
  const quote = quoteOrder(inForce, { plan: 'team', currency: 'TRY', facts }, at);
  if (!quote.ok) throw new Error(quote.reason);
  return orderOf({ plan: 'team', quote, at, offer: { currency: 'TRY', priceListId: 1 } });
}

const buyer: BillingDetails = {
  ...{ name: 'Acme', customer_type: 'company', billing_name: 'Acme <b>Ltd.</b>' },
  ...{ billing_address: '## Street\n- {{total}}', billing_phone: null },
  ...{ billing_district: null, billing_city: null, billing_country: null },
  ...{ billing_tax_office: 'Çankaya', billing_tax_number: '1234567890' },
};
const plain = { ...buyer, billing_address: 'Örnek Cad. 1, Ankara' };
const person = { fullName: 'Ada & Co', email: 'ada@example.com' };

async function termsOf(
  locale: Locale,
  customerType: (typeof customerTypes)[number],
  ordered = order(),
  by = buyer,
) {
  const format = formatFor(locale);
  const documents = await listCurrentDocuments(test.db, documentsOf(customerType), locale);
  const values = orderValues(format, {
    order: ordered,
    buyer: by,
    person,
    config: test.config,
    logKey: 'log+1+key',
  });
  return composeTerms(format, { customerType, documents, values });
}

/** The shape of a block without its text: two languages of one text have the same shape. */
function shape(block: DocumentBlock): string {
  if (block.kind === 'heading') return `h${String(block.level)} ${/^\d*/.exec(block.text)?.[0] ?? ''}`;
  return block.kind === 'list' ? `list of ${String(block.items.length)}` : 'paragraph';
}

describe('the texts of an order', () => {
  it('have the same build and the same placeholders in both languages, and no seller of ours', async () => {
    for (const kind of orderDocumentKinds) {
      const [tr, en] = await Promise.all(
        locales.map(async (locale) => (await listCurrentDocuments(test.db, [kind], locale))[0]!),
      );
      expect(tr!.locale, kind).toBe('tr');
      expect(en!.locale, kind).toBe('en');
      expect(parseBlocks(tr!.body).map(shape), kind).toEqual(parseBlocks(en!.body).map(shape));
      const placeholders = (body: string): string[] =>
        [...body.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort();
      expect(placeholders(tr!.body), kind).toEqual(placeholders(en!.body));
      for (const name of placeholders(tr!.body)) expect(orderPlaceholders).toContain(name);
      expect(tr!.body + en!.body).not.toMatch(/youarecoder|@|https?:/i);
    }
  });

  it.each(locales)(
    'are filled to the last placeholder, with the numbers of the order: %s',
    async (locale) => {
      for (const customerType of customerTypes) {
        const { text, html, button, boxes } = await termsOf(locale, customerType, order(), plain);
        for (const form of [text, html]) {
          expect(form).not.toMatch(/\{\{\w|undefined|null|NaN|\[object/);
          expect(form.replaceAll(/[\u00A0\u202F]/g, ' ')).toContain(
            locale === 'tr' ? '₺1.499,00' : '₺1,499.00',
          );
          expect(form.replaceAll(/[\u00A0\u202F]/g, ' ')).toContain(locale === 'tr' ? '₺249,83' : '₺249.83');
          expect(form).toContain(test.config.seller.address);
          expect(form).toContain('ada@example.com');
        }
        expect(text).toContain(button);
        for (const { wording } of boxes) expect(text).toContain(`[x] ${wording}`);
      }
    },
  );

  it('tell a consumer of withdrawal, mediation and complaints, and ask for the immediate start apart', async () => {
    const tr = await termsOf('tr', 'consumer');
    expect(tr.documents.map(({ kind }) => kind)).toEqual([
      'pre-information',
      'distance-sales',
      'refund-policy',
    ]);
    expect(tr.boxes.map(({ name }) => name)).toEqual(['information', 'contract', 'immediate']);
    for (const words of [
      'on dört gün',
      'm. 15/1-h',
      'arabulucuya başvurmak zorunludur',
      'tüketici hakem heyet',
    ])
      expect(tr.text.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(tr.button).toContain('ödeme yükümlülüğü');
    const en = await termsOf('en', 'consumer');
    for (const words of ['fourteen days', 'art. 15/1-h', 'turned to a mediator', 'consumer arbitration'])
      expect(en.text.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(en.button).toContain('obligation to pay');
  });

  it('give a company no withdrawal of a consumer, and have it say that it is one', async () => {
    const { documents, boxes } = await termsOf('en', 'company');
    expect(documents.map(({ kind }) => kind)).toEqual(['company-sales', 'refund-policy']);
    expect(boxes.map(({ name }) => name)).toEqual(['contract', 'business']);
    expect(boxes[1]?.wording).toContain('Acme <b>Ltd.</b>');
  });

  it('are the same text with the same hash for the same order, and another for any other fact', async () => {
    const first = await termsOf('tr', 'company');
    expect(first.textSha256).toBe(createHash('sha256').update(first.text, 'utf8').digest('hex'));
    expect(await termsOf('tr', 'company')).toEqual(first);
    const others = [
      await termsOf('en', 'company'),
      await termsOf('tr', 'consumer'),
      await termsOf('tr', 'company', order({ ...fixed, list_version: 4 })),
      await termsOf('tr', 'company', order({ ...fixed, prices: { ...fixed.prices, team: 150_000 } })),
      await termsOf('tr', 'company', order(converted)),
      await termsOf('tr', 'company', order(), { ...buyer, billing_tax_number: '9876543217' }),
    ];
    expect(new Set([first, ...others].map(({ textSha256 }) => textSha256)).size).toBe(7);
  });

  it('name the place of the buyer, and are another text for another place', async () => {
    const place = { billing_district: 'Çankaya', billing_city: 'Ankara', billing_country: 'TR' };
    const by = { ...plain, billing_address: 'Örnek Cad. 1', ...place };
    const { text, textSha256 } = await termsOf('tr', 'consumer', order(), by);
    expect(text).toContain('- Adres: Örnek Cad. 1, Çankaya, Ankara, Türkiye');
    const elsewhere = await termsOf('tr', 'consumer', order(), { ...by, billing_city: 'İzmir' });
    expect(elsewhere.textSha256).not.toBe(textSha256);
  });

  it('name list, rate, bulletin, margin and rounding of a converted price', async () => {
    const { text } = await termsOf('en', 'company', order(converted));
    expect(text).toContain('Price list: Version 3');
    expect(text).toContain('Converted from: $49.00');
    expect(text).toContain('bulletin 2026/228 of 1 December 2026, counts from 2 December 2026');
    expect(text).toContain('Margin: 1.5%');
    expect(text).toMatch(/Rounding: up to the next ₺1\.00/);
    expect(text).toContain('the rate written here is the rate that the parties agree');
  });

  it('say from when the month counts, and what becomes of a smaller plan', async () => {
    const paid = {
      period_started_at: new Date('2026-11-20T09:00:00Z'),
      period_ends_at: new Date('2026-12-20T09:00:00Z'),
    };
    const later = await termsOf('en', 'company', order(fixed, { ...trial, plan: 'team', ...paid }));
    expect(later.text).toContain('one month, from 20 Dec 2026, 12:00 to 20 Jan 2027, 12:00 (Istanbul time)');
    const larger = await termsOf('en', 'company', order(fixed, { ...trial, plan: 'starter', ...paid }));
    expect(larger.text).toContain(
      'from the confirmation of the payment until 20 Dec 2026, 12:00 (Istanbul time), when the time already paid ends',
    );
    // 17 days and 23.5 hours are left of a month of 30 days: (1499 − 499) × 17 ÷ 30.
    expect(larger.text).toContain('₺566.66');
    expect(larger.text).toContain('17 of 30 days × (₺1,499.00 − ₺499.00) = ₺566.66');
    expect((await termsOf('en', 'company')).text).toContain('one month from the confirmation of the payment');
    const ended = new Date(at.getTime() - 86_400_000);
    const grace = { period_started_at: null, period_ends_at: ended };
    const late = await termsOf('en', 'company', order(fixed, { ...trial, plan: 'team', ...grace }));
    expect(late.text).toContain(`one month, from ${formatFor('en').when(ended)} to`);
  });

  it('let no value bring markup, a heading, a list or a placeholder', async () => {
    const { html, text } = await termsOf('en', 'company');
    expect(html).toContain('Acme &lt;b&gt;Ltd.&lt;/b&gt;, ## Street - {{total}}');
    expect(html).toContain('Ada &amp; Co');
    expect(text).toContain('Acme <b>Ltd.</b>, ## Street - {{total}}');
    expect(html.match(/<h2/g)).toHaveLength(2);
  });

  it('are not made with a placeholder that nobody fills', () => {
    const values = Object.fromEntries(orderPlaceholders.map((name) => [name, 'x'])) as Parameters<
      typeof fillTemplate
    >[1];
    expect(fillTemplate('a {{total}} b', values)).toBe('a x b');
    expect(() => fillTemplate('{{secret}}', values)).toThrow(/unknown placeholder secret/);
  });
});
