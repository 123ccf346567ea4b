/** The least that PayTR charges, in minor units (`ck_payments_amount`). */
const LEAST_MINOR = 100n;

/** Liras for `unit` of a currency, with the digits of the bulletin: `{ unit: 100, rate: '27.4103' }`. */
export interface LiraRate {
  unit: number;
  rate: string;
}

/** The lira's own rate. */
export const LIRA: LiraRate = { unit: 1, rate: '1' };

/**
 * A price in another currency, in minor units: `price × from ÷ to × (1 + margin)`, then a multiple of
 * `stepMinor`, half a step up with `nearest`. Every step uses whole numbers, so nothing is lost on the way.
 * Never less than 1.00: rounding gives nothing away, and PayTR takes no less.
 */
export function convertPrice(
  priceMinor: number,
  by: { from: LiraRate; to: LiraRate; marginBps: number; stepMinor: number; mode: 'nearest' | 'up' },
): number {
  const from = asFraction(by.from);
  const to = asFraction(by.to);
  const numerator = BigInt(priceMinor) * from.numerator * to.denominator * BigInt(10_000 + by.marginBps);
  const denominator = from.denominator * to.numerator * 10_000n * BigInt(by.stepMinor);
  const step = BigInt(by.stepMinor);
  const steps =
    by.mode === 'up' ? roundUp(numerator, denominator) : (2n * numerator + denominator) / (2n * denominator);
  const least = roundUp(LEAST_MINOR, step);
  return Number((steps < least ? least : steps) * step);
}

/** An amount in liras, in kuruş: half a kuruş counts as a whole one. */
export function inLiras(amountMinor: number, rate: LiraRate): number {
  const { numerator, denominator } = asFraction(rate);
  return Number((2n * BigInt(amountMinor) * numerator + denominator) / (2n * denominator));
}

function roundUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function asFraction({ unit, rate }: LiraRate): { numerator: bigint; denominator: bigint } {
  const [, whole = '', decimals = ''] = /^(\d+)(?:\.(\d+))?$/.exec(rate) ?? [];
  if (whole === '') throw new Error(`Bug! No rate: ${rate}`);
  const numerator = BigInt(whole + decimals);
  if (numerator === 0n || unit < 1) throw new Error('Bug! A rate of nothing');
  return { numerator, denominator: BigInt(unit) * 10n ** BigInt(decimals.length) };
}
