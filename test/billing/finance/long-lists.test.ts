import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { fillCompany } from './fill-company.ts';

const ROWS = 60;
const DESK = '/admin/finance';

const test = useTestApp();
let cast: Cast;
let alice: Visitor;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  await fillCompany(test.db, { companyId: cast.acme.id, userId: cast.alice.id, rows: ROWS });
  alice = await signIn(test.app, cast.alice);
  olivia = await signIn(test.app, cast.olivia);
});

/** A list of a page: what names a row in its markup, and what leads to the rows after and before. */
interface List {
  who: () => Visitor;
  path: () => string;
  row: RegExp;
  next: RegExp;
  prev: RegExp;
  size: number;
  /** The names of all rows in their order, as the database has them. */
  all: () => Promise<string[]>;
}

const linkTo = (parameter: string): RegExp => new RegExp(`href="([^"]*[?;]${parameter}=\\d+[^"]*)"`);
const desk = (part: Omit<List, 'who' | 'next' | 'prev'>, prefix = ''): List => ({
  who: () => olivia,
  ...{ next: linkTo(`${prefix}next`), prev: linkTo(`${prefix}prev`) },
  ...part,
});
const ours = (name: string, part: Pick<List, 'row' | 'all'>): List => ({
  ...{ who: () => alice, path: () => '/billing', size: 10 },
  ...{ next: linkTo(`${name}Older`), prev: linkTo(`${name}Newer`) },
  ...part,
});

const names = async (sql: string): Promise<string[]> => {
  const { rows } = await test.db.raw<{ rows: { name: string | number }[] }>(sql);
  return rows.map(({ name }) => String(name));
};
const legal = (list: string, order: string): List =>
  desk({
    path: () => `${DESK}/invoices?list=${list}`,
    row: /href="\/admin\/finance\/invoices\/(\d+)"/g,
    size: 25,
    all: () =>
      names(`select id as name from legal_invoices where '${list}' in (state, 'all') order by ${order}`),
  });
const search = (text: () => string): List =>
  desk({
    path: () => `${DESK}/search?q=${encodeURIComponent(text())}`,
    row: /href="\/admin\/finance\/payments\/(\w+)"/g,
    size: 25,
    all: () => names('select merchant_oid as name from payments order by created_at desc, id desc'),
  });

const LISTS: Record<string, List> = {
  'the receipts of a company': ours('invoices', {
    row: /<a [^>]*href="\/billing\/invoices\/(\d+)"[^>]*>LON2019/g,
    all: () => names('select id as name from invoices order by issued_at desc, id desc'),
  }),
  'the payments of a company': ours('payments', {
    row: /visually-hidden"> (LON\w+)</g,
    all: () =>
      names(
        `select coalesce(invoice_no, merchant_oid) as name from payments left join invoices on payment_id = payments.id
         order by created_at desc, payments.id desc`,
      ),
  }),
  // The refunds of LONGPAID1 have no reversals.
  'the refunds of a company': ours('refunds', {
    row: /<td data-label="Reversal">(?:<a [^>]*>)?(LOR\d+|–)</g,
    all: () =>
      names(
        `select coalesce(reversal_no, '–') as name from refunds left join reversals on refund_id = refunds.id
         order by refunds.id desc`,
      ),
  }),
  'the charges in review': desk({
    path: () => `${DESK}/review`,
    row: /href="\/admin\/finance\/review\/(\w+)"/g,
    size: 10,
    all: () => names(`select merchant_oid as name from payments where status = 'review' order by id`),
  }),
  'the differences': desk({
    path: () => DESK,
    row: /href="\/admin\/finance\/differences\/(\d+)"/g,
    size: 10,
    all: () => names('select id as name from finance_differences order by id'),
  }),
  'the legal invoices that are due': legal('due', 'due_at, id'),
  'the issued legal invoices': legal('issued', 'id desc'),
  'all legal invoices': legal('all', 'id desc'),
  'the payments of a payer': search(() => cast.alice.email),
  'the payments of an amount': search(() => '1,499.00 TL'),
  'the refunds of a payment': desk(
    {
      path: () => `${DESK}/payments/LONGPAID1`,
      row: /href="\/admin\/finance\/payments\/LONGPAID1\/refunds\/(\d+)"/g,
      size: 10,
      all: () =>
        names(
          `select refunds.id as name from refunds join payments on payments.id = payment_id
           where merchant_oid = 'LONGPAID1' order by refunds.id desc`,
        ),
    },
    'refunds_',
  ),
  'the notes about a charge in review': desk(
    {
      path: () => `${DESK}/review/LONGREVIEW1`,
      row: /<p class="kept-words">note (\d+)<\/p>/g,
      size: 10,
      all: async () =>
        (await names(`select note as name from payment_reviews order by id desc`)).map((note) =>
          note.slice(5),
        ),
    },
    'entries_',
  ),
};

describe('a list that is longer than a page', () => {
  it.each(Object.entries(LISTS))('shows every row once and in order: %s', async (_name, list) => {
    const all = await list.all();
    const there = await walk(list, list.path(), list.next);
    expect(there.pages.flat()).toEqual(all);
    expect(there.pages.length).toBe(Math.ceil(all.length / list.size));
    expect(Math.max(...there.pages.map((rows) => rows.length))).toBe(list.size);
    const back = await walk(list, there.lastPath, list.prev);
    expect(back.pages.toReversed()).toEqual(there.pages);
  });
});

/** The rows of each page from here on, by the links of the pages. */
async function walk(list: List, from: string, to: RegExp): Promise<{ pages: string[][]; lastPath: string }> {
  const pages: string[][] = [];
  let path = from;
  for (;;) {
    const { status, text } = await list.who().get(path);
    expect(status).toBe(200);
    pages.push([...text.matchAll(list.row)].map(([, name]) => name ?? ''));
    const link = to.exec(text)?.[1];
    if (link === undefined || pages.length > ROWS) return { pages, lastPath: path };
    path = link.replaceAll('&amp;', '&').replace(/#.*/, '');
  }
}
