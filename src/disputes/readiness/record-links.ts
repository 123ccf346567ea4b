import type { Piece } from '../defences/assessment.ts';
import type { FactRecord } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';

/** The page on which operators see a record; null where there is none. */
export function recordUrl(record: FactRecord, { order }: PaymentFacts): string | null {
  const company = `company=${String(order.company_id)}`;
  const payment = `/admin/finance/payments/${order.merchant_oid}`;
  if (record.type === 'mail') return `/admin/mails/${String(record.id)}`;
  if (record.type === 'dispute') return `/admin/disputes/${String(record.id)}`;
  if (record.type === 'user') return `/admin/users/${String(record.id)}?${company}`;
  if (record.type === 'legal_invoice') return `/admin/finance/invoices/${String(record.id)}`;
  if (record.type === 'audit_log') return `/admin/audit?${company}`;
  if (record.type === 'workspace_session') return `/admin/users/${String(order.user_id)}/sessions?${company}`;
  if (record.type === 'alert') return `/admin/alerts/all?${company}`;
  return payment;
}

/**
 * The page on which a missing piece can be got, or on which somebody sees why it cannot. `outside`: it has to
 * be asked of the bank, the gateway or the customer, and its file is added to a case.
 */
export function mendLink(piece: Piece, { order }: PaymentFacts): { url: string; isOutside: boolean } | null {
  if (piece.state === 'ready') return null;
  if (piece.actionUrl !== undefined) return { url: piece.actionUrl, isOutside: false };
  const payment = `/admin/finance/payments/${order.merchant_oid}`;
  if (piece.state === 'needs_action') return { url: payment, isOutside: true };
  const pages: Partial<Record<Piece['id'], string>> = {
    legal_invoice: '/admin/finance/invoices',
    receipt_mail: `/admin/mails?company=${String(order.company_id)}`,
    terms_mail: `/admin/mails?company=${String(order.company_id)}`,
    receipt: payment,
    amount_charged: payment,
  };
  const url = pages[piece.id];
  return url === undefined ? null : { url, isOutside: false };
}
