import { boundedText } from '../../storable-text.ts';
import {
  Fault,
  textOrNull,
  text,
  amount,
  amountOrNull,
  currency,
  count,
  turkishDay,
  isoDay,
} from './report-fields.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';

/**
 * A line of the transaction list: a charge, or money given back. Amounts in minor units, days as
 * `2026-11-30`.
 */
export interface ReportedMovement {
  kind: 'sale' | 'return';
  merchant_oid: string;
  day: string;
  amount_minor: number;
  paid_minor: number;
  net_minor: number | null;
  fee_minor: number | null;
  currency: string;
  installment_count: number | null;
  payment_type: string | null;
  card_brand: string | null;
  masked_card: string | null;
}

/** A transfer to our account on a day. The net sum can be less than nothing. */
export interface ReportedPayout {
  day: string;
  currency: string;
  iban: string;
  sales_minor: number;
  returns_minor: number;
  net_minor: number;
}

/** An order within the transfers of a day. */
export interface ReportedPayoutLine {
  merchant_oid: string;
  currency: string;
  amount_minor: number;
}

/**
 * A report: its rows, none when there was nothing in those days, and the rows that could not be read, each
 * with the field and its fault. Or why there is none: `refused` is the gateway's own no.
 */
export type ReportAnswer<Row> =
  | { ok: true; rows: Row[]; problems: string[]; body: string }
  | { ok: false; reason: 'refused'; gatewayMessage: string }
  | NoAnswer;

type Store = PaytrCredentials & PaytrConnection;

/** A report of some thousand rows has a few MB. A longer answer comes from something else. */
const MAX_REPORT_LENGTH = 32 * 2 ** 20;

/** At most this many days fit into a question for transactions, and for payouts. Source: PayTR, reports. */
export const TRANSACTION_DAYS = 3;
export const PAYOUT_DAYS = 31;

/** The transaction list of whole days, both included. Source: dev.paytr.com/islem-dokumu. */
export async function queryTransactions(
  store: Store,
  { from, to }: { from: string; to: string },
): Promise<ReportAnswer<ReportedMovement>> {
  const range = { start_date: `${from} 00:00:00`, end_date: `${to} 23:59:59` };
  return query(store, '/rapor/islem-dokumu', range, { mark: 'siparis_no', read: readMovement });
}

/** The payouts of whole days, both included. Source: dev.paytr.com/odeme-rapor-servisi/odeme-ozeti. */
export async function queryPayouts(
  store: Store,
  { from, to }: { from: string; to: string },
): Promise<ReportAnswer<ReportedPayout>> {
  const range = { start_date: from, end_date: to };
  return query(store, '/rapor/odeme-dokumu', range, { mark: 'date_paid', read: readPayout });
}

/** The orders in the payouts of one day. Source: dev.paytr.com/odeme-rapor-servisi/odeme-detayi. */
export async function queryPayoutLines(store: Store, day: string): Promise<ReportAnswer<ReportedPayoutLine>> {
  return query(store, '/rapor/odeme-detayi', { date: day }, { mark: 'merchant_oid', read: readPayoutLine });
}

/** A row of an answer, whose values `field` reads; it throws a `Fault` for a value that it cannot use. */
type RowReader<Row> = (row: Record<string, unknown>) => Row;

async function query<Row>(
  store: Store,
  path: string,
  asked: Record<string, string>,
  { mark, read }: { mark: string; read: RowReader<Row> },
): Promise<ReportAnswer<Row>> {
  const signed = [store.merchantId, ...Object.values(asked), store.merchantSalt];
  const fields = { merchant_id: store.merchantId, ...asked, paytr_token: paytrSignature(store, signed) };
  const reply = await postToPaytr(store, path, fields, MAX_REPORT_LENGTH);
  if (!reply.ok) return reply;
  const { status } = reply.answer;
  // "failed" means that there was nothing in those days; a fault of the question is "error".
  if (status === 'failed') return { ok: true, rows: [], problems: [], body: reply.text };
  if (status !== 'success') return refusal(reply.answer, reply.text);
  const found = rowsWith(reply.answer, mark);
  if (found.length === 0) return unreadable(`no row with ${mark}: ${reply.text}`);
  return { ok: true, ...readRows(found, read), body: reply.text };
}

function readRows<Row>(
  found: Record<string, unknown>[],
  read: RowReader<Row>,
): { rows: Row[]; problems: string[] } {
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const [at, row] of found.entries()) {
    try {
      rows.push(read(row));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push(`row ${String(at + 1)}: ${error.message}`);
    }
  }
  return { rows, problems };
}

/**
 * The rows of an answer, wherever they are: PayTR's documents do not say how they are nested. `mark` is a
 * field that each row has. Payouts to come are not rows.
 */
function rowsWith(value: unknown, mark: string): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Record<string, unknown>;
  if (mark in object) return [object];
  return Object.entries(object).flatMap(([name, inner]) =>
    name === 'future_payments' ? [] : rowsWith(inner, mark),
  );
}

function readMovement(row: Record<string, unknown>): ReportedMovement {
  const kind = text(row, 'islem_tipi');
  if (kind !== 'S' && kind !== 'I') throw new Fault(`islem_tipi is "${kind}", neither S nor I`);
  return {
    kind: kind === 'S' ? 'sale' : 'return',
    merchant_oid: text(row, 'siparis_no'),
    day: turkishDay(row, 'islem_tarihi'),
    amount_minor: Math.abs(amount(row, 'islem_tutari')),
    paid_minor: Math.abs(amount(row, 'odeme_tutari')),
    net_minor: amountOrNull(row, 'net_tutar'),
    fee_minor: amountOrNull(row, 'kesinti_tutari'),
    currency: currency(row, 'para_birimi'),
    installment_count: count(row, 'taksit'),
    payment_type: textOrNull(row, 'odeme_tipi'),
    card_brand: textOrNull(row, 'kart_marka'),
    masked_card: textOrNull(row, 'kart_no'),
  };
}

function readPayout(row: Record<string, unknown>): ReportedPayout {
  return {
    day: isoDay(row, 'date_paid'),
    currency: currency(row, 'currency'),
    iban: textOrNull(row, 'merchant_iban') ?? '',
    sales_minor: amount(row, 'sales'),
    returns_minor: Math.abs(amount(row, 'return')),
    net_minor: amount(row, 'net'),
  };
}

function readPayoutLine(row: Record<string, unknown>): ReportedPayoutLine {
  return {
    merchant_oid: text(row, 'merchant_oid'),
    currency: currency(row, 'currency'),
    amount_minor: amount(row, 'payment'),
  };
}

function refusal(answer: Record<string, unknown>, said: string): ReportAnswer<never> {
  if (answer['status'] !== 'error') return unreadable(said);
  const words = [answerText(answer['err_no']), answerText(answer['err_msg'])].filter(Boolean).join(' ');
  return {
    ok: false,
    reason: 'refused',
    gatewayMessage: boundedText(words || 'PayTR gave no reason', GATEWAY_MESSAGE_LENGTH),
  };
}

function unreadable(said: string): NoAnswer {
  return { ok: false, reason: 'unreadable', gatewayMessage: boundedText(said, GATEWAY_MESSAGE_LENGTH) };
}
