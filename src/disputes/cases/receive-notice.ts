import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { answerDeadline } from '../deadline.ts';
import type { NoticeKind } from '../input.ts';
import type { CaseFacts, CaseRow } from './case-row.ts';
import { learnFacts } from './learn-facts.ts';
import { lockCaseByReference, lockOpenWarning } from './lock-case.ts';
import { moveCase } from './move-case.ts';
import { factNames, noFacts, openCase } from './open-case.ts';

/** A notice of a bank or of the gateway, as an operator enters it. */
interface Notice extends Partial<CaseFacts> {
  merchantOid: string;
  reference: string;
  kind: NoticeKind;
  receivedAt: Date;
}

export type NoticeOutcome =
  | { ok: true; disputeId: number; isNew: boolean }
  | { ok: false; reason: 'no-payment' | 'not-charged' | 'other-payment' | 'other-currency' | 'too-much' };

/**
 * Enters a notice. The reference is the key: the same notice again, or notices in another order, are one
 * case.
 *
 * 1. The first notice opens the case. A warning about the payment that no bank had told of becomes the case.
 * 2. A later one adds what the case lacks and corrects what it says otherwise; it never moves a case back.
 * 3. A dispute without a last day for the answer gets the usual one (`answerDays` after the receipt).
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
    const refusal = refuseAmount(notice, payment);
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
}

function lockPayment(trx: Knex.Transaction, merchantOid: string): Promise<ChargedPayment | undefined> {
  return trx('payments')
    .where({ merchant_oid: merchantOid })
    .forUpdate()
    .first<ChargedPayment | undefined>(['id', 'company_id', 'user_id', 'charged_minor', 'charged_currency']);
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
  const startsRound = notice.kind === 'second' && dispute.round === 1;
  const startsDispute = notice.kind === 'dispute' && dispute.state === 'warned';
  // A notice that comes late or twice must not start the clock again.
  const mayHaveDeadline = startsRound || startsDispute || dispute.answer_by === null;
  const takes = deadline !== undefined && (notice.answer_by != null || mayHaveDeadline);
  const isWaiting = ['warned', 'needs_response', 'frozen'].includes(dispute.state);
  const hasChanged = await learnFacts(trx, context, {
    dispute,
    facts: { ...others, ...(takes && isWaiting && !startsRound ? { answer_by: deadline } : {}) },
    reference: notice.reference,
  });
  // The fixed package tells what was known before, so it is no longer the answer.
  const thaws = hasChanged && dispute.state === 'frozen' && !startsRound;
  if (thaws) {
    await moveCase(trx, context, {
      dispute,
      to: 'needs_response',
      action: 'dispute_reopened',
      changes: { frozen_package_id: null },
      details: { because: 'facts-changed' },
    });
  } else if (startsRound) {
    await moveCase(trx, context, {
      dispute,
      to: 'needs_response',
      action: 'dispute_reopened',
      changes: {
        round: 2,
        answer_by: deadline ?? null,
        reminded_for: null,
        reminded_hours: null,
        frozen_package_id: null,
      },
      details: { because: 'second-round' },
    });
  } else if (startsDispute) {
    await moveCase(trx, context, { dispute, to: 'needs_response', action: 'dispute_changed' });
  }
}
