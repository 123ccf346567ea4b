import { callbackFields } from './callbacks.ts';
import type { RefundFailure, SandboxState } from './sandbox-state.ts';
import { expectedRefundHash } from './signatures.ts';
import { type Transaction, isAcknowledged, refundedMinor } from './transactions.ts';

/**
 * PayTR's answer to a refund; an accepted refund is kept. The same refund sent twice counts as two, since
 * PayTR recognises no repetition. Source: dev.paytr.com/iade-api and /hata-kodlari; the wording of the faults
 * is ours.
 */
export function answerRefund(state: SandboxState, fields: Record<string, string>): Record<string, unknown> {
  const { merchant_oid: merchantOid = '', return_amount: amount = '', reference_no: reference = '' } = fields;
  if (fields['merchant_id'] !== state.store.merchantId)
    return fault('001', 'Gecersiz istek veya magaza aktif degil');
  if (merchantOid === '') return fault('002', 'merchant_oid gonderilmedi');
  const amountMinor = readMajor(amount);
  if (amountMinor === 0) return fault('003', 'return_amount gonderilmedi veya gecersiz');
  if (fields['paytr_token'] !== expectedRefundHash(state.store, merchantOid, amount)) {
    return fault('004', 'paytr_token gonderilmedi veya gecersiz');
  }
  // PayTR documents no number for this fault.
  if (!/^[A-Za-z0-9]{0,64}$/.test(reference)) return fault('001', 'Gecersiz istek: reference_no');
  const transaction = state.findByOid(merchantOid);
  if (transaction?.outcome?.status !== 'success')
    return fault('005', 'merchant_oid ile basarili odeme bulunamadi');
  const refusal = refuseForNow(state.refundFailures[0]) ?? refuseRefund(state, transaction, amountMinor);
  if (refusal) return asInSamples(state, refusal);
  transaction.refunds.push({ amountMinor, reference, at: state.now() });
  return {
    status: 'success',
    is_test: transaction.testMode ? 1 : 0,
    merchant_oid: merchantOid,
    return_amount: amount,
    ...(reference && { reference_no: reference }),
  };
}

/** PayTR's samples write 006 where its table has 009. Uses the fault up that caused the refusal. */
function asInSamples(state: SandboxState, refusal: Record<string, unknown>): Record<string, unknown> {
  const [failure] = state.refundFailures;
  const isOver = failure === 'over-as-006' && refusal['err_no'] === '009';
  if (isOver || refuseForNow(failure)) state.refundFailures.shift();
  return isOver ? { ...refusal, err_no: '006' } : refusal;
}

/**
 * Gives money back as in PayTR's panel. Returns PayTR's words when it refuses, undefined when the money was
 * given back.
 */
export function refundWithoutReference(
  state: SandboxState,
  transaction: Transaction,
  amountMinor: number,
): string | undefined {
  if (amountMinor === 0) return 'tutar gecersiz';
  if (transaction.outcome?.status !== 'success') return 'basarili odeme bulunamadi';
  const refusal = refuseRefund(state, transaction, amountMinor);
  if (refusal) return String(refusal['err_msg']);
  transaction.refunds.push({ amountMinor, reference: '', at: state.now() });
  return undefined;
}

function refuseForNow(failure: RefundFailure | undefined): Record<string, unknown> | undefined {
  if (failure === 'locked') return fault('000', 'Odeme gunu oldugu icin iade servisi kilitli, sonra deneyin');
  if (failure === 'refused') return fault('008', 'Bu odeme tipi icin iade yapilamaz');
  if (failure === 'low-balance') return fault('010', 'Net bakiyeniz bu iade icin yeterli degil');
  return undefined;
}

function refuseRefund(
  state: SandboxState,
  transaction: Transaction,
  amountMinor: number,
): Record<string, unknown> | undefined {
  if (!isAcknowledged(transaction)) return fault('007', 'Odeme bulundu ancak henuz siteye bildirilmedi');
  const lastDay = new Date(transaction.finishedAt ?? transaction.createdAt);
  lastDay.setUTCFullYear(lastDay.getUTCFullYear() + 1);
  if (lastDay < state.now()) return fault('011', 'Bir yildan eski odemeler iade edilemez');
  const paidMinor = Number(callbackFields(state.store, transaction)['total_amount']);
  if (refundedMinor(transaction) + amountMinor > paidMinor) {
    return fault('009', 'Toplam iade tutari odeme tutarindan fazla olamaz');
  }
  return undefined;
}

/** Major units with a dot, "20.50", as 2050; 0 for anything else. Computed from digits, without floats. */
export function readMajor(text: string): number {
  const [, whole = '0', cents = ''] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  return Number(whole + cents.padEnd(2, '0'));
}

function fault(number: string, message: string): Record<string, unknown> {
  return { status: 'error', err_no: number, err_msg: message };
}
