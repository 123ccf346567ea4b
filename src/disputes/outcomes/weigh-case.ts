import type { Currency } from '../../currency.ts';
import type { Assessment } from '../defences/assessment.ts';
import type { DisputeCase } from '../queries.ts';

/** Costs of a dispute, in minor units of each currency; a currency left out is unknown. */
type Costs = Partial<Record<Currency, number>>;

/** Reasons to accept an objection instead of answering it, the strongest first. */
type AcceptReason = 'no_use' | 'no_defence' | 'costs_more';

/** The sum of a case: what is at stake, and what an answer costs. Minor units; null: unknown. */
export interface CaseSum {
  currency: Currency;
  amountMinor: number;
  /** Kept by bank or gateway for the case, whatever its end. */
  feeMinor: number | null;
  /** Share of such cases that were won, 0 to 1. */
  chance: number | null;
  /** Cost of the time that an answer takes. */
  timeMinor: number | null;
  /** Chance times amount, less the time. The fee is paid either way. */
  expectedMinor: number | null;
  /** Why accepting is advised; empty: it is not. */
  acceptFor: AcceptReason[];
  /** A fact that a person has to look at before anything is sent. */
  isSerious: boolean;
}

/** Defences that only hand papers over: without use, and without another one, they win no case. */
const PAPERS: readonly string[] = ['recognition', 'turkish_documents', 'order_and_use'];

/**
 * Weighs an answer against accepting. Nothing is guessed: what is not known stays null, and the advice then
 * rests on the records alone. `hasUse` says whether the period that was paid for has any use.
 */
export function weighCase(input: {
  dispute: Pick<
    DisputeCase,
    'amount_minor' | 'currency' | 'charged_minor' | 'charged_currency' | 'fee_minor'
  >;
  assessment: Assessment;
  hasUse: boolean;
  chance: number | null;
  fees: Costs;
  timeCosts: Costs;
}): CaseSum {
  const { dispute, assessment, hasUse, chance, fees, timeCosts } = input;
  const currency = dispute.currency ?? dispute.charged_currency ?? 'TRY';
  const amountMinor = dispute.amount_minor ?? dispute.charged_minor ?? 0;
  const timeMinor = timeCosts[currency] ?? null;
  const expectedMinor =
    chance === null || timeMinor === null ? null : Math.round(chance * amountMinor) - timeMinor;
  const isDefended = assessment.defences.some(({ id, satisfied }) => satisfied && !PAPERS.includes(id));
  const acceptFor: AcceptReason[] = [
    ...(hasUse || isDefended ? [] : (['no_use'] as const)),
    ...(isDefended ? [] : (['no_defence'] as const)),
    ...(expectedMinor !== null && expectedMinor < 0 ? (['costs_more'] as const) : []),
  ];
  return {
    currency,
    amountMinor,
    feeMinor: dispute.fee_minor ?? fees[currency] ?? null,
    chance,
    timeMinor,
    expectedMinor,
    acceptFor,
    isSerious: assessment.against.some(({ severity }) => severity === 'serious'),
  };
}
