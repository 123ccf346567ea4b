import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { DAY_MS, MINUTE_MS } from '../../src/durations.ts';
import type { MailBlock } from '../../src/mail/mail-content.ts';
import { createMailSender } from '../../src/mail/mail-sender.ts';
import { outboxSignal } from '../../src/mail/outbox-signal.ts';
import { queueMail } from '../../src/mail/queue-mail.ts';
import { sendDueMails, type Sending } from '../../src/mail/send-due-mails.ts';
import { resendMail } from '../../src/mail/resend-mail.ts';
import { createSmtp, type SmtpSession } from '../../src/mail/smtp.ts';
import { useTestApp } from '../support/app.ts';

const test = useTestApp();
const AT = new Date('2026-11-20T10:00:00Z');
const later = (minutes: number): Date => new Date(AT.getTime() + minutes * MINUTE_MS);

const received: { raw: Buffer; mail: ParsedMail }[] = [];
let port = 0;

/** A mail server that takes everything but what the address asks it to refuse. */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onMailFrom: ({ address }, _session, done) => {
    done(address.startsWith('blocked') ? withCode(550, '5.7.1 this sender is blocked') : undefined);
  },
  onRcptTo: ({ address }, _session, done) => {
    if (address.startsWith('gone')) done(withCode(550, '5.1.1 no such mailbox: ğ'));
    else if (address.startsWith('full') || (address.startsWith('busy') && received.length === 0))
      done(withCode(451, '4.3.0 try later'));
    else done();
  },
  onData: (stream, session, done) => {
    void take(stream, session, done);
  },
});

