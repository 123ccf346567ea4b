import { pino } from 'pino';
import { createDb } from '../../src/db/db.ts';
import { sendDueMails } from '../../src/mail/send-due-mails.ts';
import { createSmtp } from '../../src/mail/smtp.ts';

/** A process that sends what is in the outbox, again and again, until it is killed. */
async function main(env: Record<string, string | undefined>): Promise<void> {
  const { DATABASE_URL = '', SMTP_URL = '' } = env;
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const db = createDb({ url: DATABASE_URL, poolMax: 2 });
  const sending = {
    open: createSmtp({ smtpUrl: SMTP_URL, wantsReports: false }),
    from: 'no-reply@example.com',
    sessionSecret: 'a session secret for tests only, 32+',
    now: () => new Date(),
    onTrouble: () => undefined,
    onPostponed: () => undefined,
    isStopping: () => false,
  };
  for (;;)
    await sendDueMails(db, sending).catch((error: unknown) => {
      log.warn({ err: error }, 'not sent');
    });
}

await main(process.env);
