import type { Knex } from 'knex';
import type { AuditAction } from '../../audit/actions.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { preparingStates } from '../case-states.ts';
import { makePackage } from '../package/make-package.ts';

/** Drafts that one run makes: each takes some seconds of a processor. */
const AT_ONCE = 50;

/**
 * A case is seen to again after this, whatever happened. Use alone waits for it: a company at work adds to it
 * every hour, and each draft is kept.
 */
const STALE_MS = 24 * HOUR_MS;

/** A row may be seen only so long after the time that it bears, once its transaction has ended. */
const UNSEEN_MS = 60_000;

/**
 * Makes a draft of the answer for each open case that has none of its round, whose case, files, mails or
 * payment have something new since, or whose draft is a day old. So no case comes to its last day without any
 * evidence. One that would tell the same as the newest is not made again. Nothing is sent. A draft that a
 * rule of the channel forbids is counted, and tried again; the page of the case says which rule. A case that
 * cannot be drafted at all does not keep the others waiting.
 */
export async function draftPackages(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<{ drafted: number; refusedDrafts: number }> {
  const due = await listDue(db, context.at);
  let [drafted, refusedDrafts] = [0, 0];
  for (const { id: disputeId, payment_id: paymentId } of due) {
    await db('disputes').where({ id: disputeId }).update({ drafted_at: context.at });
    const draft = { config, paymentId, disputeId, kind: 'draft', by: null } as const;
    try {
      const made = await makePackage(db, context, draft);
      if (made?.ok === true) drafted += made.isNew ? 1 : 0;
      else refusedDrafts += 1;
    } catch (error) {
      refusedDrafts += 1;
      context.log.error({ err: error, dispute_id: disputeId }, 'no draft could be made for a dispute');
    }
  }
  return { drafted, refusedDrafts };
}

/** Those that nobody has seen to first, then the most urgent. */
function listDue(db: Knex, at: Date): Promise<{ id: number; payment_id: number }[]> {
  const seen = ["disputes.drafted_at - ? * interval '1 millisecond'", [UNSEEN_MS]] as const;
  return db('disputes')
    .whereNull('disputes.closed_at')
    .whereIn('disputes.state', preparingStates)
    .where((any) =>
      any
        .whereNull('disputes.drafted_at')
        .orWhere('disputes.drafted_at', '<', new Date(at.getTime() - STALE_MS))
        .orWhereExists(
          db('audit_logs')
            .whereRaw('audit_logs.company_id = disputes.company_id')
            .where('audit_logs.timestamp', '>', db.raw(...seen))
            .whereRaw('audit_logs.action_type ~ ?', [TELLING])
            .whereNotIn('audit_logs.action_type', silentActions)
            .select(db.raw('1')),
        )
        .orWhereExists(
          db('mails')
            .join('mail_events', 'mail_events.mail_id', 'mails.id')
            .whereRaw('mails.company_id = disputes.company_id and mails.user_id = disputes.user_id')
            .where('mail_events.at', '>', db.raw(...seen))
            .select(db.raw('1')),
        ),
    )
    .orderByRaw('disputes.drafted_at nulls first, disputes.answer_by nulls last, disputes.id')
    .limit(AT_ONCE)
    .select<{ id: number; payment_id: number }[]>(['disputes.id', 'disputes.payment_id']);
}

/** Actions about cases, money, papers and accounts: an answer tells of them, or of their effect. */
const TELLING =
  '^(dispute|payment|order|card|stored_card|refund|reversal|chargeback|invoice|legal_invoice|subscription|email|password)_';

/** Those among them after which an answer tells the same. */
const silentActions: readonly AuditAction[] = [
  'dispute_package_made',
  'dispute_package_downloaded',
  'dispute_package_download_finished',
  'dispute_exhibit_downloaded',
  'dispute_history_decided',
  'dispute_reminded',
];
