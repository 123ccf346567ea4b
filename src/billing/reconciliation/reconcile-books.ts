import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { closeMonths } from '../finance/close-months.ts';
import { reconcileRefunds } from '../refunds/reconcile-refunds.ts';
import { reconcilePayment } from '../settlement/reconcile-payment.ts';
import { fetchReports } from './fetch-reports.ts';
import { findDifferences } from './find-differences.ts';
import { listUnbookedReturns, listUnsettledCharges } from './queries.ts';
import { trackDifferences } from './track-differences.ts';

/** At most so many charges are asked about in one run. */
const BATCH = 50;

/** The number of things that a comparison found and did. */
type ReconciledBooks = Record<
  'newLines' | 'settled' | 'refundsFound' | 'differencesFound' | 'differencesGone',
  number
>;

/**
 * Compares the books with the gateway: fetches its lists, settles charges and books refunds that nobody told
 * us of, and writes down what does not add up. Closes the months that are over. Returns a summary.
 * When the lists cannot be had, the comparison is still made with what is here, and then throws, so
 * that the schedule shows it.
 */
export async function reconcileBooks(
  db: Knex,
  context: RequestContext,
  { paytr, config }: { paytr: Paytr; config: Config },
): Promise<ReconciledBooks> {
  const { fetched, problem } = await fetchOrReport(db, context, paytr);
  const settled = await settleUnreportedCharges(db, context, { paytr, config });
  const noted = await noteUnbookedReturns(db, context, { paytr, config });
  const found = await findDifferences(db, { at: context.at, production: config.production });
  const { appeared, gone } = await trackDifferences(db, context, found);
  await closeMonths(db, context);
  if (problem !== null) throw problem;
  return {
    newLines: fetched,
    settled,
    refundsFound: noted,
    differencesFound: appeared,
    differencesGone: gone,
  };
}

async function fetchOrReport(
  db: Knex,
  context: RequestContext,
  paytr: Paytr,
): Promise<{ fetched: number; problem: Error | null }> {
  try {
    const { movements, payouts, lines } = await fetchReports(db, context, { paytr });
    return { fetched: movements + payouts + lines, problem: null };
  } catch (error) {
    return { fetched: 0, problem: error instanceof Error ? error : new Error(String(error)) };
  }
}

/**
 * Settles charges of the gateway's list whose notification never came, after the gateway has said so in an
 * answer of its own about each: a list alone settles nothing.
 */
async function settleUnreportedCharges(
  db: Knex,
  context: RequestContext,
  { paytr, config }: { paytr: Paytr; config: Config },
): Promise<number> {
  let settled = 0;
  for (const payment of await listUnsettledCharges(db, BATCH)) {
    const answer = await paytr.queryStatus(payment.merchant_oid);
    if (answer.ok) {
      await reconcilePayment(db, context, { payment, answer, config });
      settled += 1;
    } else {
      const { reason, gatewayMessage } = answer;
      context.log.warn(
        { merchant_oid: payment.merchant_oid, reason, gateway: gatewayMessage },
        'the gateway lists a charge and does not confirm it',
      );
    }
  }
  return settled;
}

/**
 * Books money that the gateway's list says was given back, and our books do not have: somebody refunded it in
 * the gateway's panel. Here, too, the answer about the order decides.
 */
async function noteUnbookedReturns(
  db: Knex,
  context: RequestContext,
  { paytr, config }: { paytr: Paytr; config: Config },
): Promise<number> {
  let noted = 0;
  for (const merchantOid of await listUnbookedReturns(db, BATCH)) {
    const asked = await reconcileRefunds(db, context, { merchantOid, paytr, config });
    noted += (asked?.made ?? 0) + (asked?.foreign ?? 0);
  }
  return noted;
}
