/**
 * The tax inside a total that includes it, in minor units: `total * rate / (100 + rate)`, half a unit rounded
 * up. All steps use whole numbers; `percent` may have two decimals.
 */
export function includedTax(totalMinor: number, percent: number): number {
  const rate = BigInt(Math.round(percent * 100));
  const divisor = 10_000n + rate;
  return Number((2n * BigInt(totalMinor) * rate + divisor) / (2n * divisor));
}
