import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { answerableStates, preparingState } from '../case-states.ts';
import { answerDeadline } from '../deadline.ts';
import { keepInRound } from '../exhibits/keep-in-round.ts';
import { localDay } from '../../local-calendar.ts';
import type { NoticeKind } from '../input.ts';
import { factNames, noFacts, type CaseFacts, type CaseRow } from '../case-row.ts';
import { learnFacts } from './learn-facts.ts';
import { lockCaseByReference, lockOpenWarning } from '../lock-case.ts';
import { moveCase } from './move-case.ts';
import { openCase } from './open-case.ts';

/** A notice of a bank or of the gateway, as an operator enters it. */
interface Notice extends Partial<CaseFacts> {
  merchantOid: string;
  reference: string;
  kind: NoticeKind;
  receivedAt: Date;
}

/** The case of a notice, or why the notice cannot be entered. */
export type NoticeOutcome =
  | { ok: true; disputeId: number; isNew: boolean }
  | {
      ok: false;
      reason:
        | 'no-payment'
        | 'not-charged'
        | 'other-payment'
        | 'other-currency'
        | 'too-much'
        | 'below-lost'
        | 'before-payment'
        | 'answer-before';
    };

/**
 * Enters a notice. The reference is the key: the same notice again, or notices in another order, are one
 * case.
 *
 * 1. The first notice opens the case. A warning about the payment that no bank had told of becomes the case.
 * 2. A later one adds what the case lacks and corrects what it says otherwise; it never moves a case back.
 * 3. The first dispute after a warning needs an answer, also when the warning was answered or has ended.
 * 4. A dispute without a last day for the answer gets the usual one (`answerDays` after the receipt).
 */
export async function receiveNotice(
  db: Knex,
  context: RequestContext,
  { notice, answerDays }: { notice: Notice; answerDays: number },
): Promise<NoticeOutcome> {
  return db.transaction(async (trx) => {
    const payment = await lockPayment(trx, notice.merchantOid);
    if (payment === undefined) return { ok: false, reason: 'no-payment' };
    if (payment.charged_minor === null) return { ok: false, reason: 'not-charged' };
    const refusal = refuseDays(notice, payment) ?? refuseAmount(notice, payment);
    if (refusal !== null) return { ok: false, reason: refusal };
    const facts = withDeadline(notice, answerDays);
    const known = await lockCaseByReference(trx, notice.reference);
    if (known !== undefined && known.payment_id !== payment.id) return { ok: false, reason: 'other-payment' };
    const dispute = known ?? (await lockOpenWarning(trx, payment.id));
    if (dispute === undefined) {
      const opened = await openCase(trx, context, {
        ...noFacts,
        ...facts,
        company_id: payment.company_id,
        payment_id: payment.id,
        user_id: payment.user_id,
        state: notice.kind === 'inquiry' ? 'warned' : 'needs_response',
        source: notice.kind === 'inquiry' ? 'inquiry' : 'bank',
        reference: notice.reference,
        received_at: notice.receivedAt,
      });
      return { ok: true, disputeId: opened.id, isNew: true };
    }
    if (startsAnew(dispute, notice) === null && isBelowLost(dispute, facts))
      return { ok: false, reason: 'below-lost' };
    await takeNotice(trx, context, { dispute, notice, facts });
    return { ok: true, disputeId: dispute.id, isNew: false };
  });
}

interface ChargedPayment {
  id: number;
  company_id: number;
  user_id: number;
  charged_minor: number | null;
  charged_currency: CaseFacts['currency'];
  created_at: Date;
}

function lockPayment(trx: Knex.Transaction, merchantOid: string): Promise<ChargedPayment | undefined> {
  return trx('payments')
    .where({ merchant_oid: merchantOid })
    .forUpdate()
    .first<ChargedPayment | undefined>([
      ...['id', 'company_id', 'user_id', 'charged_minor', 'charged_currency', 'created_at'],
    ]);
}

/** A mistyped year would end a case as expired within the hour, so a day that cannot be is refused. */
function refuseDays(
  { receivedAt, answer_by: deadline }: Notice,
  { created_at: orderedAt }: ChargedPayment,
): 'before-payment' | 'answer-before' | null {
  if (localDay(receivedAt) < localDay(orderedAt)) return 'before-payment';
  return deadline != null && deadline < receivedAt ? 'answer-before' : null;
}

