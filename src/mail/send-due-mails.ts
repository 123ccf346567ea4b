import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import { DAY_MS, MINUTE_MS } from '../durations.ts';
import { boundedText } from '../storable-text.ts';
import { openBytes } from '../sealed-bytes.ts';
import { HAND_OVER_MS, type HandOver, type OpenSmtp, type SmtpSession } from './smtp.ts';

/** A try that has had no end for so long died with its process: a connection is cut before. */
const LOST_AFTER_MINUTES = (2 * HAND_OVER_MS) / MINUTE_MS;

/** Pauses after the first, second … failed try, in minutes; the last one repeats. */
const PAUSE_MINUTES = [1, 5, 15, 60, 240];

/** A mail that was not taken for so long is given up (RFC 5321, 4.5.4.1: four to five days). */
const GIVE_UP_DAYS = 5;

/** Mails that one connection takes, and that one statement changes. */
const BATCH = 100;

interface ClaimedMail {
  id: number;
  recipient: string;
  envelope_id: string;
  kept: Buffer;
  with_secret: Buffer | null;
  sent_sha256: string;
  tries: number;
}

/** The parts of a sender. `now` is the clock; `from` the address to which reports come back. */
export interface Sending {
  open: OpenSmtp;
  from: string;
  sessionSecret: string;
  now: () => Date;
  /** Called with each mail that a person should look at. */
  onTrouble: (mailId: number, state: 'failed' | 'uncertain', answer: string) => void;
  /** Called when the mail server cannot be reached, and mails wait for it. */
  onPostponed: (mails: number, problem: string) => void;
  /** True when the process is about to end: the mail in hand is finished, no other is begun. */
  isStopping: () => boolean;
}

/**
 * Hands over the mails that are due, at most a hundred, and returns how many it tried and how many the server
 * took. Mails whose link expires come first, then those that have waited longest. Several processes may run
 * this at once.
 *
 * 1. A mail is marked as `sending`, and that is committed, before the server hears of it: a process that dies
 *    in between leaves a mark that nobody takes for `queued`.
 * 2. A mark that is left over becomes `uncertain`: the server may have taken the mail or not, so it is shown
 *    to people and never sent again by itself.
 * 3. When the server cannot be reached, the due mails wait longer each time.
 */
export async function sendDueMails(db: Knex, sending: Sending): Promise<{ tried: number; taken: number }> {
  await giveUpLost(db, sending);
  await giveUpStale(db, sending);
  const outcome = { tried: 0, taken: 0 };
  if (!(await isAnyDue(db, sending.now()))) return outcome;
  let session: SmtpSession;
  try {
    session = await sending.open();
  } catch (error) {
    await postponeAll(db, sending, error instanceof Error ? error.message : String(error));
    return outcome;
  }
  try {
    while (outcome.tried < BATCH && !sending.isStopping()) {
      const mail = await claimDue(db, sending.now());
      if (mail === undefined) break;
      outcome.tried += 1;
      const handedOver = await handOver(session, sending, mail);
      if (handedOver.state === 'relayed') outcome.taken += 1;
      await record(db, sending, mail, session.server, handedOver);
      if (!handedOver.isOpen) break;
    }
  } finally {
    session.close();
  }
  return outcome;
}

async function handOver(session: SmtpSession, sending: Sending, mail: ClaimedMail): Promise<HandOver> {
  const { kept, with_secret: sealed } = mail;
  const bytes = sealed === null ? kept : openBytes(sending.sessionSecret, sealed);
  // Another process may know the secret: while a new one is rolled out, or this one is old.
  if (bytes === null)
    return { state: 'delayed', answer: 'written under another SESSION_SECRET', isOpen: true };
  if (hash('sha256', bytes) !== mail.sent_sha256)
    return { state: 'failed', answer: 'its secret link is gone', isOpen: true };
  return session.handOver({ from: sending.from, to: mail.recipient, envelopeId: mail.envelope_id, bytes });
}

/** Tries of processes that have died become `uncertain`. */
function giveUpLost(db: Knex, sending: Sending): Promise<void> {
  const at = sending.now();
  return giveUp(db, sending, 'uncertain', 'the process or the connection ended before the server answered', {
    where: `state = 'sending' and sending_since < :limit`,
    bindings: { limit: new Date(at.getTime() - LOST_AFTER_MINUTES * MINUTE_MS) },
  });
}

