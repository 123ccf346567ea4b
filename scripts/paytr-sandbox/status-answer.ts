import { type SandboxStore, expectedStatusHash } from './signatures.ts';
import { callbackFields } from './callbacks.ts';
import { type Refund, type Transaction, paidMinor } from './transactions.ts';

/** PayTR's answer to a status query. Source: dev.paytr.com/durum-sorgu and /hata-kodlari. */
export function answerStatusQuery(
  store: SandboxStore,
  fields: Record<string, string>,
  find: (merchantOid: string) => Transaction | undefined,
): Record<string, unknown> {
  const merchantOid = fields['merchant_oid'] ?? '';
  if (fields['merchant_id'] !== store.merchantId)
    return fault('001', 'Gecersiz istek veya magaza aktif degil');
  if (merchantOid === '') return fault('002', 'merchant_oid gonderilmedi');
  if (fields['paytr_token'] !== expectedStatusHash(store, merchantOid)) {
    return fault('003', 'paytr_token gonderilmedi veya gecersiz');
  }
  const transaction = find(merchantOid);
  if (!transaction) return fault('004', 'merchant_oid ile islem bulunamadi');
  if (transaction.outcome?.status !== 'success')
    return fault('004', 'merchant_oid ile basarili odeme bulunamadi');
  return describePayment(store, transaction);
}

function describePayment(store: SandboxStore, transaction: Transaction): Record<string, unknown> {
  const { installment_count: instalments = '1' } = callbackFields(store, transaction);
  const paid = paidMinor(transaction);
  return {
    status: 'success',
    payment_amount: majorWithComma(transaction.amountMinor),
    payment_total: majorWithComma(paid),
    payment_date: turkishTime(transaction.finishedAt ?? transaction.createdAt),
    currency: transaction.currency === 'TRY' ? 'TL' : transaction.currency,
    net_tutar: majorWithDot(paid - commissionMinor(paid)),
    kesinti_tutari: majorWithDot(commissionMinor(paid)),
    // A single payment is 1 in the callback and 0 here.
    taksit: instalments === '1' ? '0' : instalments,
    kart_marka: transaction.card?.brand ?? '',
    masked_pan: transaction.card?.maskedPan ?? '',
    odeme_tipi: 'KART',
    test_mode: transaction.testMode ? '1' : '0',
    returns: transaction.refunds.map(describeRefund),
  };
}

// The names come from the documentation's example. The contents of the empty ones are not documented.
function describeRefund(refund: Refund): Record<string, string> {
  return {
    return_amount: majorWithDot(refund.amountMinor),
    return_date: turkishTime(refund.at),
    return_type: '',
    date_completed: turkishTime(refund.at),
    return_auth_code: '',
    return_ref_num: '',
    reference_no: refund.reference,
    return_source: '',
  };
}

function fault(number: string, message: string): Record<string, unknown> {
  return { status: 'error', err_no: number, err_msg: message };
}

/** What PayTR keeps of a payment, in minor units: the rate of its own example. */
export function commissionMinor(paid: number): number {
  return Math.round(paid * 0.024);
}

// The documentation's example reads "10,8": a comma, and no zero at the end.
function majorWithComma(minor: number): string {
  return String(minor / 100).replace('.', ',');
}

function majorWithDot(minor: number): string {
  return (minor / 100).toFixed(2);
}

/** A moment as PayTR writes it: `2026-11-30 12:00:00`, in Turkish time. */
export function turkishTime(time: Date): string {
  return turkish.format(time);
}

// Made once: each holds memory that the garbage collector does not see, and a year of lists made 3 GB.
const turkish = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Istanbul',
  dateStyle: 'short',
  timeStyle: 'medium',
});
