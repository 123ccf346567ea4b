import { findCandidates, isNewRule } from './candidates.ts';
import { CE3_CODE_VERSION, type Ce3Decision, type Ce3Status } from './ce3-decision.ts';
import type { Ce3Input } from './ce3-input.ts';
import { choosePair, type Pair } from './choose-pair.ts';

/** A history needs so many earlier payments. */
const PRIORS_NEEDED = 2;

/**
 * Decides whether the history of a card makes a dispute invalid by Visa's Compelling Evidence 3.0. The same
 * input always gives the same decision.
 *
 * 1. Only Visa's condition 10.4 is concerned; a closed case has no answer.
 * 2. Two earlier payments of 121 to 364 days, of the same card, which nobody disputed, agree with this one.
 * 3. They agree in two identifiers at least, one of them the address or the device, the same in all three.
 * 4. Signs of a takeover forbid it: whoever took an account over inherits its login and perhaps its address.
 * 5. Authentication by the bank is the stronger answer; the history is worked out beside it.
 */
export function decideCe3(input: Ce3Input): Ce3Decision {
  if (input.network !== 'visa' || input.code?.trim() !== '10.4') return without(input, 'not_applicable');
  if (input.is_closed) return without(input, 'closed');
  const history = decideHistory(input);
  return hasLiabilityShift(input) ? { ...history, status: 'liability_shift' } : history;
}

function decideHistory(input: Ce3Input): Ce3Decision {
  const { candidates, dropped } = findCandidates(input);
  const pair = choosePair(input, candidates);
  if (pair === undefined) {
    const isFew = candidates.length < PRIORS_NEEDED;
    const failed = isFew
      ? { step: 'candidates' as const, found: candidates.length, needed: PRIORS_NEEDED }
      : { step: 'match' as const, found: 0, needed: PRIORS_NEEDED };
    return { ...without(input, 'not_qualified'), dropped, failed };
  }
  const status = input.takeover.length > 0 ? 'blocked_ato_suspicion' : statusOf(pair);
  const flags = pair.both.flatMap((candidate) => candidate.flags);
  return {
    ...without(input, status),
    pair: [pair.both[0].pick, pair.both[1].pick],
    elements: pair.shared,
    flags: [...new Set([...flags, ...(input.takeover.length > 0 ? (['takeover_signs'] as const) : [])])],
    missing: pair.missing,
    dropped,
  };
}

function statusOf({ both, missing }: Pair): Ce3Status {
  if (missing.length > 0) return 'requires_action';
  return both.every(({ pick }) => pick.age === 'safe') ? 'qualifies' : 'boundary';
}

/** ECI 05 is an authenticated payment and 06 an attempt at it; each counts with the value of it only. */
function hasLiabilityShift({ three_d: { eci, has_value } }: Ce3Input): boolean {
  return has_value && (eci === '05' || eci === '06');
}

function without(input: Ce3Input, status: Ce3Status): Ce3Decision {
  return {
    status,
    history: status,
    code_version: CE3_CODE_VERSION,
    rule_version: isNewRule(input) ? 'from-2026-10-24' : 'until-2026-10-23',
    ...{ pair: null, elements: [], flags: [], missing: [], dropped: [], failed: null },
  };
}
