import type { Knex } from 'knex';
import { DAY_MS, MINUTE_MS } from '../durations.ts';
import { boundedText } from '../storable-text.ts';
import { openBytes } from './sealed-bytes.ts';
import type { HandOver, OpenSmtp, SmtpLine } from './smtp.ts';

/** A try that has had no end for so long died with its process: no connection waits for an answer as long. */
const LOST_AFTER_MINUTES = 10;

/** Pauses after the first, second … failed try, in minutes; the last one repeats. */
const PAUSE_MINUTES = [1, 5, 15, 60, 240];

/** A mail that was not taken for so long is given up (RFC 5321, 4.5.4.1: four to five days). */
const GIVE_UP_DAYS = 5;

/** Mails that one connection takes before the next look at the clock. */
const BATCH = 100;

interface ClaimedMail {
  id: number;
  created_at: Date;
  recipient: string;
  message_id: string;
  kept: Buffer;
  with_secret: Buffer | null;
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
}

/**
 * Hands over every mail that is due, oldest first, and returns how many the server took. Several processes may
 * run this at once.
 *
 * 1. A mail is marked as `sending`, and that is committed, before the server hears of it: a process that dies
 *    in between leaves a mark that nobody takes for `queued`.
 * 2. A mark that is left over becomes `uncertain`: the server may have taken the mail or not, so it is shown to
 *    people and never sent again by itself.
 * 3. When the server cannot be reached, the due mails wait longer each time.
 */
export async function sendDueMails(db: Knex, sending: Sending): Promise<number> {
  await giveUpLost(db, sending);
  await giveUpStale(db, sending);
  if (!(await isAnyDue(db, sending.now()))) return 0;
  let line: SmtpLine;
  try {
    line = await sending.open();
  } catch (error) {
    await postponeAll(db, sending, error instanceof Error ? error.message : String(error));
    return 0;
  }
  let taken = 0;
  try {
    for (let count = 0; count < BATCH; count += 1) {
      const mail = await claimDue(db, sending.now());
      if (mail === undefined) break;
      const outcome = await handOver(line, sending, mail);
      if (outcome.state === 'relayed') taken += 1;
      await record(db, sending, mail, line.server, outcome);
      if (!outcome.isOpen) break;
    }
  } finally {
    line.close();
  }
  return taken;
}

async function handOver(line: SmtpLine, sending: Sending, mail: ClaimedMail): Promise<HandOver> {
  const { kept, with_secret: sealed } = mail;
  const bytes = sealed === null ? kept : openBytes(sending.sessionSecret, sealed);
  if (bytes === null)
    return { state: 'failed', answer: 'SESSION_SECRET has changed since this was written', isOpen: true };
  return line.handOver({ from: sending.from, to: mail.recipient, messageId: mail.message_id, bytes });
}

/** Tries of processes that have died become `uncertain`. */
async function giveUpLost(db: Knex, { now, onTrouble }: Sending): Promise<void> {
  const at = now();
  const answer = 'the process or the connection ended before the server answered';
  const lost = await db.transaction(async (trx) => {
    const rows = await trx('mails')
      .where('state', 'sending')
      .where('sending_since', '<', new Date(at.getTime() - LOST_AFTER_MINUTES * MINUTE_MS))
      .update({ state: 'uncertain', sending_since: null, with_secret: null })
      .returning<{ id: number; tries: number }[]>(['id', 'tries']);
    const events = rows.map(({ id, tries }) => ({ mail_id: id, at, state: 'uncertain', try: tries, answer }));
    if (events.length > 0) await trx('mail_events').insert(events);
    return rows;
  });
  for (const { id } of lost) onTrouble(id, 'uncertain', answer);
}

/** Mails whose link has expired, or that nobody took for days, are given up. */
async function giveUpStale(db: Knex, { now, onTrouble }: Sending): Promise<void> {
  const at = now();
  const answer = 'given up: not taken in time';
  const stale = await db.transaction(async (trx) => {
    const rows = await trx('mails')
      .whereIn('state', ['queued', 'delayed'])
      .where('next_try_at', '<=', at)
      .where((old) => {
        void old.where('useful_until', '<=', at).orWhere((tried) => {
          void tried
            .where('tries', '>', 0)
            .where('created_at', '<', new Date(at.getTime() - GIVE_UP_DAYS * DAY_MS));
        });
      })
      .update({ state: 'failed', next_try_at: null, with_secret: null })
      .returning<{ id: number; tries: number }[]>(['id', 'tries']);
    const events = rows.map(({ id, tries }) => ({ mail_id: id, at, state: 'failed', try: tries, answer }));
    if (events.length > 0) await trx('mail_events').insert(events);
    return rows;
  });
  for (const { id } of stale) onTrouble(id, 'failed', answer);
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
        .orderBy('next_try_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .select('id'),
    )
    .update({ state: 'sending', sending_since: at, next_try_at: null, tries: db.raw('tries + 1') })
    .returning<ClaimedMail[]>([
      'id',
      'created_at',
      'recipient',
      'message_id',
      'kept',
      'with_secret',
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
      .whereIn('state', ['sending', 'uncertain'])
      .update({
        state,
        sending_since: null,
        next_try_at: state === 'delayed' ? nextTry(mail.tries, at) : null,
        ...(state === 'delayed' ? {} : { with_secret: null }),
      });
    await trx('mail_events').insert({ mail_id: mail.id, at, state, try: mail.tries, server, answer });
  });
  if (state === 'failed' || state === 'uncertain') onTrouble(mail.id, state, answer);
}

function nextTry(tries: number, at: Date): Date {
  const pause = PAUSE_MINUTES[Math.min(tries, PAUSE_MINUTES.length) - 1] ?? 1;
  return new Date(at.getTime() + pause * MINUTE_MS);
}

/** Nobody could be reached: counts as a try of every mail that is due. */
async function postponeAll(db: Knex, { now }: Sending, problem: string): Promise<void> {
  const at = now();
  await db.raw(
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
     insert into mail_events (mail_id, at, state, try, answer)
     select id, :at, 'delayed', tries, :problem from postponed`,
    {
      at,
      limit: BATCH,
      pauses: PAUSE_MINUTES,
      last: PAUSE_MINUTES.length,
      problem: boundedText(problem, 1000),
    },
  );
}
