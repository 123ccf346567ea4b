import type { Knex } from 'knex';
import { readPage, SHORT_PAGE_SIZE, type Cursor, type Page } from '../../db/keyset.ts';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { PlanPrices } from '../price-facts.ts';
import type { Conversion, PriceList } from './price-list.ts';

interface ListRow extends Omit<PriceList, 'conversion' | 'prices'> {
  kind: 'fixed' | 'converted';
  base_currency: Conversion['base_currency'] | null;
  rate_side: Conversion['rate_side'] | null;
  margin_bps: number | null;
  rounding_mode: Conversion['rounding_mode'] | null;
  rounding_steps: Conversion['rounding_steps'] | null;
  items: { currency: Currency; plan: PaidPlan; amount_minor: number }[];
}

/** The version of the prices in force at a moment. */
export async function findPriceListInForce(db: Knex, at: Date): Promise<PriceList | undefined> {
  const row = await priceLists(db)
    .where('price_lists.effective_from', '<=', at)
    .orderBy([
      { column: 'price_lists.effective_from', order: 'desc' },
      { column: 'price_lists.version', order: 'desc' },
    ])
    .options({ name: 'find-price-list-in-force' })
    .first<ListRow | undefined>();
  return row === undefined ? undefined : toPriceList(row);
}

/** A version with what became of it. */
export interface ListedPriceList extends PriceList {
  /** Null for version 1. */
  author_name: string | null;
  /** When a later version takes or took over; null while none does. */
  next_from: Date | null;
  /** A later version has the same start, so this one never was or will be in force. */
  is_replaced: boolean;
}

/** The versions of the prices, newest first, one page of them. */
export async function listPriceLists(db: Knex, cursor: Cursor): Promise<Page<ListedPriceList>> {
  const query = priceLists(db)
    .leftJoin('users', 'users.id', 'price_lists.created_by')
    .select(
      'users.full_name as author_name',
      db.raw(`(select min(l.effective_from) from price_lists l
        where l.effective_from > price_lists.effective_from) as next_from`),
      db.raw(`exists (select from price_lists l where l.effective_from = price_lists.effective_from
        and l.version > price_lists.version) as is_replaced`),
    );
  const page = await readPage<ListRow & ListedPriceList>(
    db,
    query,
    {
      ...{ keys: ['price_lists.version', 'price_lists.id'], direction: 'desc', size: SHORT_PAGE_SIZE },
      startsAmong: db('price_lists'),
    },
    cursor,
  );
  return {
    ...page,
    rows: page.rows.map((row) => {
      const { author_name, next_from, is_replaced } = row;
      return { ...toPriceList(row), author_name, next_from, is_replaced };
    }),
  };
}

/** The number of the newest version, in force or not. */
export async function findNewestVersion(db: Knex): Promise<number> {
  const row = await db('price_lists').max<{ version: number | null }[]>('version as version').first();
  return row?.version ?? 0;
}

/** Whether a version that is in force at a moment, or comes later, converts by exchange rates. */
export async function arePricesConverted(db: Knex, at: Date): Promise<boolean> {
  const inForce = await findPriceListInForce(db, at);
  if (inForce !== undefined && inForce.conversion !== null) return true;
  const toCome = await db('price_lists')
    .where('kind', 'converted')
    .where('effective_from', '>', at)
    .first<{ id: number } | undefined>('id');
  return toCome !== undefined;
}

function priceLists(db: Knex): Knex.QueryBuilder {
  return db('price_lists').select(
    'price_lists.id',
    'price_lists.version',
    'price_lists.effective_from',
    'price_lists.kind',
    'price_lists.base_currency',
    'price_lists.rate_side',
    'price_lists.margin_bps',
    'price_lists.rounding_mode',
    'price_lists.rounding_steps',
    'price_lists.note',
    'price_lists.created_by',
    'price_lists.created_at',
    db.raw(
      `(select json_agg(json_build_object('currency', i.currency, 'plan', i.plan, 'amount_minor', i.amount_minor))
        from price_list_items i where i.price_list_id = price_lists.id) as items`,
    ),
  );
}

function toPriceList(row: ListRow): PriceList {
  const prices: Partial<Record<Currency, PlanPrices>> = {};
  for (const { currency, plan, amount_minor } of row.items)
    (prices[currency] ??= { starter: 0, team: 0, enterprise: 0 })[plan] = amount_minor;
  const { id, version, effective_from, note, created_by, created_at } = row;
  return {
    ...{ id, version, effective_from, note, created_by, created_at, prices },
    conversion: toConversion(row),
  };
}

function toConversion(row: ListRow): Conversion | null {
  const { base_currency, rate_side, margin_bps, rounding_mode, rounding_steps } = row;
  if (base_currency === null || rate_side === null || margin_bps === null) return null;
  if (rounding_mode === null || rounding_steps === null) return null;
  return { base_currency, rate_side, margin_bps, rounding_mode, rounding_steps };
}
