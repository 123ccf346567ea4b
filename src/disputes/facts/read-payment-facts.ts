import type { Knex } from 'knex';
import type { PaymentFacts } from './payment-facts.ts';
import { readAcceptances, readConsent } from './read-agreement.ts';
import { readCancellations, readNotices, readRefunds } from './read-life.ts';
import { readMails } from './read-mails.ts';
import { readConsented, readOrder, readPayer } from './read-order.ts';
import { readCallbacks, readCard, readLegalInvoices, readPayout, readPeriod } from './read-papers.ts';
import { readNeighbours, readPriors } from './read-priors.ts';
import { readSessions } from './read-sessions.ts';
import { readFaults, readRefusedSignIns, readSignIns } from './read-use.ts';
import { readWarnings } from './read-warnings.ts';

/**
 * Everything stored about one payment that an answer to its dispute may say, as it was at a time. Undefined
 * for a payment that the company does not have; `companyId` null is for operators.
 *
 * 1. Use is what the ledger has posted against the payment (delivery/); without paid time there is none.
 * 2. A row that changed later is read as it was, from the times that it bears.
 */
export async function readPaymentFacts(
  db: Knex,
  { paymentId, companyId, asOf }: { paymentId: number; companyId: number | null; asOf: Date },
): Promise<PaymentFacts | undefined> {
  const order = await readOrder(db, { paymentId, companyId, asOf });
  if (order === undefined) return undefined;
  const period = await readPeriod(db, order, asOf);
  const mails = await readMails(db, { order, asOf });
  const to = period === null || period.end > asOf ? asOf : period.end;
  const paidFrom = order.paid_at ?? order.created_at;
  const signInSpan = { from: period !== null && period.start < paidFrom ? period.start : paidFrom, to };
  const { sessions, use } = await readSessions(db, order, asOf);
  return {
    as_of: asOf,
    order,
    consented: await readConsented(db, order.id),
    payer: await readPayer(db, order),
    card: await readCard(db, order, asOf),
    period,
    consent: await readConsent(db, order.id),
    acceptances: await readAcceptances(db, order),
    callbacks: await readCallbacks(db, order, asOf),
    settled: await readPayout(db, order),
    legal_invoices: await readLegalInvoices(db, order, asOf),
    mails,
    sign_ins: period === null ? [] : await readSignIns(db, order, signInSpan),
    refused_sign_ins: period === null ? [] : await readRefusedSignIns(db, order, signInSpan),
    sessions,
    use,
    faults: period === null ? [] : await readFaults(db, order, { from: period.start, to }),
    refunds: await readRefunds(db, order, asOf),
    cancellations: await readCancellations(db, order, asOf),
    notices: await readNotices(db, order, mails),
    priors: await readPriors(db, order, asOf),
    neighbours: await readNeighbours(db, order, asOf),
    warnings: await readWarnings(db, order),
  };
}
