import { expect, it } from 'vitest';
import { composeMail } from '../../src/mail/compose-mail.ts';

it('sends a mail to one address, whatever stands in it', async () => {
  const head = { from: 'YouAreCoder <no-reply@example.com>', messageId: '<1@example.com>', locale: 'en' };
  const content = {
    subject: 'Hello\r\nBcc: third@example.com',
    blocks: [{ kind: 'text', text: 'Hello' } as const],
  };
  const to = 'one@example.com, two@example.com';
  const message = (await composeMail(content, { ...head, to, at: new Date() })).toString('latin1');
  const headers = message.split('\r\n\r\n')[0]?.split(/\r\n(?=\S)/) ?? [];
  expect(headers.filter((line) => /^(to|cc|bcc):/i.test(line))).toHaveLength(1);
  // One mailbox with an odd name.
  expect(headers).toContain('To: <"one@example.com, two"@example.com>');
});
