import type { CancellationFact, ConsentFact } from '../facts/agreed-facts.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';

/** The newest cancellation that nobody took back. */
export function standingCancellation({ cancellations }: PaymentFacts): CancellationFact | undefined {
  return cancellations.findLast(({ resumed_at }) => resumed_at === null);
}

/** The newest cancellation that stood when the order was placed. */
export function cancellationBefore({ cancellations, order }: PaymentFacts): CancellationFact | undefined {
  return cancellations.findLast(
    ({ requested_at, resumed_at }) =>
      requested_at <= order.created_at && (resumed_at === null || resumed_at > order.created_at),
  );
}

/** The consent that a charge rests on: the order's own, or for a stored card that of its first payment. */
export function agreedWith({ consent, consented }: PaymentFacts): ConsentFact | null {
  return consent ?? consented?.consent ?? null;
}
