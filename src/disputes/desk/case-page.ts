import type { Knex } from 'knex';
import type { AppDeps } from '../../app-deps.ts';
import { listChargebacks, type Chargeback } from '../../billing/chargebacks/queries.ts';
import { formatMajor } from '../../billing/paytr/minor-units.ts';
import { localDay, localTime } from '../../local-calendar.ts';
import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { timeLeft } from '../deadline.ts';
import { prepareAnswer } from '../answers/prepare-answer.ts';
import type { Ce3Decision } from '../ce3/ce3-decision.ts';
import { assessedCaseOf } from '../defences/assessed-case.ts';
import type { Assessment } from '../defences/assessment.ts';
import { saySentence } from '../defences/letter-sentence.ts';
import { listExhibits } from '../exhibits/queries.ts';
import { readPaymentFacts } from '../facts/read-payment-facts.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { chanceOf } from '../outcomes/group-outcomes.ts';
import { listOutcomes } from '../outcomes/queries.ts';
import { weighCase, type CaseSum } from '../outcomes/weigh-case.ts';
import type { DisputeCase } from '../queries.ts';
import { listAnswers, listCaseEvents } from './queries.ts';
import type { ReasonFamily } from '../reasons/reason-families.ts';

/** A line of a case's timeline. */
interface TimelineLine {
  at: Date;
  text: string;
  actor: string | null;
}

/** The past of a case: its events, its money in the books, and the answers that were sent. */
interface CaseHistory {
  timeline: TimelineLine[];
  chargebacks: Chargeback[];
  answers: Awaited<ReturnType<typeof listAnswers>>;
}

/** The defences against a claim, and the sum of the case, as an operator weighs them. */
interface CaseWeight {
  family: ReasonFamily;
  assessment: Assessment;
  sum: CaseSum;
  /** The letter as it would be written now. */
  letter: string[];
  /** Claims of it that the database does not confirm: with any of them no package can be made. */
  wrongClaims: number;
  /** The history of the card by Visa's rule; null where the rule has nothing to say. */
  history: Ce3Decision | null;
}

/** The timeline of a case and its records in the books, for everybody who may see the case. */
export async function readCaseHistory(db: Knex, dispute: DisputeCase, format: Format): Promise<CaseHistory> {
  const [events, chargebacks, answers] = await Promise.all([
    listCaseEvents(db, { companyId: dispute.company_id, disputeId: dispute.id }),
    listChargebacks(db, dispute.id),
    listAnswers(db, dispute.id),
  ]);
  const timeline = events.map(({ at, action_type: action, actor_name: actor }) => ({
    at,
    text: format.t(`auditAction.${action}` as TextKey),
    actor,
  }));
  return { timeline, chargebacks, answers };
}

/**
 * Weighs a case for an operator, by the records as they are now. Undefined when the payment cannot be read.
 */
export async function weigh(
  { db, config }: Pick<AppDeps, 'db' | 'config'>,
  dispute: DisputeCase,
  { at, format }: { at: Date; format: Format },
): Promise<CaseWeight | undefined> {
  const { payment_id: paymentId, company_id: companyId } = dispute;
  const [facts, outcomes] = await Promise.all([
    readPaymentFacts(db, { paymentId, companyId, asOf: at }),
    listOutcomes(db, { from: null }),
  ]);
  if (facts === undefined) return undefined;
  const exhibits = await listExhibits(db, { disputeId: dispute.id, round: dispute.round });
  const answer = await prepareAnswer(db, { facts, at, dispute, exhibits, config });
  const { assessment, letter, wrong, history } = answer;
  const { family } = assessedCaseOf(dispute, exhibits);
  const sum = weighCase({
    dispute,
    assessment,
    hasUse: hasUse(facts),
    chance: chanceOf(outcomes, family),
    fees: config.disputeFees,
    timeCosts: config.disputeTimeCosts,
  });
  return {
    family,
    assessment: { ...assessment, defences: completeFirst(assessment.defences) },
    sum,
    letter: letter.map((sentence) => saySentence(format, sentence)),
    wrongClaims: wrong.length,
    history: history?.decision ?? null,
  };
}

/** Complete defences stand above the others; both keep their order, the strongest first. */
function completeFirst(defences: Assessment['defences']): Assessment['defences'] {
  return defences.toSorted((one, other) => Number(other.satisfied) - Number(one.satisfied));
}

function hasUse({ use }: PaymentFacts): boolean {
  return use.all.sessions > 0;
}

/** The facts of a case, as its form shows them. */
export function shownFacts(dispute: DisputeCase): Record<string, string> {
  const { amount_minor: minor, answer_by: deadline } = dispute;
  return {
    network: dispute.network ?? '',
    reasonCode: dispute.reason_code ?? '',
    amount: minor === null ? '' : formatMajor(minor),
    currency: dispute.currency ?? dispute.charged_currency ?? '',
    answerBy: deadline === null ? '' : localDay(deadline),
    submittedOn: dispute.submitted_on ?? '',
    processedOn: dispute.processed_on ?? '',
    claim: dispute.claim ?? '',
  };
}

/** A case with the time that is left for an answer. */
export function withTimeLeft(dispute: DisputeCase, at: Date) {
  return { ...dispute, left: timeLeft(dispute, at) };
}

/** The last day of a case as one instant, in Istanbul and in UTC, in the same order of figures. */
export function deadlineWords({ answer_by: deadline }: DisputeCase): {
  istanbulDeadline: string | null;
  utcDeadline: string | null;
} {
  if (deadline === null) return { istanbulDeadline: null, utcDeadline: null };
  const text = (time: string): string => time.slice(0, 16).replace('T', ' ');
  return {
    istanbulDeadline: text(localTime(deadline).toPlainDateTime().toString()),
    utcDeadline: text(deadline.toISOString()),
  };
}