function withCode(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

async function take(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  done: (error?: Error | null, message?: string) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  received.push({ raw, mail: await simpleParser(raw) });
  const [to] = session.envelope.rcptTo;
  if (to?.address.startsWith('cut') === true) {
    // The server has the message and dies before it says so.
    const connections = (server as unknown as { connections: Set<{ _socket: { destroy(): void } }> })
      .connections;
    for (const connection of connections) connection._socket.destroy();
    return;
  }
  done(null, 'queued as 4711');
}

beforeAll(async () => {
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await new Promise<void>((done) => {
    server.close(done);
  });
});
beforeEach(async () => {
  received.length = 0;
  trouble.length = 0;
  postponed.length = 0;
  await test
    .db('mails')
    .whereIn('state', ['queued', 'delayed', 'sending'])
    .update({ state: 'failed', next_try_at: null, sending_since: null, with_secret: null });
});

const trouble: string[] = [];
const postponed: number[] = [];

const secretLink: MailBlock = { kind: 'link', label: 'Aç:', url: 'https://x.test/?t=SECRET', isSecret: true };

function queue(
  to: string,
  blocks: MailBlock[] = [],
  subject = 'Ekibe davet: Şirket',
  db = test.db,
): Promise<number> {
  const context = systemContext({ name: 'test', at: AT, log: test.deps.log });
  return db.transaction((trx) =>
    queueMail(trx, context, {
      config: test.config,
      mail: {
        companyId: null,
        userId: null,
        to,
        locale: 'tr',
        template: { name: 'test', version: 1 },
        cause: { type: 'payment', id: 1 },
        content: { subject, blocks: [{ kind: 'text', text: 'Merhaba İğdır ₺' }, ...blocks] },
        secret: { note: 'cut', usefulUntil: new Date(AT.getTime() + 7 * DAY_MS) },
      },
    }),
  );
}

async function send(
  at = AT,
  smtpUrl = `smtp://127.0.0.1:${String(port)}`,
  change: Partial<Sending> = {},
): Promise<number> {
  const { taken } = await sendDueMails(test.db, {
    open: createSmtp({ smtpUrl, wantsReports: false }),
    from: 'no-reply@example.com',
    sessionSecret: test.config.sessionSecret,
    now: () => at,
    onTrouble: (_id, state) => void trouble.push(state),
    onPostponed: (mails) => void postponed.push(mails),
    isStopping: () => false,
    ...change,
  });
  return taken;
}

function openSession(): Promise<SmtpSession> {
  return createSmtp({ smtpUrl: `smtp://127.0.0.1:${String(port)}`, wantsReports: false })();
}

async function mailOf(id: number): Promise<Record<string, unknown> & { kept: Buffer }> {
  return test.db('mails').where('id', id).first<Record<string, unknown> & { kept: Buffer }>('*');
}

function eventsOf(id: number): Promise<Record<string, unknown>[]> {
  return test.db('mail_events').where('mail_id', id).orderBy('id').select(['state', 'try', 'answer']);
}

describe('a mail of the outbox', () => {
  it('is sent byte for byte as it was written, and keeps the words with which the server took it', async () => {
    const id = await queue('ada@example.com');
    expect(await send()).toBe(1);
    const [one] = received;
    const row = await mailOf(id);
    expect(row).toMatchObject({ state: 'relayed', tries: 1, with_secret: null, next_try_at: null });
    expect(hash('sha256', one!.raw)).toBe(row.sent_sha256);
    expect(row.kept_sha256).toBe(row.sent_sha256);
    expect(one!.mail.messageId).toBe(row.message_id);
    expect(one!.mail.text).toContain('Merhaba İğdır ₺');
    expect(one!.mail.html).toContain('Merhaba İğdır ₺');
    expect(await eventsOf(id)).toEqual([{ state: 'relayed', try: 1, answer: '250 queued as 4711' }]);
    expect(await send()).toBe(0);
    expect(received).toHaveLength(1);
  });

  it('is sent with its secret link, which is then nowhere any more', async () => {
    const id = await queue('ada@example.com', [secretLink]);
    expect((await mailOf(id)).with_secret).not.toBeNull();
    await send();
    const row = await mailOf(id);
    expect(received[0]!.mail.text).toContain('?t=SECRET');
    expect(hash('sha256', received[0]!.raw)).toBe(row.sent_sha256);
    expect(hash('sha256', row.kept)).toBe(row.kept_sha256);
    expect(row.kept_sha256).not.toBe(row.sent_sha256);
    expect(row.kept.toString()).not.toContain('SECRET');
    expect(row.with_secret).toBeNull();
  });

  it('has no header of a stranger’s making, and one recipient', async () => {
    await queue('ada@example.com', [], 'Hello\r\nBcc: thief@example.com');
    await send();
    expect(received[0]!.mail.bcc).toBeUndefined();
    expect(received).toHaveLength(1);
  });

  it('is not there when its transaction fails', async () => {
    await test.forgetMails();
    const failing = test.db.transaction(async (trx) => {
      const context = systemContext({ name: 'test', at: AT, log: test.deps.log });
      await queueMail(trx, context, {
        config: test.config,
        mail: {
          companyId: null,
          userId: null,
          to: 'ada@example.com',
          locale: 'en',
          template: { name: 'test', version: 1 },
          cause: { type: 'payment', id: 1 },
          content: { subject: 'x', blocks: [] },
        },
      });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await test.mails()).toEqual([]);
  });

  it('cannot be rewritten or deleted', async () => {
    const id = await queue('ada@example.com');
    await expect(test.db('mails').where('id', id).update({ recipient: 'eve@example.com' })).rejects.toThrow();
    await expect(
      test
        .db('mails')
        .where('id', id)
        .update({ with_secret: Buffer.from('x') }),
    ).rejects.toThrow();
    await expect(test.db('mails').where('id', id).delete()).rejects.toThrow();
    await send();
    await expect(test.db('mail_events').where('mail_id', id).update({ answer: 'x' })).rejects.toThrow();
  });
});

describe('a mail that the server does not take', () => {
  it('has failed when it is refused for good, with the server’s words', async () => {
    const id = await queue('gone@example.com', [secretLink]);
    await send();
    expect(await mailOf(id)).toMatchObject({ state: 'failed', with_secret: null });
    const [event] = await eventsOf(id);
    expect(event?.answer).toContain('550 5.1.1 no such mailbox');
    expect(trouble).toEqual(['failed']);
    await send(later(10_000));
    expect(await eventsOf(id)).toHaveLength(1);
  });

  it('does not keep the next one from being sent', async () => {
    await queue('gone@example.com');
    await queue('ada@example.com');
    await send();
    expect(received).toHaveLength(1);
  });

  it('is tried again when the server refuses us as the sender: the mail itself is not at fault', async () => {
    const id = await queue('ada@example.com');
    await send(AT, undefined, { from: 'blocked@example.com' });
    expect(await mailOf(id)).toMatchObject({ state: 'delayed' });
    expect((await eventsOf(id))[0]?.answer).toContain('this sender is blocked');
  });

  it('is never sent with a note in place of its link', async () => {
    const id = await queue('ada@example.com', [secretLink]);
    await test.db('mails').where('id', id).update({ with_secret: null });
    await send();
    expect(received).toEqual([]);
    expect(await mailOf(id)).toMatchObject({ state: 'failed' });
  });

  it('is tried again after a while when the server asks for it', async () => {
    const id = await queue('busy@example.com', [secretLink]);
    await send();
    expect(await mailOf(id)).toMatchObject({ state: 'delayed', next_try_at: later(1) });
    await queue('ada@example.com');
    await send();
    expect(await mailOf(id)).toMatchObject({ state: 'delayed', tries: 1 });
    await send(later(1));
    expect(await mailOf(id)).toMatchObject({ state: 'relayed', tries: 2, with_secret: null });
    expect((await eventsOf(id)).map(({ state }) => state)).toEqual(['delayed', 'relayed']);
  });

  it('waits longer and longer while the server asks for it', async () => {
    const id = await queue('full@example.com');
    const pauses = [1, 5, 15, 60, 240, 240];
    let at = 0;
    for (const pause of pauses) {
      await send(later(at));
      at += pause;
      expect(await mailOf(id)).toMatchObject({ state: 'delayed', next_try_at: later(at) });
    }
  });

  it('waits longer and longer while there is no server, and is given up after five days', async () => {
    const id = await queue('ada@example.com');
    const nowhere = 'smtp://127.0.0.1:1';
    for (const minutes of [0, 1, 6, 21, 81, 321]) await send(later(minutes), nowhere);
    expect(await mailOf(id)).toMatchObject({ state: 'delayed', tries: 6, next_try_at: later(321 + 240) });
    expect((await eventsOf(id))[0]?.answer).toContain('ECONNREFUSED');
    expect(postponed).toEqual([1, 1, 1, 1, 1, 1]);
    await send(later(6 * 24 * 60));
    expect(await mailOf(id)).toMatchObject({ state: 'failed' });
    expect(received).toEqual([]);
  });

  it('is not sent with a link that has expired', async () => {
    const id = await queue('ada@example.com', [secretLink]);
    await send(later(7 * 24 * 60));
    expect(await mailOf(id)).toMatchObject({ state: 'failed', with_secret: null });
    expect(received).toEqual([]);
  });
});

describe('a mail of which nobody knows whether it was taken', () => {
  it('is uncertain when the connection ends after its content, and is never sent again by itself', async () => {
    const id = await queue('cut@example.com');
    await send();
    expect(received).toHaveLength(1);
    expect(await mailOf(id)).toMatchObject({ state: 'uncertain', with_secret: null });
    expect(trouble).toEqual(['uncertain']);
    for (const minutes of [1, 60, 10_000]) await send(later(minutes));
    expect(received).toHaveLength(1);
  });

  it('is uncertain when the process died while it handed the mail over', async () => {
    const id = await queue('ada@example.com');
    const died = { state: 'sending', sending_since: AT, next_try_at: null, tries: 1 };
    await test.db('mails').where('id', id).update(died);
    await send(later(23));
    expect(await mailOf(id)).toMatchObject({ state: 'sending' });
    await send(later(25));
    expect(await mailOf(id)).toMatchObject({ state: 'uncertain', sending_since: null });
    expect(received).toEqual([]);
    expect(trouble).toEqual(['uncertain']);
  });
});

describe('a mail server that breaks off while we sign in', () => {
  it('is one that cannot be reached, and the sender goes on', async () => {
    const rude = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 rude\r\n');
      socket.on('data', (line) => {
        if (line.toString().startsWith('EHLO')) socket.write('250-rude\r\n250 AUTH PLAIN LOGIN\r\n');
        else socket.destroy();
      });
    });
    await new Promise<void>((done) => rude.listen(0, '127.0.0.1', done));
    const id = await queue('ada@example.com');
    const { port: rudePort } = rude.address() as AddressInfo;
    expect(await send(AT, `smtp://user:password@127.0.0.1:${String(rudePort)}`)).toBe(0);
    expect(await mailOf(id)).toMatchObject({ state: 'delayed' });
    expect(postponed).toEqual([1]);
    rude.close();
  });
});