/** Mails whose link has expired, or that nobody took for days, are given up. */
function giveUpStale(db: Knex, sending: Sending): Promise<void> {
  const at = sending.now();
  return giveUp(db, sending, 'failed', 'given up: not taken in time', {
    where: `state in ('queued', 'delayed') and next_try_at <= :at
            and (useful_until <= :at or tries > 0 and queued_at < :limit)`,
    bindings: { at, limit: new Date(at.getTime() - GIVE_UP_DAYS * DAY_MS) },
  });
}

async function giveUp(
  db: Knex,
  { now, onTrouble }: Sending,
  state: 'failed' | 'uncertain',
  answer: string,
  which: { where: string; bindings: Record<string, Date> },
): Promise<void> {
  const { rows } = await db.raw<{ rows: { mail_id: number }[] }>(
    `with given_up as (
       update mails set state = :state, next_try_at = null, sending_since = null, with_secret = null
       where id in (select id from mails where ${which.where} limit ${String(BATCH)} for update skip locked)
       returning id, tries
     )
     insert into mail_events (mail_id, at, state, source, try, answer)
     select id, :happened, :state, 'outbox', tries, :answer from given_up
     returning mail_id`,
    { ...which.bindings, happened: now(), state, answer },
  );
  for (const { mail_id } of rows) onTrouble(mail_id, state, answer);
}

async function isAnyDue(db: Knex, at: Date): Promise<boolean> {
  const due = await db('mails')
    .whereIn('state', ['queued', 'delayed'])
    .where('next_try_at', '<=', at)
    .first<{ id: number } | undefined>('id');
  return due !== undefined;
}

/** Marks the mail that has been due longest as being sent, and returns it. */
async function claimDue(db: Knex, at: Date): Promise<ClaimedMail | undefined> {
  const [mail] = await db('mails')
    .where(
      'id',
      db('mails')
        .whereIn('state', ['queued', 'delayed'])
        .where('next_try_at', '<=', at)
        .orderBy([{ column: 'useful_until', nulls: 'last' }, 'next_try_at'])
        .limit(1)
        .forUpdate()
        .skipLocked()
        .select('id'),
    )
    .update({ state: 'sending', sending_since: at, next_try_at: null, tries: db.raw('tries + 1') })
    .returning<ClaimedMail[]>([
      'id',
      'recipient',
      'envelope_id',
      'kept',
      'with_secret',
      'sent_sha256',
      'tries',
    ]);
  return mail;
}

/** Writes down what became of a try, also when another process has given it up meanwhile. */
async function record(
  db: Knex,
  { now, onTrouble }: Sending,
  mail: ClaimedMail,
  server: string,
  { state, answer }: HandOver,
): Promise<void> {
  const at = now();
  await db.transaction(async (trx) => {
    await trx('mails')
      .where({ id: mail.id, tries: mail.tries })
      .whereIn('state', state === 'delayed' ? ['sending'] : ['sending', 'uncertain'])
      .update({
        state,
        sending_since: null,
        next_try_at: state === 'delayed' ? nextTry(mail.tries, at) : null,
        ...(state === 'delayed' ? {} : { with_secret: null }),
      });
    const event = { mail_id: mail.id, at, state, source: 'hand-over', try: mail.tries, server, answer };
    await trx('mail_events').insert(event);
  });
  if (state === 'failed' || state === 'uncertain') onTrouble(mail.id, state, answer);
}

function nextTry(tries: number, at: Date): Date {
  const pause = PAUSE_MINUTES[Math.min(tries, PAUSE_MINUTES.length) - 1] ?? 1;
  return new Date(at.getTime() + pause * MINUTE_MS);
}

/** Nobody could be reached: counts as a try of the mails that are due. */
async function postponeAll(db: Knex, { now, onPostponed }: Sending, problem: string): Promise<void> {
  const at = now();
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `with due as (
       select id from mails
       where state in ('queued', 'delayed') and next_try_at <= :at
       order by next_try_at limit :limit for update skip locked
     ), postponed as (
       update mails
       set state = 'delayed', tries = tries + 1,
           next_try_at = :at::timestamptz + (:pauses::int[])[least(tries + 1, :last)] * interval '1 minute'
       from due where mails.id = due.id
       returning mails.id, mails.tries
     )
     insert into mail_events (mail_id, at, state, source, try, answer)
     select id, :at, 'delayed', 'outbox', tries, :problem from postponed
     returning id`,
    {
      at,
      limit: BATCH,
      pauses: PAUSE_MINUTES,
      last: PAUSE_MINUTES.length,
      problem: boundedText(problem, 1000),
    },
  );
  onPostponed(rows.length, problem);
}
