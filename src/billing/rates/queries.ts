import type { Knex } from 'knex';
import type { RateSide } from '../price-facts.ts';

/** The four rates of a bulletin, each null where the bulletin has none. */
type Sides = Record<RateSide, string | null>;

/** The line of a bulletin of the Turkish central bank about one currency. Days are texts as `2026-11-30`. */
export interface ExchangeRate extends Sides {
  currency: string;
  bulletin_date: string;
  bulletin_no: string;
  /** The first day that it counts for: the day after the bulletin. */
  valid_for: string;
  /** Liras are for so many of the currency. */
  unit: number;
  file_sha256: string;
  fetched_at: Date;
}

/** The newest bulletin that is here. */
export async function findNewestBulletin(
  db: Knex,
): Promise<Pick<ExchangeRate, 'bulletin_date' | 'bulletin_no'> | undefined> {
  return db('exchange_rates')
    .orderBy('exchange_rates.bulletin_date', 'desc')
    .first<Pick<ExchangeRate, 'bulletin_date' | 'bulletin_no'> | undefined>(
      db.raw("to_char(exchange_rates.bulletin_date, 'YYYY-MM-DD') as bulletin_date"),
      'exchange_rates.bulletin_no',
    );
}

/** The days, of so many before a day, whose bulletins are here. */
export async function listBulletinDays(
  db: Knex,
  { before, days }: { before: string; days: number },
): Promise<string[]> {
  const rows = await db('exchange_rates')
    .where('exchange_rates.bulletin_date', '<', before)
    .whereRaw('exchange_rates.bulletin_date >= ?::date - ?::integer', [before, days])
    .distinct<{ day: string }[]>(db.raw("to_char(exchange_rates.bulletin_date, 'YYYY-MM-DD') as day"));
  return rows.map(({ day }) => day);
}

/**
 * The rates that count on a day, each currency's from the last bulletin before that day, however old it is. A
 * currency without any is not in the list.
 */
export async function listRatesOn(
  db: Knex,
  { day, currencies }: { day: string; currencies: string[] },
): Promise<ExchangeRate[]> {
  return db('exchange_rates')
    .distinctOn('exchange_rates.currency')
    .where('exchange_rates.valid_for', '<=', day)
    .whereIn('exchange_rates.currency', currencies)
    .orderBy([
      { column: 'exchange_rates.currency' },
      { column: 'exchange_rates.bulletin_date', order: 'desc' },
      { column: 'exchange_rates.fetched_at', order: 'desc' },
      { column: 'exchange_rates.id', order: 'desc' },
    ])
    .select<ExchangeRate[]>(rateColumns(db));
}

/** A question for the rate of a currency that counted on a day, as it was known at a moment. */
interface RateAsked {
  currency: string;
  day: string;
  knownAt: Date;
}

/**
 * The same for several days, each rate at the place of its question, and undefined where none was known. The
 * answer for a moment that is over never changes.
 */
export async function listRatesKnown(db: Knex, asked: RateAsked[]): Promise<(ExchangeRate | undefined)[]> {
  const newest = db('exchange_rates')
    .whereRaw('exchange_rates.currency = asked.currency and exchange_rates.valid_for <= asked.day')
    .whereRaw('exchange_rates.fetched_at <= asked.known_at')
    .orderBy([
      { column: 'exchange_rates.bulletin_date', order: 'desc' },
      { column: 'exchange_rates.fetched_at', order: 'desc' },
      { column: 'exchange_rates.id', order: 'desc' },
    ])
    .limit(1)
    .select(rateColumns(db));
  const rows = await db
    .from(
      db.raw(
        `unnest(?::text[], ?::date[], ?::timestamptz[]) with ordinality as asked (currency, day, known_at, place)
         cross join lateral (?) as known`,
        [
          asked.map(({ currency }) => currency),
          asked.map(({ day }) => day),
          asked.map(({ knownAt }) => knownAt.toISOString()),
          newest,
        ],
      ),
    )
    .select<(ExchangeRate & { place: number })[]>('known.*', 'asked.place');
  const known = new Map(rows.map(({ place, ...rate }) => [place, rate]));
  return asked.map((_, index) => known.get(index + 1));
}

const rateColumns = (db: Knex): (string | Knex.Raw)[] => [
  'exchange_rates.currency',
  // Not as a Date: a day has no time zone.
  db.raw("to_char(exchange_rates.bulletin_date, 'YYYY-MM-DD') as bulletin_date"),
  'exchange_rates.bulletin_no',
  db.raw("to_char(exchange_rates.valid_for, 'YYYY-MM-DD') as valid_for"),
  'exchange_rates.unit',
  'exchange_rates.forex_buying',
  'exchange_rates.forex_selling',
  'exchange_rates.banknote_buying',
  'exchange_rates.banknote_selling',
  'exchange_rates.file_sha256',
  'exchange_rates.fetched_at',
];
