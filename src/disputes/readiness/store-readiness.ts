import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { listRatesOn } from '../../billing/rates/queries.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { DAY_MS } from '../../durations.ts';
import { localDay } from '../../local-calendar.ts';
import { ce3RulesOf, type Ce3Rules } from '../ce3/ce3-input.ts';
import { readPaymentFacts } from '../facts/read-payment-facts.ts';
import { experienceOf, type Experience } from '../outcomes/experience.ts';
import { listOutcomes } from '../outcomes/queries.ts';
import { assessReadiness } from './assess-readiness.ts';
import { listPaymentsToAssess } from './queries.ts';

/** Days after a charge in which schemes let a cardholder object (Turkish guide and schemes: 540). */
export const DISPUTE_DAYS = 540;

/** Payments of one run; the rest is next. */
const BATCH = 250;

/** A run stops after this time: other scheduled work waits. */
const RUN_SECONDS = 45;

/** Liras for one unit of a currency, in the order of the central bank's list. */
type Rates = Map<string, number>;

/**
 * Assesses charged payments that may still be disputed: new ones first, then those whose assessment is older
 * than a day. A payment that cannot be assessed does not keep the others waiting.
 */
export async function keepReadiness(
  db: Knex,
  context: RequestContext,
  { config }: { config: ReadinessConfig },
): Promise<{ checked: number; failed: number }> {
  const since = new Date(context.at.getTime() - DISPUTE_DAYS * DAY_MS);
  const before = new Date(context.at.getTime() - DAY_MS);
  await db.raw(
    `delete from payment_readiness as r using payments
     where payments.id = r.payment_id and coalesce(payments.charged_at, payments.paid_at, payments.created_at) < ?`,
    [since],
  );
  const known = await readKnown(db, context.at, config);
  const startedAt = performance.now();
  const counts = { checked: 0, failed: 0 };
  for (const paymentId of await listPaymentsToAssess(db, { since, before, limit: BATCH })) {
    try {
      await storeOne(db, { paymentId, at: context.at, known });
      counts.checked += 1;
    } catch (error) {
      counts.failed += 1;
      context.log.error({ err: error, payment_id: paymentId }, 'a payment could not be assessed');
    }
    if (performance.now() - startedAt > RUN_SECONDS * 1000) break;
  }
  return counts;
}

/** Assesses one payment now. */
export async function storeReadiness(
  db: Knex,
  { at }: Pick<RequestContext, 'at'>,
  { paymentId, config }: { paymentId: number; config: ReadinessConfig },
): Promise<void> {
  await storeOne(db, { paymentId, at, known: await readKnown(db, at, config) });
}

async function storeOne(
  db: Knex,
  { paymentId, at, known }: { paymentId: number; at: Date; known: Known },
): Promise<void> {
  const facts = await readPaymentFacts(db, { paymentId, companyId: null, asOf: at });
  if (facts === undefined) return;
  const readiness = assessReadiness(facts, known);
  const { order } = facts;
  const currency = order.charged_currency ?? order.currency;
  const rate = currency === 'TRY' ? 1 : known.rates.get(currency);
  await db('payment_readiness')
    .insert({
      payment_id: paymentId,
      company_id: order.company_id,
      assessed_at: at,
      exposed_minor: readiness.exposed_minor,
      currency,
      exposed_try_minor: rate === undefined ? null : Math.round(readiness.exposed_minor * rate),
      risk: readiness.risk,
      families: readiness.families.length,
      undefended: readiness.undefended,
      missing: readiness.missing.map(({ id }) => id),
      against: readiness.against.map(({ id }) => id),
      serious: readiness.serious,
    })
    .onConflict('payment_id')
    .merge();
}

/** All that assessments of one run share. */
interface Known {
  rates: Rates;
  rules: Ce3Rules;
  experience: Experience;
}

type ReadinessConfig = Pick<Config, 'cardHistory'>;

async function readKnown(db: Knex, at: Date, config: ReadinessConfig): Promise<Known> {
  const experience = experienceOf(await listOutcomes(db, { from: null }));
  return { rates: await ratesAt(db, at), rules: ce3RulesOf(config), experience };
}

/** The rates are only for the order of a list. */
async function ratesAt(db: Knex, at: Date): Promise<Rates> {
  const foreign: Currency[] = ['USD', 'EUR'];
  const day = localDay(at);
  const rates = await listRatesOn(db, { day, currencies: foreign });
  return new Map(
    rates.flatMap(({ currency, forex_selling: selling, unit }) =>
      selling === null ? [] : [[currency, Number(selling) / unit] as const],
    ),
  );
}
