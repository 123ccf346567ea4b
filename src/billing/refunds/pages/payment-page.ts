import type { Knex } from 'knex';
import { NotFound } from '../../../errors.ts';
import type { Page } from '../../../db/keyset.ts';
import type { Format } from '../../../web/format.ts';
import { parseCursor } from '../../../web/list-input.ts';
import { pageUrls } from '../../../web/page-urls.ts';
import { findInvoiceOfPayment } from '../../invoices/queries.ts';
import { findSubscription } from '../../queries.ts';
import {
  findOpenRefund,
  findPaymentDetail,
  findRefundDetail,
  listRefundDetails,
  listSaid,
  type PaymentDetail,
  type RefundDetail,
} from './detail-queries.ts';
import { findEarlierEnd, type EarlierEnd } from '../earlier-end.ts';
import { mayClose } from '../end-refund.ts';
import { listRefundTotals, refundPolicies, type RefundTotal } from '../queries.ts';
import { refundCurrency, sumRefunds, type RefundSums } from '../refundable.ts';
import { whatPaytrSaid, type Said } from './what-paytr-said.ts';

/** A payment, its refunds added up, and what a refund could do to the paid time now. */
export interface PaymentCase {
  payment: PaymentDetail;
  totals: RefundTotal[];
  sums: RefundSums;
  open: RefundDetail | null;
  /** Null when the payment has no unused paid time to take back. */
  earlierEnd: EarlierEnd | null;
  policies: typeof refundPolicies;
}

/** Reads a payment of any company, for operators. Throws `NotFound` for an unknown order. */
export async function readPaymentCase(db: Knex, merchantOid: string, at: Date): Promise<PaymentCase> {
  const payment = await findPaymentDetail(db, merchantOid);
  if (payment === undefined) throw new NotFound();
  const [totals, open, invoice, subscription] = await Promise.all([
    listRefundTotals(db, payment.id),
    findOpenRefund(db, payment.id),
    findInvoiceOfPayment(db, payment.company_id, payment.id),
    findSubscription(db, payment.company_id),
  ]);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  return {
    payment,
    totals,
    sums: sumRefunds(payment, totals),
    open: open ?? null,
    earlierEnd: await findEarlierEnd(db, { invoice, subscription, refunds: totals, at }),
    policies: refundPolicies,
  };
}

/** A page of the refunds of a payment, with the addresses of the pages beside it. */
export interface RefundList {
  refunds: RefundDetail[];
  refundPages: ReturnType<typeof pageUrls>;
}

/** The refunds of a payment that the address asks for, of the page at `path`. */
export async function listRefundsAt(
  db: Knex,
  paymentId: number,
  { path, query }: { path: string; query: Record<string, unknown> },
): Promise<RefundList> {
  const prefix = 'refunds_';
  const page: Page<RefundDetail> = await listRefundDetails(db, paymentId, parseCursor(query, prefix));
  return { refunds: page.rows, refundPages: pageUrls(path, {}, page, { prefix, fragment: 'refunds' }) };
}

/** Everything that the page of a payment shows. */
export async function paymentPage(
  db: Knex,
  format: Format,
  input: { merchantOid: string; at: Date; query: Record<string, unknown> },
): Promise<PaymentCase & RefundList & { title: string; said: Said[] }> {
  const found = await readPaymentCase(db, input.merchantOid, input.at);
  const { payment } = found;
  const amount = format.money(payment.charged_minor ?? payment.amount_minor, refundCurrency(payment));
  return {
    ...found,
    ...(await listRefundsAt(db, payment.id, { path: paymentUrl(payment.merchant_oid), query: input.query })),
    title: format.t('refunds.paymentTitle', { amount }),
    said: whatPaytrSaid(format, await listSaid(db, payment.id)),
  };
}

/** The address of a payment's page. */
export function paymentUrl(merchantOid: string): string {
  return `/admin/finance/payments/${merchantOid}`;
}

/** Everything that the page of one refund shows. Throws `NotFound` for a refund of another payment. */
export async function refundPage(
  db: Knex,
  format: Format,
  input: { merchantOid: string; refundId: number; at: Date },
): Promise<PaymentCase & { title: string; refund: RefundDetail; mayClose: boolean; stateText: string }> {
  const found = await readPaymentCase(db, input.merchantOid, input.at);
  const refund = await findRefundDetail(db, found.payment.id, input.refundId);
  if (refund === undefined) throw new NotFound();
  const amount = format.money(refund.amount_minor, refund.currency);
  return {
    ...found,
    refund,
    title: format.t(refund.state === 'requested' ? 'refunds.confirmTitle' : 'refunds.refundTitle', {
      amount,
    }),
    mayClose: mayClose(refund),
    stateText: stateText(format, refund),
  };
}

function stateText({ t, when }: Format, refund: RefundDetail): string {
  if (refund.state === 'unknown' && refund.ask_again_at === null) return t('refunds.stateText_unknownLast');
  const time = when(refund.state === 'waiting' ? refund.send_again_at : refund.ask_again_at);
  return t(`refunds.stateText_${refund.state}`, { time });
}