describe('a process that is about to end', () => {
  it('begins no other mail', async () => {
    for (let n = 0; n < 3; n += 1) await queue(`ada-${String(n)}@example.com`);
    expect(await send(AT, undefined, { isStopping: () => received.length > 0 })).toBe(1);
    expect(received).toHaveLength(1);
  });
});

describe('a mail that another SESSION_SECRET encrypted', () => {
  it('waits for a process that knows it', async () => {
    const id = await queue('ada@example.com', [secretLink]);
    await send(AT, undefined, { sessionSecret: 'another secret of a process that is older' });
    expect(await mailOf(id)).toMatchObject({ state: 'delayed' });
    await send(later(1));
    expect(received[0]!.mail.text).toContain('?t=SECRET');
  });
});

describe('sending again by hand', () => {
  it('reaches a mail that was given up long ago', async () => {
    const id = await queue('ada@example.com');
    await send(later(0), 'smtp://127.0.0.1:1');
    await send(later(6 * 24 * 60));
    expect(await mailOf(id)).toMatchObject({ state: 'failed' });
    const context = systemContext({ name: 'test', at: later(30 * 24 * 60), log: test.deps.log });
    expect(await resendMail(test.db, context, { mailId: id, isMailConfigured: true })).toEqual({ ok: true });
    await send(later(30 * 24 * 60));
    expect(await mailOf(id)).toMatchObject({ state: 'relayed' });
  });
});

