import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { createMailSender, type MailSender } from '../mail/mail-sender.ts';
import { addressOf, createSmtp } from '../mail/smtp.ts';
import type { Metrics } from '../metrics.ts';

/** The sender of the outbox. Without SMTP_URL mails are read in the product, and production says so. */
export function createSender(config: Config, log: Log, metrics: Metrics): MailSender {
  const { smtpUrl, smtpPlainPassword, mailFrom, mailBouncesTo, sessionSecret } = config;
  if (smtpUrl === null) {
    if (config.production)
      log.warn(
        'SMTP_URL is not set: no mail is sent, an admin hands invitations over, receipts stay here, nobody can set a forgotten password or confirm an address, and so nothing can be bought',
      );
    return createMailSender({ connection: null, log, metrics });
  }
  const open = createSmtp({
    smtpUrl,
    wantsReports: mailBouncesTo !== null,
    allowsPlainPassword: smtpPlainPassword,
  });
  const from = mailBouncesTo ?? addressOf(mailFrom);
  return createMailSender({ connection: { open, from, sessionSecret }, log, metrics });
}
