import type { StatusAnswer } from '../paytr/paytr.ts';

/** The facts that a status query gave of a payment, as they are kept and shown. Amounts in minor units. */
export interface StatusFacts {
  payment_amount_minor?: number;
  payment_total_minor?: number;
  currency?: string;
  test_mode?: boolean;
  payment_date?: string | undefined;
  masked_pan?: string | undefined;
  card_brand?: string | undefined;
  /** As the gateway lists it, as text. */
  returns?: string | undefined;
  /** Why there is no such answer. */
  reason?: string;
  gateway_message?: string;
}

/** Whether the gateway knows a charge, and the facts of its answer. Null: its answer does not say so. */
export function statusFacts(answer: StatusAnswer): { is_charged: boolean | null; facts: StatusFacts } {
  if (!answer.ok) {
    const { reason, gatewayMessage } = answer;
    const isCharged = reason === 'no-successful-payment' ? false : null;
    return { is_charged: isCharged, facts: { reason, gateway_message: gatewayMessage } };
  }
  return {
    is_charged: true,
    facts: {
      payment_amount_minor: answer.paymentAmountMinor,
      payment_total_minor: answer.paymentTotalMinor,
      currency: answer.currency,
      test_mode: answer.testMode,
      payment_date: answer.paymentDate,
      masked_pan: answer.maskedPan,
      card_brand: answer.cardBrand,
      returns: answer.returns,
    },
  };
}
