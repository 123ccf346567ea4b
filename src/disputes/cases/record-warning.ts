import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { CaseSource } from '../case-states.ts';
import { caseEntry } from './case-entry.ts';
import { noFacts, type CaseRow } from '../case-row.ts';
import { learnFacts } from './learn-facts.ts';
import { lockOpenWarning } from '../lock-case.ts';
import { openCase } from './open-case.ts';

interface Warning {
  companyId: number;
  paymentId: number;
  source: Exclude<CaseSource, 'bank'>;
  /** The person's words, at most 2 000 characters; null: none. */
  claim: string | null;
  /** When the person objected; absent: now. */
  receivedAt?: Date;
}

/**
 * Opens a `warned` case: somebody objects to a payment before a bank does. A second warning about the same
 * payment while one is open is the same case, and its words are added. Throws for a payment of another
 * company. Returns its number.
 */
export async function recordWarning(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, paymentId, source, claim, receivedAt = context.at }: Warning,
): Promise<{ disputeId: number; isNew: boolean }> {
  const payment = await trx('payments')
    .where({ id: paymentId, company_id: companyId })
    .forUpdate()
    .first<{ user_id: number } | undefined>('user_id');
  if (payment === undefined) throw new Error(`Bug! Company ${companyId} has no payment ${paymentId}`);
  const open = await lockOpenWarning(trx, paymentId);
  if (open !== undefined) {
    await addClaim(trx, context, { dispute: open, claim });
    return { disputeId: open.id, isNew: false };
  }
  const opened = await openCase(trx, context, {
    ...noFacts,
    company_id: companyId,
    payment_id: paymentId,
    user_id: payment.user_id,
    state: 'warned',
    reference: null,
    source,
    claim,
    received_at: receivedAt,
  });
  return { disputeId: opened.id, isNew: true };
}

/** The words of a further report stand below those before; where both are too long the audit row has them. */
async function addClaim(
  trx: Knex.Transaction,
  context: RequestContext,
  { dispute, claim }: { dispute: CaseRow; claim: string | null },
): Promise<void> {
  if (claim === null || dispute.claim?.includes(claim) === true) return;
  const both = dispute.claim === null ? claim : `${dispute.claim}\n\n${claim}`;
  if (both.length <= CLAIM_MAX) {
    await learnFacts(trx, context, { dispute, facts: { claim: both } });
    return;
  }
  const details = { changed: [{ fact: 'further-claim', before: null, after: claim }] };
  await AuditLogger.logOrThrow(
    trx,
    context,
    caseEntry(context, { action: 'dispute_changed', dispute, details }),
  );
}

/** The column's bound. */
const CLAIM_MAX = 2000;

/** Enters a complaint that a customer made to us, about the payment of an order. */
export async function recordComplaint(
  db: Knex,
  context: RequestContext,
  input: { merchantOid: string; claim: string | null; receivedAt: Date },
): Promise<
  { ok: true; disputeId: number; isNew: boolean } | { ok: false; reason: 'no-payment' | 'not-charged' }
> {
  return db.transaction(async (trx) => {
    const payment = await trx('payments')
      .where({ merchant_oid: input.merchantOid })
      .first<{ id: number; company_id: number; charged_minor: number | null } | undefined>([
        'id',
        'company_id',
        'charged_minor',
      ]);
    if (payment === undefined) return { ok: false, reason: 'no-payment' };
    if (payment.charged_minor === null) return { ok: false, reason: 'not-charged' };
    const { claim, receivedAt } = input;
    const warning = { source: 'customer', claim, receivedAt } as const;
    const told = { companyId: payment.company_id, paymentId: payment.id, ...warning };
    return { ok: true, ...(await recordWarning(trx, context, told)) };
  });
}
