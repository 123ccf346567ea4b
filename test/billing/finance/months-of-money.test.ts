import { beforeAll, expect, it } from 'vitest';
import { closeMonths } from '../../../src/billing/finance/close-months.ts';
import { listMonthsOfMoney, type MonthOfMoney } from '../../../src/billing/finance/months-of-money.ts';
import { monthOf } from '../../../src/month.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { contextAt } from '../scene.ts';

const test = useTestApp();
let cast: Cast;
const now = new Date('2026-06-01T20:00:00Z');

const charge = async (at: Date, charged_minor: number): Promise<void> => {
  await buildPayment(test.db, {
    ...{ company_id: cast.acme.id, user_id: cast.alice.id, status: 'success' },
    ...{ created_at: at, decided_at: at, paid_at: at, charged_minor },
  });
};

const read = (at = now): Promise<MonthOfMoney[]> =>
  listMonthsOfMoney(test.db, { last: monthOf(undefined, at), count: 4, at });

const close = (at: Date): Promise<number> => closeMonths(test.db, contextAt(at));

beforeAll(async () => {
  cast = await buildCast(test.db);
  await charge(new Date('2026-03-31T20:59:59Z'), 10_000);
  await charge(new Date('2026-03-31T21:00:00Z'), 20_000);
  await charge(new Date('2026-05-31T20:59:59Z'), 40_000);
});

const sums = [
  { month: '2026-03', currency: 'TRY', charged_minor: 10_000, returned_minor: 0, charged_back_minor: 0 },
  { month: '2026-04', currency: 'TRY', charged_minor: 20_000, returned_minor: 0, charged_back_minor: 0 },
  { month: '2026-05', currency: 'TRY', charged_minor: 40_000, returned_minor: 0, charged_back_minor: 0 },
];

it('says the same of a month before it is closed and after, and closes each once', async () => {
  expect(await read()).toEqual(sums);
  // May has been over for less than a day.
  const [one, other] = await Promise.all([close(now), close(now)]);
  // The later one may find months that the earlier one has closed.
  expect(Math.max(one, other)).toBe(2);
  expect(await read()).toEqual(sums);
  expect(await test.db('finance_months').orderBy('month').pluck('month')).toEqual(['2026-03', '2026-04']);
  expect(await close(now)).toBe(0);
});

it('closes the months of a long pause, those without money too', async () => {
  const august = new Date('2026-08-15T09:00:00Z');
  expect(await close(august)).toBe(3);
  expect(await test.db('finance_months').orderBy('month').pluck('month')).toHaveLength(5);
  expect(await read()).toEqual(sums);
});

it('does not change what is closed', async () => {
  await expect(test.db('finance_months').update({ charged_minor: 0 })).rejects.toThrow();
});
