import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Ce3Decision } from '../ce3/ce3-decision.ts';
import { ce3InputOf } from '../ce3/ce3-input-of.ts';
import { ce3RulesOf, type Ce3Input } from '../ce3/ce3-input.ts';
import { decideCe3 } from '../ce3/decide-ce3.ts';
import { assessDefences } from '../defences/assess-defences.ts';
import { assessedCaseOf } from '../defences/assessed-case.ts';
import type { AssessedCase, Assessment } from '../defences/assessment.ts';
import type { LetterSentence } from '../defences/letter-sentence.ts';
import { writeLetter } from '../defences/letter.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { verifyClaims, type FalseClaim } from '../facts/verify-claims.ts';
import type { DisputeCase } from '../queries.ts';

/** All that is said to a bank about a payment, weighed and checked. */
export interface Answer {
  assessment: Assessment;
  letter: LetterSentence[];
  /** Claims of the letter that the database does not confirm: with any of them nothing may be sent. */
  wrong: FalseClaim[];
  /** The history of the card with all that it was decided from (`storeDecision` keeps it). */
  history: { input: Ce3Input; decision: Ce3Decision } | null;
}

/** A payment without a case answers no claim: the general defences say what there is to say. */
const WITHOUT_CASE: AssessedCase = { family: 'general', network: null, code: null, exhibits: [] };

/**
 * Weighs a case, or a payment without one, by facts that were read as of `at`, writes the letter, and has the
 * database confirm each claim of it.
 */
export async function prepareAnswer(
  db: Knex,
  input: {
    facts: PaymentFacts;
    at: Date;
    dispute: DisputeCase | null;
    exhibits: AssessedCase['exhibits'];
    config: Pick<Config, 'cardHistory'>;
  },
): Promise<Answer> {
  const { facts, at, dispute, exhibits, config } = input;
  const rules = ce3RulesOf(config);
  const assessed = dispute === null ? WITHOUT_CASE : assessedCaseOf(dispute, exhibits);
  const assessment = assessDefences(facts, assessed, rules);
  const letter = writeLetter(facts, assessment, assessed);
  const wrong = await verifyClaims(db, {
    paymentId: facts.order.id,
    asOf: at,
    records: letter.flatMap(({ records }) => [...records]),
    claims: letter.flatMap(({ claims }) => [...claims]),
  });
  const decided = ce3InputOf(facts, assessed, rules);
  const decision = decideCe3(decided);
  const history = decision.status === 'not_applicable' ? null : { input: decided, decision };
  return { assessment, letter, wrong, history };
}
