import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { boughtPeriod, type PlanInForce } from '../../src/billing/bought-period.ts';
import { nextPeriod } from '../../src/billing/period.ts';
import { MAX_MONTHS_AHEAD, quoteOrder } from '../../src/billing/order-rules.ts';
import { GRACE_DAYS, PERIOD_MONTHS, TRIAL_DAYS } from '../../src/billing/plans.ts';
import { loadConfig } from '../../src/config/config.ts';
import { parseBlocks, type DocumentBlock } from '../../src/legal/document-blocks.ts';
import {
  documentKinds,
  findCurrentDocument,
  findDocument,
  listVersions,
  type LegalDocument,
} from '../../src/legal/queries.ts';
import { locales } from '../../src/web/locales/catalogues.ts';
import { IDLE_MINUTES } from '../../src/workspace/session-row.ts';
import { useTestDatabase } from '../support/database.ts';
import { newestVersions as newest } from './newest-versions.ts';
import { nothingAhead } from '../billing/scene.ts';

const database = useTestDatabase();

async function current(kind: (typeof documentKinds)[number], locale: 'tr' | 'en'): Promise<LegalDocument> {
  const document = await findCurrentDocument(database.db, kind, locale);
  if (document === undefined) throw new Error(`no ${kind} in ${locale}`);
  return document;
}

const settings = {
  NODE_ENV: 'test',
  BASE_URL: 'http://localhost:3000',
  DATABASE_URL: 'postgres://localhost/app',
  SESSION_SECRET: 'a session secret for tests only, 32+',
  PAYTR_BASE_URL: 'http://127.0.0.1:9',
  PAYTR_MERCHANT_ID: '1',
  PAYTR_MERCHANT_KEY: 'key-for-tests',
  PAYTR_MERCHANT_SALT: 'salt-for-tests',
};

/** The text on one line: where its lines break means nothing. */
async function words(kind: (typeof documentKinds)[number], locale: 'tr' | 'en'): Promise<string> {
  return (await current(kind, locale)).body.replaceAll(/\s+/g, ' ');
}

/** The shape of a block without its text: two languages of one text have the same shape. */
function shape(block: DocumentBlock): string {
  if (block.kind === 'heading') return `h${String(block.level)} ${/^\d*/.exec(block.text)?.[0] ?? ''}`;
  return block.kind === 'list' ? `list of ${String(block.items.length)}` : 'paragraph';
}