/** Why the amount of a notice cannot be a part of what was charged; null when it can. */
export function refuseAmount(
  { amount_minor: minor, currency }: Partial<Pick<CaseFacts, 'amount_minor' | 'currency'>>,
  charge: Pick<ChargedPayment, 'charged_minor' | 'charged_currency'>,
): 'other-currency' | 'too-much' | null {
  if (minor == null) return null;
  if (currency !== charge.charged_currency) return 'other-currency';
  return minor > (charge.charged_minor ?? 0) ? 'too-much' : null;
}

/** True when a case that has ended lost more than this amount: what was lost was disputed. */
export function isBelowLost(
  { closed_at, lost_minor }: Pick<CaseRow, 'closed_at' | 'lost_minor'>,
  { amount_minor: minor }: Partial<Pick<CaseFacts, 'amount_minor'>>,
): boolean {
  return closed_at !== null && minor != null && minor < (lost_minor ?? 0);
}

/** The stage that a notice begins: the second round, or the dispute after a warning; null: none. */
function startsAnew(dispute: CaseRow, { kind }: Notice): 'round' | 'dispute' | null {
  if (kind === 'second' && dispute.round === 1) return 'round';
  return kind === 'dispute' && dispute.disputed_at === null ? 'dispute' : null;
}

/** The facts that the notice tells; a fact that it does not tell is left out. */
function withDeadline(notice: Notice, answerDays: number): Partial<CaseFacts> {
  const { kind, receivedAt } = notice;
  const facts = Object.fromEntries(
    factNames.flatMap((name) => (notice[name] == null ? [] : [[name, notice[name]]])),
  ) as Partial<CaseFacts>;
  if (kind === 'inquiry' || facts.answer_by !== undefined) return facts;
  return { ...facts, answer_by: answerDeadline(receivedAt, answerDays) };
}

async function takeNotice(
  trx: Knex.Transaction,
  context: RequestContext,
  { dispute, notice, facts }: { dispute: CaseRow; notice: Notice; facts: Partial<CaseFacts> },
): Promise<void> {
  const { answer_by: deadline, ...others } = facts;
  const starts = startsAnew(dispute, notice);
  const startsRound = starts === 'round';
  // A notice that comes late or twice must not start the clock again.
  const takes = deadline !== undefined && (notice.answer_by != null || dispute.answer_by === null);
  const isWaiting = answerableStates.includes(dispute.state);
  const hasChanged = await learnFacts(trx, context, {
    dispute,
    facts: { ...others, ...(takes && isWaiting && starts === null ? { answer_by: deadline } : {}) },
    reference: notice.reference,
  });
  if (starts !== null) {
    const isNextRound = startsRound || (await hasAnswer(trx, dispute));
    await moveCase(trx, context, {
      dispute,
      to: 'needs_response',
      action: isWaiting && !isNextRound ? 'dispute_changed' : 'dispute_reopened',
      changes: {
        ...(isNextRound ? { round: 2 as const } : {}),
        ...{ answer_by: deadline ?? null, reminded_for: null, reminded_hours: null },
        ...{ frozen_package_id: null, lost_minor: null, refund_id: null, state_before_refund: null },
        // The draft of before tells of another stage: a new one is due.
        drafted_at: null,
        disputed_at: dispute.disputed_at ?? context.at,
      },
      details: { because: startsRound ? 'second-round' : 'disputed' },
    });
    if (!isNextRound) await keepInRound(trx, dispute);
  } else if (hasChanged && dispute.state === 'frozen') {
    // The fixed package tells what was known before, so it is no longer the answer.
    await moveCase(trx, context, {
      dispute,
      to: preparingState(dispute),
      action: 'dispute_reopened',
      changes: { frozen_package_id: null },
      details: { because: 'facts-changed' },
    });
    await keepInRound(trx, dispute);
  }
}

/** Whether the answer of the present round was handed over: networks take one, so there is a next round. */
async function hasAnswer(trx: Knex.Transaction, { id, round }: CaseRow): Promise<boolean> {
  const found = await trx('dispute_answers')
    .where({ dispute_id: id, round })
    .first<{ id: number } | undefined>('id');
  return found !== undefined;
}
