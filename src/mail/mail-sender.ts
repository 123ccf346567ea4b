import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { OutboxSignal } from './outbox-signal.ts';
import { sendDueMails, type Sending } from './send-due-mails.ts';

/** How often the outbox is looked at without a signal, in milliseconds: for retries and other processes. */
const LOOK_EVERY_MS = 10_000;

/** The sender of a process. */
export interface MailSender {
  signal: OutboxSignal;
  start(db: Knex): void;
  /** Waits for the mail that is being handed over, and begins no other. */
  stop(): Promise<void>;
}

/**
 * Sends the mails of the outbox: at once when a transaction of this process has written one, and every few
 * seconds. Without a mail server (`connection` is null) it does nothing.
 */
export function createMailSender(parts: {
  connection: Pick<Sending, 'open' | 'from' | 'sessionSecret'> | null;
  log: Log;
  metrics: Metrics;
}): MailSender {
  const { connection, log, metrics } = parts;
  let db: Knex | null = null;
  let running: Promise<void> | null = null;
  let isWanted = false;
  let timer: NodeJS.Timeout | undefined;

  const sending: Omit<Sending, 'open' | 'from' | 'sessionSecret'> = {
    now: () => new Date(),
    isStopping: () => db === null,
    onTrouble: (mailId, state, answer) => {
      metrics.mails.inc({ state });
      log.error({ mail_id: mailId, state, answer }, 'a mail did not arrive: see the outbox');
    },
    onPostponed: (mails, problem) => {
      metrics.mails.inc({ state: 'delayed' }, mails);
      log.warn({ mails, problem }, 'the mail server cannot be reached: mails wait for it');
    },
  };
  const run = async (pool: Knex): Promise<void> => {
    if (connection === null) return;
    do {
      isWanted = false;
      const { tried, taken } = await sendDueMails(pool, { ...connection, ...sending });
      metrics.mails.inc({ state: 'relayed' }, taken);
      if (tried > 0) isWanted = true;
    } while (isWanted && db !== null);
  };
  const wake = (): void => {
    isWanted = true;
    if (db === null || running !== null) return;
    running = run(db)
      .catch((error: unknown) => {
        log.error({ err: error }, 'the outbox could not be looked at');
      })
      .finally(() => {
        running = null;
      });
  };
  return {
    signal: {
      afterCommit: (trx) => {
        trx.executionPromise.then(wake, () => undefined);
      },
    },
    start: (pool) => {
      if (connection === null) return;
      db = pool;
      timer = setInterval(wake, LOOK_EVERY_MS);
      wake();
    },
    stop: async () => {
      clearInterval(timer);
      db = null;
      await running;
    },
  };
}