describe('the published texts', () => {
  it('exist in every kind and language, with the hash of exactly their bytes', async () => {
    for (const kind of documentKinds) {
      for (const locale of locales) {
        const document = await current(kind, locale);
        expect(document).toMatchObject({ kind, locale, version: newest[kind] });
        expect(document.body.length).toBeGreaterThan(5000);
        expect(document.content_sha256).toBe(
          createHash('sha256').update(document.body, 'utf8').digest('hex'),
        );
      }
    }
  });

  it.each(documentKinds)(
    'say the same in both languages as far as their build shows it: %s',
    async (kind) => {
      const [tr, en] = [await current(kind, 'tr'), await current(kind, 'en')];
      expect(parseBlocks(tr.body).map(shape)).toEqual(parseBlocks(en.body).map(shape));
    },
  );

  it('promise the periods that the product keeps', async () => {
    expect({ TRIAL_DAYS, GRACE_DAYS, IDLE_MINUTES, PERIOD_MONTHS, MAX_MONTHS_AHEAD }).toEqual({
      TRIAL_DAYS: 14,
      GRACE_DAYS: 7,
      IDLE_MINUTES: 30,
      PERIOD_MONTHS: 1,
      MAX_MONTHS_AHEAD: 12,
    });
    const terms = { tr: await words('terms', 'tr'), en: await words('terms', 'en') };
    for (const text of ['14 gündür', 'otuz dakika', 'bir takvim ayı', 'yedi gün daha açık', 'on iki ay'])
      expect(terms.tr).toContain(text);
    for (const text of [
      '14 days',
      'thirty minutes',
      'one calendar month',
      'seven more days',
      'twelve months',
    ]) {
      expect(terms.en).toContain(text);
    }
  });

  it('say what becomes of a smaller plan when a larger one is bought, as the product does', async () => {
    const at = new Date('2027-03-10T10:00:00Z');
    const inForce: PlanInForce = {
      plan: 'starter',
      billing_currency: 'TRY',
      paid_prices: null,
      period_started_at: at,
      period_ends_at: new Date('2027-03-20T10:00:00Z'),
      ...nothingAhead,
      cancels_at: null,
    };
    const bought = boughtPeriod(inForce, { plan: 'team', currency: 'TRY', price_facts: null }, at);
    expect(bought).toMatchObject({ start: at, end: new Date('2027-04-13T10:00:00Z') });
    const en = await words('terms', 'en');
    expect(en).toContain('it begins at its payment');
    expect(en).toContain(
      "in the ratio of the two plans' monthly prices, rounded down to whole days, and added to that month",
    );
    const tr = await words('terms', 'tr');
    expect(tr).toContain('ödenmeden önce sipariş edilmişse ödemeyle başlar');
    expect(tr).toContain('iki planın aylık fiyatlarının oranına göre yüksek planın süresine çevrilir');
  });

  it('say what an upgrade costs, as the product does', async () => {
    const at = new Date('2027-03-10T10:00:00Z');
    const facts = {
      ...({ list_version: 1, kind: 'fixed', currency: 'TRY' } as const),
      prices: { starter: 49_900, team: 149_900, enterprise: 499_900 },
    };
    const inForce: PlanInForce = {
      ...({ plan: 'starter', billing_currency: 'TRY', paid_prices: facts.prices } as const),
      ...{ period_started_at: new Date('2027-02-20T10:00:00Z'), cancels_at: null, ...nothingAhead },
      period_ends_at: new Date('2027-03-20T10:00:00Z'),
    };
    const quote = quoteOrder(inForce, { plan: 'team', currency: 'TRY', facts }, at);
    expect(quote).toMatchObject({ amountMinor: Math.floor((100_000 * 10) / 28), period: { start: at } });
    expect(await words('terms', 'en')).toContain(
      "The price is the difference between the two plans' monthly prices for the whole months and days that are left",
    );
    expect(await words('terms', 'tr')).toContain('arasındaki farkın kalan tam ay ve günlere düşen kısmıdır');
  });

  it('say when a month begins that is paid for after the end, as the product does', async () => {
    const end = new Date('2027-03-10T10:00:00Z');
    const paid = { period_started_at: null, period_ends_at: end, ...nothingAhead, cancels_at: null };
    const after = (days: number): Date => new Date(end.getTime() + days * 86_400_000);
    expect(nextPeriod(paid, new Date(after(7).getTime() - 1)).start).toEqual(end);
    expect(nextPeriod(paid, after(7)).start).toEqual(after(7));
    expect(nextPeriod({ ...paid, cancels_at: end }, after(1)).start).toEqual(after(1));
    expect(nextPeriod({ ...paid, cancels_at: after(1) }, after(2)).start).toEqual(end);
    expect(nextPeriod({ ...paid, cancels_at: after(-9) }, after(-8)).start).toEqual(end);
    expect(await words('terms', 'tr')).toContain('o dönemin bittiği anda başlar');
    expect(await words('terms', 'en')).toContain(
      'A month bought within seven days after the end of the earlier period begins where that period ended',
    );
    expect(await words('terms', 'en')).toContain('what is left of it goes on with the payment');
    expect(await words('terms', 'tr')).toContain('kalan süre ödemeyle devam eder');
  });

  it('let a deleted workspace come back, as the product does', async () => {
    expect(loadConfig(settings).workspaceRestoreDays).toBeGreaterThan(0);
    expect(await words('terms', 'tr')).toContain(
      'gösterilen gün sayısı içinde bu site üzerinden geri alınabilir',
    );
    expect(await words('terms', 'en')).toContain(
      'can be brought back through this site within the number of days',
    );
  });

  it('keep records for no shorter time than they promise, however the setting is set', async () => {
    const promised = { months: 36, tr: 'en az 36 aydır', en: 'at least 36 months after they were made' };
    expect(loadConfig({ ...settings, RETENTION_MONTHS: String(promised.months) }).retentionMonths).toBe(36);
    expect(() => loadConfig({ ...settings, RETENTION_MONTHS: String(promised.months - 1) })).toThrow(
      /RETENTION_MONTHS/,
    );
    // Paid time reaches so far ahead, and the evidence of its last day is kept for 24 months.
    expect(MAX_MONTHS_AHEAD + 24).toBeLessThanOrEqual(promised.months);
    expect(await words('privacy', 'tr')).toContain(promised.tr);
    expect(await words('privacy', 'en')).toContain(promised.en);
  });

  it('state the same times of keeping in both texts', async () => {
    for (const kind of documentKinds) {
      for (const text of ['24 ay', '10 yıl']) expect(await words(kind, 'tr')).toContain(text);
      for (const text of ['24 months', '10 years']) expect(await words(kind, 'en')).toContain(text);
    }
  });

  it('name no seller: that is configuration, and stands beside the text', async () => {
    for (const kind of documentKinds) {
      for (const locale of locales)
        expect((await current(kind, locale)).body).not.toMatch(/youarecoder|@|https?:/i);
    }
  });

  it('inform about personal data without asking for consent', async () => {
    expect(await words('privacy', 'tr')).toContain('açık rıza talebi değildir');
    expect(await words('privacy', 'en')).toContain('not a request for consent');
  });
});

