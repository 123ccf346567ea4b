import type { Ce3Drop, Ce3Flag, Ce3Pick } from './ce3-decision.ts';
import type { Ce3Input, Ce3Payment } from './ce3-input.ts';
import { Temporal } from 'temporal-polyfill';

/** An earlier payment that may stand in the history. */
export interface Candidate {
  payment: Ce3Payment;
  pick: Ce3Pick;
  flags: Ce3Flag[];
}

/** True from the day of processing on at which the newer rule counts. */
export function isNewRule({ processed_on, rules }: Ce3Input): boolean {
  return processed_on >= rules.new_rules_from;
}

/** Days from one date to another, as the calendar counts them. */
function daysBetween(earlier: string, later: string): number {
  return Temporal.PlainDate.from(earlier).until(Temporal.PlainDate.from(later), { largestUnit: 'day' }).days;
}

/** Sorts the earlier payments into those that may count, and those that do not, with why. */
export function findCandidates(input: Ce3Input): {
  candidates: Candidate[];
  dropped: { payment_id: number; why: Ce3Drop; days: number }[];
} {
  const candidates: Candidate[] = [];
  const dropped: { payment_id: number; why: Ce3Drop; days: number }[] = [];
  for (const payment of input.priors) {
    const pick = ageOf(input, payment);
    const why = unfit(input, payment) ?? (typeof pick === 'string' ? pick : null);
    if (why !== null || typeof pick === 'string') {
      const days = daysBetween(payment.day, input.submitted_on);
      dropped.push({ payment_id: payment.id, why: why ?? 'too_old', days });
    } else candidates.push({ payment, pick, flags: flagsOf(input, payment, pick) });
  }
  return { candidates, dropped };
}

function unfit(input: Ce3Input, prior: Ce3Payment): Ce3Drop | null {
  const { disputed } = input;
  if (!prior.is_paid || prior.amount_minor <= 0) return 'unpaid';
  if (!prior.is_clean) return 'not_clean';
  if (!isNewRule(input) && prior.merchant !== disputed.merchant) return 'other_merchant';
  const areKnown = prior.acquirer !== null && disputed.acquirer !== null;
  if (isNewRule(input) && areKnown && prior.acquirer !== disputed.acquirer) return 'other_acquirer';
  return sameCard(input, prior) === 'different' ? 'other_card' : null;
}

/** Whether two payments were made with one card. The newer rule also takes a token of that card. */
function sameCard(input: Ce3Input, prior: Ce3Payment): 'proven' | 'unproven' | 'different' {
  const { disputed } = input;
  const cardsOf = ({ card, token_of }: Ce3Payment): string[] =>
    [card, isNewRule(input) ? token_of : null].filter((id) => id !== null);
  const [own, others] = [cardsOf(disputed), cardsOf(prior)];
  if (own.some((id) => others.includes(id))) return 'proven';
  const masks = [disputed.masked_pan, prior.masked_pan].map((mask) => mask?.replaceAll(/\D+/g, '*') ?? null);
  if (masks[0] !== null && masks[1] !== null) return masks[0] === masks[1] ? 'unproven' : 'different';
  return own.length > 0 && others.length > 0 ? 'different' : 'unproven';
}

/** The older rule counts from one date, that of the processing. */
function ageOf(input: Ce3Input, { id, day }: Ce3Payment): Ce3Pick | 'too_young' | 'too_old' {
  const { submitted_on, processed_on, disputed, rules } = input;
  const days_submitted = daysBetween(day, isNewRule(input) ? submitted_on : processed_on);
  const days_processed = daysBetween(day, processed_on);
  if (days_submitted < rules.min_edge) return 'too_young';
  if (days_processed > rules.max_edge) return 'too_old';
  const isSafe = days_submitted >= rules.min_safe && days_processed <= rules.max_safe;
  return {
    payment_id: id,
    days_submitted,
    days_processed,
    days_before_payment: daysBetween(day, disputed.day),
    age: isSafe ? 'safe' : 'edge',
  };
}

function flagsOf(input: Ce3Input, payment: Ce3Payment, pick: Ce3Pick): Ce3Flag[] {
  const flags: Ce3Flag[] = [];
  if (pick.days_before_payment < input.rules.min_safe) flags.push('young_vs_disputed_payment');
  if (payment.is_ip_of_first) flags.push('ip_from_initial_cit');
  if (sameCard(input, payment) === 'unproven') flags.push('credential_unproven');
  const isUnproven = payment.acquirer === null || input.disputed.acquirer === null;
  if (isNewRule(input) && isUnproven) flags.push('acquirer_unproven');
  return flags;
}
