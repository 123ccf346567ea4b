import MailComposer from 'nodemailer/lib/mail-composer';
import { contentAsHtml, contentAsText, type MailContent } from './mail-content.ts';

/**
 * The bytes of a message (RFC 5322): plain text and HTML, in one language, to one address. They are sent as
 * they are: every line ends in CRLF, which a mail server would otherwise see to.
 */
export async function composeMail(
  content: MailContent,
  head: { from: string; to: string; messageId: string; at: Date; locale: string },
): Promise<Buffer> {
  const message = new MailComposer({
    from: head.from,
    // As an object, so that no text can become a second address.
    to: { name: '', address: head.to },
    subject: content.subject,
    messageId: head.messageId,
    date: head.at,
    text: contentAsText(content),
    html: contentAsHtml(content, head.locale),
    headers: { 'Content-Language': head.locale, 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const bytes = await message.build();
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}
