import { createTransport } from 'nodemailer';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Sends mail, or reports that no mail server is configured. */
export interface Mailer {
  /** False without SMTP_URL. Links are then handed over by the person who created them. */
  isConfigured: boolean;
  /**
   * True when the server took the mail. Never throws: a mail that fails is logged, and its cause stays done.
   */
  send(mail: Mail): Promise<boolean>;
}

/** A mailer over SMTP_URL. Files and addresses in a mail are never fetched. */
export function createMailer(config: Pick<Config, 'smtpUrl' | 'mailFrom'>, log: Log): Mailer {
  if (config.smtpUrl === null) return { isConfigured: false, send: () => Promise.resolve(false) };
  const transport = createTransport({
    url: config.smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    isConfigured: true,
    send: async (mail) => {
      try {
        await transport.sendMail({ from: config.mailFrom, ...mail });
        return true;
      } catch (error) {
        log.error({ err: error, subject: mail.subject }, 'mail could not be sent');
        return false;
      }
    },
  };
}
