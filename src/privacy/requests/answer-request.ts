import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { NotFound } from '../../errors.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Decision } from './input.ts';
import { requestColumns, type DataRequest } from './queries.ts';
import { writeLetter } from './write-letter.ts';

/** Counts up whenever the words of the letter change. */
const TEMPLATE = { name: 'data-request-answer', version: 1 };

interface Answer {
  requestId: number;
  decision: Decision;
  ground: string;
  /** The data that is kept, why and until when. Empty when nothing is. */
  keptWords: string;
}

type AnswerOutcome = { ok: true } | { ok: false; reason: 'answered' | 'unchecked' };

/**
 * Answers a request, once: the letter is kept as it is and mailed to the registered address. Refuses when
 * nobody has checked who asked.
 */
export async function answerRequest(
  db: Knex,
  context: RequestContext,
  { answer, config }: { answer: Answer; config: Config },
): Promise<AnswerOutcome> {
  return db.transaction(async (trx) => {
    const request = await trx('data_requests')
      .where({ id: answer.requestId })
      .forUpdate()
      .first<DataRequest | undefined>([...requestColumns]);
    if (request === undefined) throw new NotFound();
    if (request.answered_at !== null) return { ok: false, reason: 'answered' };
    if (request.identity_at === null) return { ok: false, reason: 'unchecked' };
    const letter = writeLetter({ request, answer, at: context.at, config });
    await trx('data_requests').where({ id: request.id }).update({
      decision: answer.decision,
      ground: answer.ground,
      kept_words: answer.keptWords,
      answered_by: context.userId,
      answered_at: context.at,
      letter,
    });
    await queueAnswer(trx, context, { request, letter, config });
    await AuditLogger.log(trx, context, {
      action: 'data_request_answered',
      success: true,
      resourceType: 'data_request',
      resourceId: request.id,
      companyId: request.company_id,
      details: { kind: request.kind, decision: answer.decision },
    });
    return { ok: true };
  });
}

async function queueAnswer(
  trx: Knex.Transaction,
  context: RequestContext,
  { request, letter, config }: { request: DataRequest; letter: string; config: Config },
): Promise<void> {
  const { t, locale } = formatFor(request.locale);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: request.company_id,
      userId: request.user_id,
      to: request.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'data-request', id: request.id },
      content: {
        subject: t('requests.letterTitle', { id: request.id }),
        blocks: letter.split('\n\n').map((text) => ({ kind: 'text', text })),
      },
    },
  });
}
