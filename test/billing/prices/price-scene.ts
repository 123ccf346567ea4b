import type { Knex } from 'knex';
import type { Conversion, PriceListTerms } from '../../../src/billing/prices/price-list.ts';

/** Prices in euros; liras by the rate, whole tens, and dollars by both rates, whole dollars. */
export const EUR_BASED = {
  conversion: {
    base_currency: 'EUR',
    rate_side: 'forex_buying',
    margin_bps: 0,
    rounding_mode: 'up',
    rounding_steps: { TRY: 1000, USD: 100 },
  },
  prices: { EUR: { starter: 1_800, team: 4_500, enterprise: 13_900 } },
} satisfies { conversion: Conversion; prices: PriceListTerms['prices'] };

/** Writes a version of the prices. */
export async function addPriceList(
  db: Knex,
  list: PriceListTerms & { effective_from: Date },
): Promise<number> {
  return db.transaction(async (trx) => {
    const operator = await trx('users').where('role', 'operator').first<{ id: number } | undefined>('id');
    const { version, effective_from, conversion, prices } = list;
    const [row] = await trx('price_lists')
      .insert({
        version,
        effective_from,
        kind: conversion === null ? 'fixed' : 'converted',
        ...conversion,
        note: 'of a test',
        created_by: operator?.id ?? (await addOperator(trx)),
        created_at: effective_from,
      })
      .returning<{ id: number }[]>('id');
    if (row === undefined) throw new Error('Bug! An insert returned no row');
    await trx('price_list_items').insert(
      Object.entries(prices).flatMap(([currency, plans]) =>
        Object.entries(plans).map(([plan, amount_minor]) => ({
          ...{ price_list_id: row.id, currency, plan, amount_minor },
        })),
      ),
    );
    return row.id;
  });
}

async function addOperator(trx: Knex): Promise<number> {
  const [row] = await trx('users')
    .insert({
      ...{ company_id: null, email: 'olivia@example.com', full_name: 'Olivia', role: 'operator' },
      ...{ password_hash: 'none', locale: 'tr', created_at: new Date('2026-01-01') },
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return row.id;
}

/** Writes the rates of a bulletin; buying and selling alike. */
export async function addRates(db: Knex, day: string, rates: Record<string, string>): Promise<void> {
  await db('exchange_rates').insert(
    Object.entries(rates).map(([currency, rate]) => ({
      ...{ bulletin_date: day, bulletin_no: `${day.slice(0, 4)}/1`, currency, unit: 1 },
      valid_for: db.raw('?::date + 1', [day]),
      ...{ forex_buying: rate, forex_selling: rate, banknote_buying: rate, banknote_selling: rate },
      ...{ file_sha256: 'a'.repeat(64), fetched_at: new Date(`${day}T13:00:00Z`) },
    })),
  );
}
