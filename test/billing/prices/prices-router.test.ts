import { beforeAll, describe, expect, it } from 'vitest';
import { findOffers } from '../../../src/billing/prices/find-offers.ts';
import { currencies } from '../../../src/currency.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { addRates } from './price-scene.ts';

const PATH = '/admin/finance/prices';
const testApp = useTestApp();
let cast: Cast;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  olivia = await signIn(testApp.app, cast.olivia);
});

const fixed = {
  ...{ kind: 'fixed', version: '2', day: '', time: '', note: 'The rent is dearer.' },
  ...{ 'prices.TRY.starter': '599,00', 'prices.TRY.team': '1499', 'prices.TRY.enterprise': '5999.5' },
  ...{ 'prices.EUR.starter': '18', 'prices.EUR.team': '45', 'prices.EUR.enterprise': '139' },
};
const converted = {
  ...{ kind: 'converted', day: '', time: '', note: 'Prices follow the rate.' },
  ...{ base_currency: 'EUR', 'base.starter': '18', 'base.team': '45', 'base.enterprise': '139' },
  ...{ rate_side: 'forex_buying', margin: '2,5', rounding_mode: 'up', 'steps.TRY': '10', 'steps.USD': '1' },
};

const preview = (values: Record<string, string>): ReturnType<Visitor['get']> =>
  olivia.get(`${PATH}/preview?${new URLSearchParams(values).toString()}`);

/** The prices that buyers see now, by currency. */
const onSale = async (at = new Date()): Promise<Record<string, number[] | string>> => {
  const offers = await findOffers(testApp.db, { at, currencies, rateMaxAgeDays: 10 });
  return Object.fromEntries(
    offers.map((offer) => [offer.currency, offer.ok ? Object.values(offer.facts.prices) : offer.reason]),
  );
};

const versions = (): Promise<number[]> => testApp.db('price_lists').orderBy('version').pluck('version');

