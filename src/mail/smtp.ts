import { Readable } from 'node:stream';
import addressParser from 'nodemailer/lib/addressparser';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SmtpConnection, {
  type SMTPConnectionOptions,
  type SMTPConnectionSendInfo,
} from 'nodemailer/lib/smtp-connection';
import { boundedText } from '../storable-text.ts';

/** Longest answer of a server that is kept, in characters. */
const ANSWER_MAX = 1000;

/** The outcome of one try to hand a message over, with the server's own words. */
export interface HandOver {
  state: 'relayed' | 'delayed' | 'failed' | 'uncertain';
  answer: string;
  /** False when the connection cannot be used for another message. */
  isOpen: boolean;
}

/** The address of a sender such as `YouAreCoder <no-reply@example.com>`. */
export function addressOf(sender: string): string {
  const [first] = addressParser(sender, { flatten: true });
  return first?.address ?? sender;
}

/** An open connection to the mail server, signed in. Takes one message at a time. */
export interface SmtpLine {
  server: string;
  handOver(message: { from: string; to: string; messageId: string; bytes: Buffer }): Promise<HandOver>;
  close(): void;
}

/** Opens a connection to a mail server, or throws with what it said. */
export type OpenSmtp = () => Promise<SmtpLine>;

/**
 * Connections by `smtpUrl`. `wantsReports` asks the server for delivery reports (RFC 3461), which come back to
 * the sender's address as mails.
 */
export function createSmtp(options: { smtpUrl: string; wantsReports: boolean }): OpenSmtp {
  const { auth, ...target } = parseConnectionUrl(options.smtpUrl) as SMTPConnectionOptions & {
    auth?: { user: string; pass: string };
  };
  return async () => {
    const connection = new SmtpConnection({
      ...target,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 60_000,
    });
    // Later faults of the connection arrive at the message in progress; without one nobody needs them.
    connection.on('error', () => undefined);
    await opened(connection);
    if (auth !== undefined) await signedIn(connection, auth);
    return {
      server: target.host ?? 'localhost',
      handOver: (message) => handOver(connection, message, options.wantsReports),
      close: () => {
        connection.quit();
      },
    };
  };
}

function opened(connection: SmtpConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.connect((error) => {
      connection.removeListener('error', reject);
      if (error == null) resolve();
      else reject(error);
    });
  });
}

function signedIn(connection: SmtpConnection, auth: { user: string; pass: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login({ credentials: auth }, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}

async function handOver(
  connection: SmtpConnection,
  { from, to, messageId, bytes }: { from: string; to: string; messageId: string; bytes: Buffer },
  wantsReports: boolean,
): Promise<HandOver> {
  const envid = messageId.replace(/^<|>$/g, '');
  const dsn = wantsReports ? { ret: 'HDRS', envid, notify: ['SUCCESS', 'FAILURE', 'DELAY'] } : undefined;
  // Read only after the server has said that it is ready for the content.
  let hasBegun = false;
  const content = new Readable({
    read() {
      hasBegun = true;
      this.push(bytes);
      this.push(null);
    },
  });
  return new Promise((resolve) => {
    const envelope = { from, to: [to], size: bytes.length, ...(dsn === undefined ? {} : { dsn }) };
    connection.send(envelope, content, (error, info) => {
      resolve(error === null && info !== undefined ? taken(info) : refused(error as SmtpError, hasBegun));
    });
  });
}

function taken(info: SMTPConnectionSendInfo): HandOver {
  return { state: 'relayed', answer: boundedText(info.response, ANSWER_MAX), isOpen: true };
}

interface SmtpError extends Error {
  /** The server's words; absent when the connection failed. */
  response?: string | false;
  responseCode?: number;
}

/**
 * A try that failed. With an answer of the server: `failed` for 5xx, `delayed` for 4xx (RFC 5321, 4.2.1).
 * Without one, the server may have taken the message once its content was on the way: `uncertain` then, else
 * `delayed`.
 */
function refused(error: SmtpError, hasBegun: boolean): HandOver {
  const code = error.responseCode ?? 0;
  const words = typeof error.response === 'string' ? error.response : error.message;
  const answer = boundedText(words, ANSWER_MAX);
  if (code >= 500) return { state: 'failed', answer, isOpen: false };
  if (code >= 400) return { state: 'delayed', answer, isOpen: false };
  return { state: hasBegun ? 'uncertain' : 'delayed', answer, isOpen: false };
}
