import type { Config } from '../../config/config.ts';
import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { misfitReasons } from '../settlement/decide-settlement.ts';
import { isOpening, isPageOpen } from './payment-page-life.ts';
import type { Payment } from '../queries.ts';

/**
 * The reasons that PayTR documents for a card payment and that we have words for (iFrame API, step 2). Every
 * other reason is `other`.
 */
const KNOWN_REASONS = ['0', '1', '2', '3', '6', '8', '9', '10', '11', '99'] as const;

/** Where a payment stands, as the payer reads it. */
export type PaymentStage =
  | 'opening'
  | 'open'
  | 'closed'
  | 'superseded'
  | 'success'
  | 'failed'
  | 'expired'
  | 'review'
  | 'refused'
  | 'refunded';

/** A payment's state in words; `look` picks colour and icon. */
export interface PaymentWords {
  look: 'success' | 'danger' | 'pending';
  heading: string;
  text: string;
  canTryAgain: boolean;
}

/** Where a payment stands at a moment. A payment for which no page could be had counts as refused. */
export function paymentStage(payment: Payment, at: Date, config: Config): PaymentStage {
  if (payment.status !== 'pending') return payment.status;
  if (payment.superseded_at !== null) return 'superseded';
  if (payment.gateway_token === null) return isOpening(payment, at, config) ? 'opening' : 'refused';
  return isPageOpen(payment, at) ? 'open' : 'closed';
}

/** The words for a payment that is decided or whose page has closed. Never the gateway's own text. */
export function paymentWords(
  format: Format,
  payment: Payment,
  stage: Exclude<PaymentStage, 'opening' | 'open'>,
  paidUntil: Date | null,
): PaymentWords {
  const { t, when } = format;
  const plan = t(`common.plan_${payment.plan}`);
  const say = (
    look: PaymentWords['look'],
    heading: TextKey,
    text: string,
    canTryAgain: boolean,
  ): PaymentWords => ({ look, heading: t(heading), text, canTryAgain });
  switch (stage) {
    case 'success':
      return say(
        'success',
        'billing.successTitle',
        t('billing.successText', { plan, until: when(paidUntil) }),
        false,
      );
    case 'failed':
      return say(
        'danger',
        'billing.failedTitle',
        `${t(reasonKey(payment))} ${t('billing.failedNothing')}`,
        true,
      );
    case 'review':
      return say('pending', 'billing.reviewTitle', t(reviewKey(payment)), false);
    case 'refunded':
      return say('pending', 'billing.refundedTitle', t('billing.refundedText'), false);
    case 'expired':
      return say('danger', 'billing.expiredTitle', t('billing.expiredText'), true);
    case 'closed':
      return say('pending', 'billing.closedTitle', t('billing.closedText'), true);
    case 'superseded':
      return say('danger', 'billing.supersededTitle', t('billing.supersededText'), false);
    case 'refused':
      return say('danger', 'billing.refusedTitle', t('billing.refusedText'), true);
  }
}

function reasonKey(payment: Payment): TextKey {
  const known = KNOWN_REASONS.find((code) => code === payment.failed_reason_code);
  return known === undefined ? 'billing.reason_other' : `billing.reason_${known}`;
}

function reviewKey(payment: Payment): TextKey {
  const isMisfit = misfitReasons.some((reason) => reason === payment.review_reason);
  return isMisfit ? 'billing.reviewMisfitText' : 'billing.reviewText';
}