describe('a text that was published', () => {
  it.each([
    ['changed', "update legal_documents set body = 'other' where kind = 'terms'"],
    ['backdated', "update legal_documents set published_at = '2020-01-01'"],
    ['deleted', 'delete from legal_documents'],
    ['emptied', 'truncate legal_documents cascade'],
  ])('cannot be %s, not even by the owner of the tables', async (_what, sql) => {
    await expect(database.ownerDb.raw(sql)).rejects.toThrow(/append-only/);
    await expect(database.db.raw(sql)).rejects.toThrow(/permission denied|must be owner|append-only/);
  });

  it('cannot be published a second time under its version', async () => {
    await expect(publish({ version: newest.terms })).rejects.toThrow(/uq_legal_documents_version/);
  });
});

describe('a new version', () => {
  it('that is announced ahead is nobody’s yet, neither in force nor readable', async () => {
    await publish({ version: '2099-01-01', published_at: '2099-01-01T00:00:00Z' });
    expect((await current('terms', 'en')).version).toBe(newest.terms);
    expect(await findDocument(database.db, 'terms', '2099-01-01', 'en')).toBeUndefined();
    expect(await listVersions(database.db, 'terms')).toHaveLength(6);
  });

  it('replaces the former in both languages, shown in the one it has', async () => {
    await publish({ version: '2026-12-01', locale: 'tr', body: 'Yeni.' });
    expect(await current('terms', 'en')).toMatchObject({ version: '2026-12-01', locale: 'tr' });
    await publish({ version: '2026-12-01', locale: 'en', body: 'New.' });
    expect(await current('terms', 'en')).toMatchObject({ version: '2026-12-01', locale: 'en', body: 'New.' });
    expect(await current('terms', 'tr')).toMatchObject({
      version: '2026-12-01',
      locale: 'tr',
      body: 'Yeni.',
    });
  });

  it('leaves the former readable, and the other kind alone', async () => {
    expect(await findDocument(database.db, 'terms', '2026-11-29', 'tr')).toMatchObject({ locale: 'tr' });
    expect((await listVersions(database.db, 'terms')).map(({ version }) => version)).toEqual([
      '2026-12-01',
      '2026-11-30c',
      '2026-11-30b',
      '2026-11-30a',
      '2026-11-30',
      '2026-11-29',
      '2026-11-01',
    ]);
    expect((await current('privacy', 'en')).version).toBe(newest.privacy);
  });
});

async function publish(overrides: Record<string, string>): Promise<void> {
  await database.ownerDb('legal_documents').insert({
    kind: 'terms',
    locale: 'en',
    title: 'Terms of use',
    body: 'Text.',
    ...overrides,
  });
}
