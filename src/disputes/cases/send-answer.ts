import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { AnswerChannel } from '../networks.ts';
import { lockCase } from '../lock-case.ts';
import { moveCase } from './move-case.ts';

interface SentAnswer {
  disputeId: number;
  /** The fixed package that the operator saw; its bytes are kept. */
  packageId: number;
  operatorId: number;
  channel: AnswerChannel;
  /** To whom, in the operator's words; null: not told. */
  sentTo: string | null;
}

type SendOutcome = { ok: true } | { ok: false; reason: 'not-frozen' | 'sent-already' | 'too-late' };

/**
 * Notes that an operator handed over the answer of this round. Networks take one answer, so there is one for
 * each round, also when two browsers send at once. After the last day nothing is sent.
 */
export async function sendAnswer(db: Knex, context: RequestContext, input: SentAnswer): Promise<SendOutcome> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, input.disputeId);
    if (dispute.state === 'sent' || dispute.state === 'under_review')
      return { ok: false, reason: 'sent-already' };
    if (dispute.state !== 'frozen' || dispute.frozen_package_id !== input.packageId)
      return { ok: false, reason: 'not-frozen' };
    if (dispute.answer_by !== null && dispute.answer_by < context.at)
      return { ok: false, reason: 'too-late' };
    await trx('dispute_answers').insert({
      dispute_id: dispute.id,
      company_id: dispute.company_id,
      round: dispute.round,
      package_id: input.packageId,
      sent_at: context.at,
      sent_by: input.operatorId,
      channel: input.channel,
      sent_to: input.sentTo,
    });
    await moveCase(trx, context, {
      dispute,
      to: 'sent',
      action: 'dispute_sent',
      details: { package_id: input.packageId, channel: input.channel, sent_to: input.sentTo },
    });
    return { ok: true };
  });
}
