import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { boundedText } from '../../storable-text.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { GATEWAY_MESSAGE_LENGTH } from '../paytr/request.ts';
import { askCardFacts } from './ask-card-facts.ts';
import { listDueFollowUps, type FollowUp } from './queries.ts';
import { queueTermsMail } from './queue-terms-mail.ts';

/** At most this many payments in one run; the rest waits for the next. */
const BATCH = 50;

/** A run stops after this time: while the gateway is silent each question lasts until its time-out. */
const RUN_SECONDS = 60;

/** Pause before the gateway is asked again. Each further failure doubles the pause, up to the longest. */
const FIRST_PAUSE_MINUTES = 1;
const LONGEST_PAUSE_MINUTES = 360;

/** About two days. Then nobody is asked again, and the problem is shown beside the payment. */
const ASKS_MAX = 16;

interface Parts {
  paytr: Paytr;
  config: Config;
}

type Ending = 'mailed' | 'asked' | 'unanswered' | 'broken';

/**
 * Does what follows a payment and the settlement does not wait for: mails the buyer the texts that were
 * accepted, then asks the gateway which card paid. Several processes may run this at once. Returns a summary.
 */
export async function followUpPayments(
  db: Knex,
  context: RequestContext,
  parts: Parts,
): Promise<Record<Ending, number>> {
  const endings: Ending[] = [];
  const startedAt = performance.now();
  for (const due of await listDueFollowUps(db, { at: context.at, limit: BATCH })) {
    endings.push(...(await followUp(db, context, due, parts)));
    if (performance.now() - startedAt > RUN_SECONDS * 1000) break;
  }
  const count = (kind: Ending): number => endings.filter((ending) => ending === kind).length;
  return {
    mailed: count('mailed'),
    asked: count('asked'),
    unanswered: count('unanswered'),
    broken: count('broken'),
  };
}

/** A payment that cannot be followed up must not keep the others waiting. */
async function followUp(
  db: Knex,
  context: RequestContext,
  due: FollowUp,
  { paytr, config }: Parts,
): Promise<Ending[]> {
  try {
    const isMailed = await db.transaction((trx) => mailTerms(trx, context, due, config));
    const mailed: Ending[] = isMailed ? ['mailed'] : [];
    const answer = await askCardFacts(db, context, due, paytr);
    if (!answer.ok) {
      await noteFailure(db, context, due, answer.problem);
      return [...mailed, 'unanswered'];
    }
    await db('payment_follow_ups')
      .where('payment_id', due.payment_id)
      .update({ due_at: null, asked_at: context.at, ask_problem: null, answer: null });
    return [...mailed, 'asked'];
  } catch (error) {
    context.log.error({ err: error, payment_id: due.payment_id }, 'a payment could not be followed up');
    await noteFailure(db, context, due, error instanceof Error ? error.message : String(error));
    return ['broken'];
  }
}

/** Writes the mail once, whichever process is first. Returns whether it was this one. */
async function mailTerms(
  trx: Knex.Transaction,
  context: RequestContext,
  due: FollowUp,
  config: Config,
): Promise<boolean> {
  const locked = await trx('payment_follow_ups')
    .where('payment_id', due.payment_id)
    .forUpdate()
    .first<{ terms_mail_id: number | null } | undefined>('terms_mail_id');
  if (locked === undefined || locked.terms_mail_id !== null) return false;
  const mailId = await queueTermsMail(trx, context, { paymentId: due.payment_id, config });
  if (mailId === null) return false;
  await trx('payment_follow_ups').where('payment_id', due.payment_id).update({ terms_mail_id: mailId });
  return true;
}

async function noteFailure(
  db: Knex,
  context: RequestContext,
  { payment_id }: FollowUp,
  problem: string,
): Promise<void> {
  await db('payment_follow_ups')
    .where('payment_id', payment_id)
    .update({
      asks_failed: db.raw('asks_failed + 1'),
      asked_at: context.at,
      due_at: db.raw(
        `case when asks_failed + 1 < ? then ?::timestamptz + least(? * 2 ^ least(asks_failed, 20), ?) * interval '1 minute' end`,
        [ASKS_MAX, context.at, FIRST_PAUSE_MINUTES, LONGEST_PAUSE_MINUTES],
      ),
      ask_problem: boundedText(problem, GATEWAY_MESSAGE_LENGTH),
    });
}
