import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { cancelSubscription } from '../../billing/life/cancel-subscription.ts';
import type { Config } from '../../config/config.ts';
import { formatFor } from '../../web/format.ts';
import { recordWarning } from '../cases/record-warning.ts';
import type { NotMeAnswer } from './input.ts';
import type { StatementLink } from './queries.ts';
import { readLink } from './read-link.ts';

type Refusal<Reason> = { ok: false; reason: Reason };

/**
 * Records that a reader does not know a payment or its use, once for each link, and opens a case in the same
 * transaction, before a bank hears of it. Refuses a payment that the reader may not see.
 */
export async function answerNotMe(
  db: Knex,
  context: RequestContext,
  { token, answer }: { token: string; answer: NotMeAnswer },
): Promise<{ ok: true } | Refusal<'over' | 'answered' | 'which-payment'>> {
  return db.transaction(async (trx) => {
    const read = await readLink(trx, { token, at: context.at, forUpdate: true });
    if (read === undefined) return { ok: false, reason: 'over' };
    const { link, payments } = read;
    if (link.not_me_at !== null) return { ok: false, reason: 'answered' };
    const only = payments.length === 1 ? payments[0]?.payment_id : undefined;
    const chosen = payments.find(({ payment_id: id }) => id === (answer.payment ?? only));
    if (chosen === undefined) return { ok: false, reason: 'which-payment' };
    const { payment_id: paymentId } = chosen;
    const by = readerContext(context, link);
    await trx('usage_statement_links')
      .where('id', link.id)
      .update({ not_me_at: context.at, not_me_payment_id: paymentId });
    const { disputeId } = await recordWarning(trx, by, {
      companyId: link.reader.company_id,
      paymentId,
      source: 'statement',
      claim: claimOf(link, answer),
    });
    await audit(trx, by, link, { answer: 'not-me', payment_id: paymentId, dispute_id: disputeId });
    return { ok: true };
  });
}

/**
 * Cancels the subscription of a link's company at the end of its time: never at once, since a link is less
 * than a sign-in, and what ends later can be taken back. Only for an admin, as they are now.
 */
export async function cancelByLink(
  db: Knex,
  context: RequestContext,
  { token, config }: { token: string; config: Config },
): Promise<
  { ok: true; companyId: number; cancelsAt: Date } | Refusal<'over' | 'answered' | 'nothing-to-cancel'>
> {
  return db.transaction(async (trx) => {
    const read = await readLink(trx, { token, at: context.at, forUpdate: true });
    if (read === undefined || read.link.reader.role !== 'admin') return { ok: false, reason: 'over' };
    const { link } = read;
    if (link.cancelled_at !== null) return { ok: false, reason: 'answered' };
    const { company_id: companyId } = link.reader;
    const by = readerContext(context, link);
    const outcome = await cancelSubscription(trx, by, {
      companyId,
      person: link.reader,
      choice: 'period-end',
      reason: null,
      config,
    });
    if (!outcome.ok) return outcome;
    await trx('usage_statement_links').where('id', link.id).update({ cancelled_at: context.at });
    await audit(trx, by, link, { answer: 'cancel' });
    return { ok: true, companyId, cancelsAt: outcome.cancelsAt };
  });
}

/** The link proves that its sender reads the mailbox of its reader. */
function readerContext(context: RequestContext, { reader }: StatementLink): RequestContext {
  return { ...context, actorType: 'user', userId: reader.id, companyId: reader.company_id };
}

/** The claim as the reader saw it, in their language, and their own words after it. */
function claimOf({ reader }: StatementLink, { what, words }: NotMeAnswer): string {
  const chosen = formatFor(reader.locale).t(`usageStatements.what_${what}`);
  return words === null ? chosen : `${chosen}\n${words}`;
}

async function audit(
  trx: Knex.Transaction,
  context: RequestContext,
  { statement_id: statementId, month }: StatementLink,
  details: { answer: 'not-me' | 'cancel'; payment_id?: number; dispute_id?: number },
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action: 'usage_statement_answered',
    success: true,
    resourceType: 'usage_statement',
    resourceId: statementId,
    companyId: context.companyId,
    details: { month, ...details },
  });
}
