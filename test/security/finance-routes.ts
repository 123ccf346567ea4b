import type { RouteRule } from './route-matrix.ts';

/** Pages of money are the staff's: nobody else is told that they exist. */
const staffOnly = (stranger: number, olivia: number): RouteRule['expect'] => ({
  ...{ stranger, bob: 404, alice: 404, charlie: 404, olivia },
});

const reading = { none: 'changes nothing' };

/** A version of the prices as the form sends it. */
const priceList = {
  ...{ kind: 'fixed', day: '2999-01-01', time: '', note: 'dearer rent' },
  ...{ 'prices.TRY.starter': '499', 'prices.TRY.team': '1499', 'prices.TRY.enterprise': '4999' },
};

/** The routes of the finance pages. */
export const financeRules: RouteRule[] = [
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
