import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../src/disputes/defences/assessment.ts';
import { weighCase } from '../../../src/disputes/outcomes/weigh-case.ts';

const dispute = {
  amount_minor: 100_000,
  currency: 'TRY',
  charged_minor: 149_900,
  charged_currency: 'TRY',
  fee_minor: null,
} as const;

const assessed = (...satisfied: string[]): Assessment => ({
  defences: satisfied.map((id) => ({ id, satisfied: true, groups: [] })),
  against: [],
});

const weigh = (told: Partial<Parameters<typeof weighCase>[0]>) =>
  weighCase({
    dispute,
    assessment: assessed('delivered'),
    hasUse: true,
    chance: null,
    fees: {},
    timeCosts: {},
    ...told,
  });

describe('the sum of a case', () => {
  it('leaves unknown what nobody told, and advises to answer what the records answer', () => {
    expect(weigh({})).toEqual({
      currency: 'TRY',
      amountMinor: 100_000,
      feeMinor: null,
      chance: null,
      timeMinor: null,
      expectedMinor: null,
      acceptFor: [],
      isSerious: false,
    });
  });

  it('advises to accept where there was no use, also when papers could be handed over', () => {
    expect(weigh({ hasUse: false, assessment: assessed() }).acceptFor).toEqual(['no_use', 'no_defence']);
    const papers = assessed('recognition', 'turkish_documents');
    expect(weigh({ hasUse: false, assessment: papers }).acceptFor).toEqual(['no_use', 'no_defence']);
    expect(weigh({ hasUse: false, assessment: assessed('authenticated') }).acceptFor).toEqual([]);
  });

  it('advises to accept what costs more than it is likely to bring, and pays the fee either way', () => {
    const dear = { chance: 0.2, fees: { TRY: 50_000 }, timeCosts: { TRY: 30_000 } };
    expect(weigh(dear)).toMatchObject({
      expectedMinor: -10_000,
      acceptFor: ['costs_more'],
      feeMinor: 50_000,
    });
    expect(weigh({ ...dear, chance: 0.5 })).toMatchObject({ expectedMinor: 20_000, acceptFor: [] });
    expect(weigh({ ...dear, dispute: { ...dispute, fee_minor: 0 } }).feeMinor).toBe(0);
  });
});