describe('the order of mails', () => {
  it('has those first whose link expires', async () => {
    await queue('first@example.com');
    await queue('link@example.com', [secretLink]);
    await send();
    const to = received.map(({ mail }) => (Array.isArray(mail.to) ? '' : mail.to?.text));
    expect(to).toEqual(['link@example.com', 'first@example.com']);
  });
});

describe('several senders at once', () => {
  it('send each mail once', async () => {
    for (let n = 0; n < 12; n += 1) await queue(`ada-${String(n)}@example.com`);
    // All are connected before the first of them takes a mail.
    let waiting = 4;
    let go: () => void = () => undefined;
    const everybody = new Promise<void>((done) => (go = done));
    const open = async (): Promise<SmtpSession> => {
      const session = await openSession();
      waiting -= 1;
      if (waiting === 0) go();
      await everybody;
      return session;
    };
    await Promise.all([1, 2, 3, 4].map(() => send(AT, undefined, { open })));
    const to = received.map(({ mail }) => (Array.isArray(mail.to) ? '' : mail.to?.text));
    expect(new Set(to).size).toBe(12);
    expect(received).toHaveLength(12);
  });
});

describe('the sender of a process', () => {
  it('sends a mail as soon as its transaction has committed, without waiting for its next look', async () => {
    const { sessionSecret } = test.config;
    const sender = createMailSender({
      connection: { open: openSession, from: 'no-reply@example.com', sessionSecret },
      log: test.deps.log,
      metrics: test.metrics,
    });
    const db = outboxSignal.attach(test.database.db, sender.signal);
    sender.start(db);
    await sender.stop();
    sender.start(db);
    const id = await queue('ada@example.com', [], 'at once', db);
    await expect.poll(() => received.length).toBe(1);
    await sender.stop();
    expect(await mailOf(id)).toMatchObject({ state: 'relayed' });
  });
});

describe('the password of a mail server', () => {
  it('is not given over a connection without TLS, unless a setting allows it', async () => {
    const seen: string[] = [];
    const plain = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 plain ESMTP\r\n');
      socket.on('data', (data) => {
        const line = data.toString().trim();
        seen.push(line);
        const isHello = /^EHLO/i.test(line);
        const answer = isHello
          ? '250-plain\r\n250 AUTH PLAIN'
          : /^AUTH/i.test(line)
            ? '235 2.7.0 ok'
            : '502 no';
        socket.write(`${answer}\r\n`);
      });
    }).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port: at } = plain.address() as AddressInfo;
    const smtpUrl = `smtp://user:pass@127.0.0.1:${String(at)}`;
    await expect(createSmtp({ smtpUrl, wantsReports: false })()).rejects.toThrow();
    expect(seen.filter((line) => line.startsWith('AUTH'))).toEqual([]);
    const session = await createSmtp({ smtpUrl, wantsReports: false, allowsPlainPassword: true })();
    expect(seen.filter((line) => line.startsWith('AUTH'))).toHaveLength(1);
    session.close();
    plain.close();
  });
});
