import { MINUTE_MS } from '../../durations.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import type { Conversion } from '../bought-period.ts';
import { MAX_MONTHS_AHEAD, type OrderRefusal } from '../order-rules.ts';
import { timeLeft } from '../subscription-state.ts';

/** Why a plan cannot be bought now, in words, with the day and time from which it can. */
export function refusalText(format: Format, refusal: OrderRefusal, plan: PaidPlan): string {
  return format.t(refusalKeys[refusal.reason].long, {
    plan: format.t(`common.plan_${plan}`),
    date: refusal.possibleAt === null ? null : promisedTime(format, refusal.possibleAt),
    months: MAX_MONTHS_AHEAD,
  });
}

/** Says what becomes of a smaller plan's paid time when a larger plan is paid for now. */
export function conversionText({ t }: Format, { from, leftMs, days }: Conversion, to: PaidPlan): string {
  const left = timeLeft(leftMs);
  return t(days === 0 ? 'billing.conversionToNothing' : 'billing.conversion', {
    from: t(`common.plan_${from}`),
    to: t(`common.plan_${to}`),
    left: t(`billing.left_${left.unit}`, { count: left.count }),
    days: t('billing.left_day', { count: days }),
  });
}

/**
 * The moment from which a plan can be bought, as pages show it: rounded up to the minute, so that the promise
 * holds.
 */
export function promisedTime({ when }: Format, possibleAt: Date): string {
  return when(new Date(Math.ceil(possibleAt.getTime() / MINUTE_MS) * MINUTE_MS));
}

/** The texts of each refusal: a sentence of its own, and a note beside the name of the plan. */
export const refusalKeys: Record<OrderRefusal['reason'], { long: TextKey; short: TextKey }> = {
  'lower-plan': { long: 'billing.refused_lower', short: 'billing.buyable_lower' },
  'upgrade-ahead': { long: 'billing.refused_upgrade', short: 'billing.buyable_upgrade' },
  'too-far-ahead': { long: 'billing.refused_ahead', short: 'billing.buyable_ahead' },
  'paid-time-changed': { long: 'billing.refused_changed', short: 'billing.refused_changed' },
};
