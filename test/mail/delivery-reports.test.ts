import { describe, expect, it } from 'vitest';
import { readDeliveryReport } from '../../src/mail/read-delivery-report.ts';
import { recordDeliveryReport } from '../../src/mail/record-delivery-report.ts';
import { useTestApp } from '../support/app.ts';
import { buildMail } from '../support/programs/build.ts';

const test = useTestApp();
const AT = new Date('2026-11-20T10:00:00Z');

async function mail(
  state: 'relayed' | 'uncertain' | 'delivered' = 'relayed',
): Promise<{ id: number; messageId: string; envelopeId: string }> {
  const { id, message_id: messageId, envelope_id: envelopeId } = await buildMail(test.db, { state });
  return { id, messageId, envelopeId };
}

/** A report as Postfix writes it; `returned` is the part with the headers of the mail. */
function postfixReport(fields: { action: string; envelopeId?: string; returned: string }): Buffer {
  return Buffer.from(
    [
      'From: MAILER-DAEMON@mx.example.com (Mail Delivery System)',
      'Subject: Undelivered Mail Returned to Sender',
      'To: bounces@example.com',
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      '\tboundary="9B095B5ADSN"',
      '',
      '--9B095B5ADSN',
      'Content-Description: Notification',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      'This is the mail system at host mx.example.com.',
      '',
      '--9B095B5ADSN',
      'Content-Description: Delivery report',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.example.com',
      ...(fields.envelopeId === undefined ? [] : [`Original-Envelope-Id: ${fields.envelopeId}`]),
      'X-Postfix-Queue-ID: 4711',
      '',
      'Final-Recipient: rfc822; ada@example.org',
      'Original-Recipient: rfc822;ada@example.org',
      `Action: ${fields.action}`,
      'Status: 5.1.1',
      'Remote-MTA: dns; mail.example.org',
      'Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: no such',
      '    mailbox here',
      '',
      '--9B095B5ADSN',
      'Content-Description: Undelivered Message',
      `Content-Type: ${fields.returned.startsWith('whole') ? 'message/rfc822' : 'text/rfc822-headers'}`,
      '',
      'From: no-reply@example.com',
      `Message-ID: ${fields.returned.replace(/^whole /, '')}`,
      'Subject: x',
      '',
      '--9B095B5ADSN--',
      '',
    ].join('\r\n'),
  );
}

async function record(bytes: Buffer): Promise<string | undefined> {
  const report = await readDeliveryReport(bytes);
  return report === null ? 'no report' : recordDeliveryReport(test.db, { report, at: AT });
}

describe('a delivery report', () => {
  it.each(['', 'whole '])('that names our envelope id makes a mail failed (with %sheaders)', async (how) => {
    const { id, messageId, envelopeId } = await mail();
    const bytes = postfixReport({ action: 'failed', envelopeId, returned: `${how}${messageId}` });
    expect(await record(bytes)).toBe('failed');
    const events = await test
      .db('mail_events')
      .where('mail_id', id)
      .select(['state', 'source', 'server', 'answer']);
    const answer = '550 5.1.1 <ada@example.org>: no such mailbox here';
    expect(events).toEqual([{ state: 'failed', source: 'report', server: 'mail.example.org', answer }]);
  });

  it('that a mail arrived settles one that was uncertain', async () => {
    const { envelopeId } = await mail('uncertain');
    const bytes = postfixReport({ action: 'delivered', envelopeId, returned: '<other@example.com>' });
    expect(await record(bytes)).toBe('delivered');
  });

  it('by somebody who knows the Message-ID alone is noted, and changes nothing', async () => {
    const { id, messageId } = await mail();
    const bytes = postfixReport({ action: 'failed', envelopeId: 'invented', returned: messageId });
    expect(await record(bytes)).toBe('relayed');
    expect(await test.db('mail_events').where('mail_id', id).pluck('source')).toEqual(['report']);
  });

  it.each(['delayed', 'relayed', 'expanded'])('that a mail is on its way (%s) is noted', async (action) => {
    const { id, messageId, envelopeId } = await mail();
    expect(await record(postfixReport({ action, envelopeId, returned: messageId }))).toBe('relayed');
    expect(await test.db('mail_events').where('mail_id', id)).toHaveLength(1);
  });

  it('of a failure does not take back that the mail arrived', async () => {
    const { messageId, envelopeId } = await mail('delivered');
    expect(await record(postfixReport({ action: 'failed', envelopeId, returned: messageId }))).toBe(
      'delivered',
    );
  });

  it('about a mail that is not ours is left alone', async () => {
    const bytes = postfixReport({ action: 'failed', returned: '<stranger@example.com>' });
    expect(await record(bytes)).toBeUndefined();
  });

  it('is no other message, and no report without an action or a mail', async () => {
    const { messageId } = await mail();
    const note = 'From: a@b.c\r\nSubject: out of office\r\n\r\nI am away.\r\n';
    expect(await record(Buffer.from(note))).toBe('no report');
    expect(await record(Buffer.alloc(0))).toBe('no report');
    expect(await record(postfixReport({ action: 'nonsense', returned: messageId }))).toBe('no report');
    expect(await record(postfixReport({ action: 'failed', returned: '' }))).toBe('no report');
  });

  it('with bytes that the database cannot hold is looked up without them', async () => {
    const bytes = postfixReport({ action: 'failed', envelopeId: 'a\0b', returned: '<x@example.com>' });
    expect(await record(bytes)).toBeUndefined();
  });
});
