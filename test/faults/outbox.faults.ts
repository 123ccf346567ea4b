import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { pino } from 'pino';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { MINUTE_MS } from '../../src/durations.ts';
import { queueMail } from '../../src/mail/queue-mail.ts';
import { sendDueMails } from '../../src/mail/send-due-mails.ts';
import { createSmtp } from '../../src/mail/smtp.ts';
import { useTestApp } from '../support/app.ts';
import { startChild, type Child } from '../support/programs/child.ts';

const KILLS = 200;
const MAILS_A_ROUND = 3;

const test = useTestApp();

/** How often the server has got the content of each message. */
const taken = new Map<string, number>();
let sender: Child | null = null;
let stepsLeft = 0;

/** A step of the server in a conversation: kills the sender at the one that was drawn. */
function step(): void {
  stepsLeft -= 1;
  if (stepsLeft <= 0) sender?.kill('SIGKILL');
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onConnect: (_session, done) => {
    step();
    done();
  },
  onMailFrom: (_address, _session, done) => {
    step();
    done();
  },
  onRcptTo: (_address, _session, done) => {
    step();
    done();
  },
  onData: (stream, _session, done) => {
    // A sender that is killed cuts its message off.
    take(stream, done).catch(() => undefined);
  },
});

async function take(stream: SMTPServerDataStream, done: () => void): Promise<void> {
  step();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const { messageId = '' } = await simpleParser(Buffer.concat(chunks));
  taken.set(messageId, (taken.get(messageId) ?? 0) + 1);
  step();
  done();
  step();
}

let smtpUrl = '';
beforeAll(async () => {
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  smtpUrl = `smtp://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
});
afterAll(async () => {
  await new Promise<void>((done) => {
    server.close(done);
  });
});

async function queue(count: number): Promise<void> {
  const context = systemContext({ name: 'test', at: new Date(), log: pino({ level: 'silent' }) });
  for (let n = 0; n < count; n += 1)
    await test.db.transaction((trx) =>
      queueMail(trx, context, {
        config: { ...test.config, sessionSecret: 'a session secret for tests only, 32+' },
        mail: {
          companyId: null,
          userId: null,
          to: `ada-${String(n)}@example.com`,
          locale: 'en',
          template: { name: 'test', version: 1 },
          cause: { type: 'payment', id: n },
          content: {
            subject: 'x',
            blocks: [{ kind: 'link', label: 'Open', url: 'https://x.test/?t=1', isSecret: true }],
          },
          secret: { note: 'cut', usefulUntil: new Date(Date.now() + 86_400_000) },
        },
      }),
    );
}

describe('the outbox', () => {
  it(`sends every mail once, or calls it uncertain, after kill -9 at ${KILLS} random moments`, async () => {
    const { db } = test;
    for (let round = 0; round < KILLS; round += 1) {
      await queue(MAILS_A_ROUND);
      stepsLeft = 1 + Math.floor(Math.random() * MAILS_A_ROUND * 5);
      sender = await startChild('test/faults/outbox-sender.ts', {
        env: { DATABASE_URL: test.database.appUrl, SMTP_URL: smtpUrl },
      });
      await once(sender, 'exit');
    }
    sender = null;
    const sending = {
      open: createSmtp({ smtpUrl, wantsReports: false }),
      from: 'no-reply@example.com',
      sessionSecret: 'a session secret for tests only, 32+',
      now: () => new Date(Date.now() + 30 * MINUTE_MS),
      onTrouble: () => undefined,
      onPostponed: () => undefined,
      isStopping: () => false,
    };
    while ((await sendDueMails(db, sending)).tried > 0);
    const rows = await db('mails').select<{ message_id: string; state: string }[]>(['message_id', 'state']);
    expect(rows).toHaveLength(KILLS * MAILS_A_ROUND);
    const count = (state: string): number => rows.filter((row) => row.state === state).length;
    // Nothing lost without a word: there is no third state.
    expect(count('relayed') + count('uncertain')).toBe(rows.length);
    expect(count('uncertain')).toBeGreaterThan(0);
    expect(count('uncertain')).toBeLessThanOrEqual(KILLS);
    // Nothing doubled, and what is called relayed has arrived.
    expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
    const missing = rows.filter(({ message_id, state }) => state === 'relayed' && !taken.has(message_id));
    expect(missing).toEqual([]);
  });
});
