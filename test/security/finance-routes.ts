import type { Knex } from 'knex';
import { buildPayment, type Cast } from '../support/programs/build.ts';
import type { RouteRule } from './route-matrix.ts';

/** Pages of money are the staff's: nobody else is told that they exist. */
export const staffOnly = (stranger: number, olivia: number): RouteRule['expect'] => ({
  ...{ stranger, bob: 404, alice: 404, charlie: 404, olivia },
});

export const reading = { none: 'changes nothing' };

/** An invoice of Acme's. */
export const invoiceOf = async (db: Knex, { acme, alice }: Cast): Promise<number> => {
  const at = new Date();
  const payment = await buildPayment(db, {
    company_id: acme.id,
    user_id: alice.id,
    status: 'success',
    paid_at: at,
  });
  const number = payment.id;
  const [row] = await db('invoices')
    .insert({
      payment_id: payment.id,
      company_id: acme.id,
      year: 2026,
      number,
      invoice_no: `TST2026${String(number).padStart(9, '0')}`,
      issued_at: at,
      plan: 'team',
      period_start: at,
      period_end: new Date(at.getTime() + 30 * 86_400_000),
      currency: 'TRY',
      total_minor: 149_900,
      tax_minor: 24_983,
      tax_percent: 20,
      buyer: { name: 'Acme' },
      seller: { name: 'Seller' },
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

let differences = 0;
/** A difference that nobody has explained. */
const openDifference = async (db: Knex): Promise<number> => {
  differences += 1;
  const seen = { found_at: new Date(), last_seen_at: new Date() };
  const [row] = await db('finance_differences')
    .insert({ kind: 'amount_differs', about: `ORDER${String(differences)}`, ...seen })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

/** A version of the prices as the form sends it. */
const priceList = {
  ...{ kind: 'fixed', day: '2999-01-01', time: '', note: 'dearer rent' },
  ...{ 'prices.TRY.starter': '499', 'prices.TRY.team': '1499', 'prices.TRY.enterprise': '4999' },
};

/** The routes of the finance pages. */
export const financeRules: RouteRule[] = [
  {
    route: 'GET /admin/finance',
    target: () => ({ path: '/admin/finance' }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/finance.csv',
    target: () => ({ path: '/admin/finance.csv' }),
    expect: staffOnly(303, 200),
    audit: 'finance_exported',
    follows: 'finance_export_finished',
    isAboutNoCompany: true,
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /admin/finance/search',
    target: () => ({ path: '/admin/finance/search?q=499' }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/finance/differences/:id',
    target: async (db) => ({ path: `/admin/finance/differences/${String(await openDifference(db))}` }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/finance/differences/:id/close',
    target: async (db) => ({
      path: `/admin/finance/differences/${String(await openDifference(db))}/close`,
      form: { note: 'It is all right.' },
    }),
    expect: staffOnly(401, 303),
    audit: 'finance_difference_closed',
    isAboutNoCompany: true,
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /admin/finance/prices',
    target: () => ({ path: '/admin/finance/prices' }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/finance/prices/new',
    target: () => ({ path: '/admin/finance/prices/new' }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/finance/prices/preview',
    target: () => ({
      path: `/admin/finance/prices/preview?${new URLSearchParams({ ...priceList, version: '2' }).toString()}`,
    }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/finance/prices',
    target: async (db) => {
      const [newest] = await db('price_lists').max<{ version: number }[]>('version as version');
      const version = String((newest?.version ?? 0) + 1);
      return { path: '/admin/finance/prices', form: { ...priceList, version } };
    },
    expect: staffOnly(401, 303),
    audit: 'price_list_added',
    isAboutNoCompany: true,
    forStaff: 'theirs alone',
  },
];
