import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMailer, type Mailer } from '../../src/mail/mail.ts';

const received: ParsedMail[] = [];

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: ({ address }, _session, done) => {
    done(address.startsWith('gone') ? new Error('550 no such mailbox') : undefined);
  },
  onData: (stream, _session, done) => {
    simpleParser(stream).then((mail) => {
      received.push(mail);
      done();
    }, done);
  },
});

describe('the mailer', () => {
  let mailer: Mailer;
  const logged: string[] = [];

  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.server.address() as AddressInfo;
    const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
    mailer = createMailer(
      { smtpUrl: `smtp://127.0.0.1:${port}`, mailFrom: 'YouAreCoder <no-reply@example.com>' },
      log,
    );
  });

  afterAll(async () => {
    await new Promise<void>((done) => {
      server.close(done);
    });
  });

  it('sends plain text with Turkish letters to one address, and no header of a stranger’s making', async () => {
    const subject = 'Ekibe davet: Şirket\r\nBcc: thief@example.com';
    expect(
      await mailer.send({ to: 'ada@example.com', subject, text: 'Bağlantı: https://app.example.com/ğüşıöç' }),
    ).toBe(true);
    const mail = received[0]!;
    expect(mail.text).toContain('https://app.example.com/ğüşıöç');
    expect(mail.from?.text).toContain('no-reply@example.com');
    expect(mail.bcc).toBeUndefined();
    expect(received).toHaveLength(1);
  });

  it('says so when the server refuses, logs it, and throws nothing', async () => {
    expect(await mailer.send({ to: 'gone@example.com', subject: 'x', text: 'a secret link' })).toBe(false);
    expect(logged.join()).toContain('mail could not be sent');
    expect(logged.join()).not.toContain('a secret link');
  });

  it('is not configured without SMTP_URL', async () => {
    const none = createMailer({ smtpUrl: null, mailFrom: 'x@example.com' }, pino({ level: 'silent' }));
    expect(none.isConfigured).toBe(false);
    expect(await none.send({ to: 'ada@example.com', subject: 'x', text: 'y' })).toBe(false);
  });
});
