import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { PAYOUT_DAYS, TRANSACTION_DAYS } from '../paytr/report.ts';
import type { Paytr, ReportAnswer } from '../paytr/paytr.ts';
import {
  findFirstMovementDay,
  findFirstOrderTime,
  findNewestReportDay,
  listPayoutDaysToAsk,
} from './queries.ts';
import { cutDays, daysBefore, gatewayDay } from './report-days.ts';
import { storePayoutLines, storePayouts, storeTransactions } from './store-report.ts';

/**
 * A report is asked for again so many days later: a day is complete only when it is over, and a refund may be
 * late.
 */
const TRANSACTION_OVERLAP_DAYS = 3;
const PAYOUT_OVERLAP_DAYS = 7;

/** At most so many questions of a kind in one run. The rest comes next time. */
const CALLS_MAX = 40;

/** New rows of each report. */
interface Fetched {
  movements: number;
  payouts: number;
  lines: number;
}

/**
 * Fetches the gateway's lists from where the last run ended up to today, the oldest days first, and keeps
 * them. Days that were missed are fetched then. Throws at the first question without a usable answer, so that
 * the schedule shows it; what came before is kept, and the next run goes on there.
 */
export async function fetchReports(
  db: Knex,
  context: RequestContext,
  { paytr }: { paytr: Paytr },
): Promise<Fetched> {
  const today = gatewayDay(context.at);
  const movements = await fetchTransactions(db, context, paytr, today);
  const payouts = await fetchPayouts(db, context, paytr, today);
  return { movements, payouts, lines: await fetchPayoutLines(db, context, paytr) };
}

async function fetchTransactions(
  db: Knex,
  context: RequestContext,
  paytr: Paytr,
  today: string,
): Promise<number> {
  const newest = await findNewestReportDay(db, 'transactions');
  const first = newest === null ? await findFirstOrderTime(db) : null;
  if (newest === null && first === null) return 0;
  const from =
    newest === null ? gatewayDay(first ?? context.at) : daysBefore(newest, TRANSACTION_OVERLAP_DAYS);
  let added = 0;
  for (const days of cutDays({ from, to: today }, TRANSACTION_DAYS).slice(0, CALLS_MAX)) {
    const report = usable(await paytr.listTransactions(days), `transactions of ${days.from}`);
    added += await storeTransactions(db, context, { ...days, ...report });
  }
  return added;
}

async function fetchPayouts(db: Knex, context: RequestContext, paytr: Paytr, today: string): Promise<number> {
  const newest = await findNewestReportDay(db, 'payouts');
  const from = newest === null ? await findFirstMovementDay(db) : daysBefore(newest, PAYOUT_OVERLAP_DAYS);
  if (from === null) return 0;
  let added = 0;
  for (const days of cutDays({ from, to: today }, PAYOUT_DAYS).slice(0, CALLS_MAX)) {
    const report = usable(await paytr.listPayouts(days), `payouts of ${days.from}`);
    added += await storePayouts(db, context, { ...days, ...report });
  }
  return added;
}

async function fetchPayoutLines(db: Knex, context: RequestContext, paytr: Paytr): Promise<number> {
  let added = 0;
  const newest = await findNewestReportDay(db, 'payouts');
  const changingFrom = newest === null ? null : daysBefore(newest, PAYOUT_OVERLAP_DAYS);
  for (const day of await listPayoutDaysToAsk(db, { changingFrom, limit: CALLS_MAX })) {
    const report = usable(await paytr.listPayoutLines(day), `payout of ${day}`);
    added += await storePayoutLines(db, context, { day, ...report });
  }
  return added;
}

function usable<Row>(
  answer: ReportAnswer<Row>,
  what: string,
): { rows: Row[]; problems: string[]; body: string } {
  if (answer.ok) return answer;
  throw new Error(`No report (${what}): ${answer.reason}: ${answer.gatewayMessage}`);
}
