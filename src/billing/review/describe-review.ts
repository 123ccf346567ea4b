import type { Format } from '../../web/format.ts';
import { promisedTime } from '../checkout/refusal-words.ts';
import { checkOrder, plansThatFit } from '../order-rules.ts';
import type { PaymentInReview } from './queries.ts';
import { misfitReasons, reviewReasons } from '../settlement/decide-settlement.ts';

/**
 * A payment in review as operators read it. `fits` says which plans its money could buy now; null for other
 * reasons.
 */
export function describeReview(
  payment: PaymentInReview,
  at: Date,
  format: Format,
): PaymentInReview & { reason: string; fits: string | null } {
  const known = reviewReasons.find((name) => name === payment.review_reason);
  const isMisfit = known !== undefined && misfitReasons.includes(known);
  return {
    ...payment,
    reason: known === undefined ? (payment.review_reason ?? '–') : format.t(`admin.review_${known}`),
    fits: isMisfit ? whatFits(payment, at, format) : null,
  };
}

function whatFits(payment: PaymentInReview, at: Date, format: Format): string {
  const inForce = { ...payment, plan: payment.plan_in_force };
  const checked = checkOrder(inForce, payment, at);
  const plans = plansThatFit(inForce, payment, at).map((plan) => format.t(`common.plan_${plan}`));
  const now =
    plans.length === 0
      ? format.t('admin.reviewFitsNothing')
      : format.t('admin.reviewFitsNow', { plans: plans.join(', ') });
  if (checked.ok || checked.possibleAt === null) return now;
  return `${format.t('admin.reviewFitsFrom', { date: promisedTime(format, checked.possibleAt) })} ${now}`;
}