describe('a new version of the prices', () => {
  it('begins as a copy of the one in force, and changes nothing before it is confirmed', async () => {
    const form = await olivia.get(`${PATH}/new`);
    expect(form.text).toMatch(
      /name="prices.TRY.team"[^>]*value="1499.00"|value="1499.00"[^>]*name="prices.TRY.team"/,
    );
    const shown = await preview(fixed);
    expect(shown.status).toBe(200);
    // The new price, the one of now, and a change of a fifth and more.
    for (const text of ['₺599.00', '₺499.00', '+20%', '€45.00', '₺5,999.50', 'The rent is dearer.'])
      expect(shown.text).toContain(text);
    // No price in dollars was entered.
    expect(shown.text).toContain('There is no price in USD');
    expect(await versions()).toEqual([1]);
  });

  it('is refused field by field, and nothing typed is lost', async () => {
    const wrong = {
      ...fixed,
      ...{
        'prices.TRY.starter': '1.499',
        'prices.EUR.team': '',
        'prices.USD.team': '0,50',
        note: ' ',
        day: '2020-01-01',
      },
    };
    const refused = await preview(wrong);
    expect(refused.status).toBe(422);
    for (const field of [
      'prices.TRY.starter',
      'prices.EUR.team',
      'prices.USD.starter',
      'prices.USD.team',
      'note',
    ])
      expect(refused.text, field).toContain(`id="${field}-error"`);
    expect(refused.text).not.toContain('id="prices.TRY.team-error"');
    for (const value of ['1.499', '0,50', '5999.5', '2020-01-01'])
      expect(refused.text).toContain(`value="${value}"`);
    const past = await preview({ ...fixed, day: '2020-01-01' });
    expect(past.text).toContain('id="day-error"');
    const nothing = await preview({ kind: 'fixed', note: 'x', day: '', time: '' });
    expect(nothing.text).toContain('id="prices.TRY.starter-error"');
    expect(await versions()).toEqual([1]);
  });

  it('counts once it is confirmed, leaves an audit row with all of it, and the old one stays as it was', async () => {
    const before = new Date();
    const done = await olivia.post(PATH, fixed);
    expect(done.headers.location).toBe(PATH);
    expect(await onSale()).toEqual({
      ...{ TRY: [59_900, 149_900, 599_950], USD: 'not-priced', EUR: [1_800, 4_500, 13_900] },
    });
    expect(await onSale(new Date(before.getTime() - 1))).toMatchObject({ TRY: [49_900, 149_900, 499_900] });
    const row = await testApp.db('audit_logs').where('action_type', 'price_list_added').first<{
      user_id: number;
      details: Record<string, unknown>;
    }>('user_id', 'details');
    expect(row).toMatchObject({
      user_id: cast.olivia.id,
      details: {
        ...{ version: 2, kind: 'fixed', note: 'The rent is dearer.' },
        prices: { TRY: { starter: 59_900, team: 149_900, enterprise: 599_950 } },
      },
    });
    const page = await olivia.get(PATH);
    for (const text of ['Version 2', 'Version 1', 'In force', 'Olivia', '₺5,999.50'])
      expect(page.text).toContain(text);
  });

  it('is not made twice by a second click, nor beside one that nobody has looked at', async () => {
    const again = await olivia.post(PATH, fixed);
    expect(again.headers.location).toMatch(/\/new\?kind=fixed/);
    const form = await olivia.get(again.headers.location ?? '');
    expect(form.text).toContain('Somebody made another version meanwhile');
    expect(form.text).toContain('value="5999.5"');
    expect(form.text).toContain('name="version" value="3"');
    expect(await versions()).toEqual([1, 2]);
  });

  it('made by two operators at once is one', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => olivia.post(PATH, { ...fixed, version: '3' })));
    expect(answers.filter(({ headers }) => headers.location === PATH)).toHaveLength(1);
    expect(await versions()).toEqual([1, 2, 3]);
  });

  it.each([fixed, converted])('does not begin at once when only a time was entered', async (values) => {
    const refused = await preview({ ...values, day: '', time: '18:00' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('id="day-error"');
    expect(refused.text).toContain('Choose the day of this time.');
  });

  it('may come into force later, and a still later one of the same time takes its place', async () => {
    const later = { ...fixed, day: '2999-01-01', time: '09:00' };
    for (const [version, team] of [
      ['4', '9999'],
      ['5', '2999'],
    ])
      await olivia.post(PATH, { ...later, version: version ?? '', 'prices.TRY.team': team ?? '' });
    expect((await onSale()).TRY).toEqual([59_900, 149_900, 599_950]);
    expect((await onSale(new Date('2999-01-01T05:59:59Z'))).TRY).toEqual([59_900, 149_900, 599_950]);
    expect((await onSale(new Date('2999-01-01T06:00:00Z'))).TRY).toEqual([59_900, 299_900, 599_950]);
    const page = await olivia.get(PATH);
    for (const text of ['To come', 'Replaced before it came into force']) expect(page.text).toContain(text);
  });

  it('never changes: neither its row nor its prices, nor is a price added later', async () => {
    const { db, ownerDb } = testApp.database;
    await expect(db('price_lists').update({ note: 'x' })).rejects.toThrow('permission denied');
    await expect(ownerDb('price_lists').update({ note: 'x' })).rejects.toThrow('append-only');
    await expect(ownerDb('price_list_items').update({ amount_minor: 100 })).rejects.toThrow('append-only');
    await expect(ownerDb('price_list_items').delete()).rejects.toThrow('append-only');
    const list = await db('price_lists').where('version', 2).first<{ id: number }>('id');
    const late = { price_list_id: list.id, currency: 'USD', plan: 'team', amount_minor: 100 };
    await expect(db('price_list_items').insert(late)).rejects.toThrow('whole from the start');
    const backdated = { version: 99, kind: 'fixed', note: 'x', created_by: cast.olivia.id };
    await expect(
      db('price_lists').insert({ ...backdated, effective_from: '2026-01-01', created_at: new Date() }),
    ).rejects.toThrow('ck_price_lists_effective');
  });
});

describe('prices that are converted', () => {
  it('are shown with the rate, its bulletin and the rounding before they count, and without a rate not at all', async () => {
    const values = { ...converted, version: '6' };
    // No bulletin is here, and the test's bank cannot be reached.
    expect((await preview(values)).text).toContain('we do not have yet');
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await addRates(testApp.db, day, { EUR: '54.9210', USD: '46.8612' });
    const shown = await preview(values);
    // 45 € × 54.9210 × 1.025 = 2 533.23…, up to the next ten; in dollars 54.05…, up to the next one.
    for (const text of [
      '₺2,540.00',
      '$55.00',
      '€45.00',
      '1 EUR = 54.9210 TRY',
      '2.5%',
      'up to the next ₺10.00',
    ])
      expect(shown.text, text).toContain(text);
    await olivia.post(PATH, values);
    expect(await onSale()).toMatchObject({ TRY: [102_000, 254_000, 783_000], EUR: [1_800, 4_500, 13_900] });
  });

  it('are refused without a step, a side, or with a margin that is none', async () => {
    const refused = await preview({
      ...converted,
      ...{
        version: '7',
        'steps.TRY': '',
        'steps.USD': '',
        rate_side: 'best',
        margin: '-1',
        'base.team': 'x',
      },
    });
    expect(refused.status).toBe(422);
    for (const field of ['rate_side', 'margin', 'base.team'])
      expect(refused.text).toContain(`id="${field}-error"`);
    const steps = await preview({ ...converted, version: '7', 'steps.TRY': '', 'steps.USD': '' });
    expect(steps.text).toContain('id="steps.TRY-error"');
  });
});
