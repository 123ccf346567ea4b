import { Readable } from 'node:stream';
import addressParser from 'nodemailer/lib/addressparser';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SmtpConnection, {
  type SMTPConnectionOptions,
  type SMTPConnectionSendInfo,
} from 'nodemailer/lib/smtp-connection';
import { MINUTE_MS } from '../durations.ts';
import { boundedText } from '../storable-text.ts';

/** Longest answer of a server that is kept, in characters. */
const ANSWER_MAX = 1000;

/** Longest time to connect and sign in, in milliseconds. */
const OPEN_MS = 60_000;

/**
 * Longest time for one message: RFC 5321, 4.5.3.2.6 gives the final answer ten minutes. In milliseconds.
 */
export const HAND_OVER_MS = 12 * MINUTE_MS;

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
export interface SmtpSession {
  server: string;
  handOver(message: { from: string; to: string; envelopeId: string; bytes: Buffer }): Promise<HandOver>;
  close(): void;
}

/** Opens a connection to a mail server, or throws with what it said. */
export type OpenSmtp = () => Promise<SmtpSession>;

/**
 * Connections by `smtpUrl`. `wantsReports` asks the server for delivery reports (RFC 3461), which come back
 * to the sender's address as mails. With `smtp://` a password is given only after STARTTLS (RFC 3207): a
 * server that does not offer it, or somebody between who hides that it does, gets none.
 */
export function createSmtp(options: {
  smtpUrl: string;
  wantsReports: boolean;
  /** Lets the password go over a connection that is not encrypted. */
  allowsPlainPassword?: boolean;
}): OpenSmtp {
  const { auth, ...target } = parseConnectionUrl(options.smtpUrl) as SMTPConnectionOptions & {
    auth?: { user: string; pass: string };
  };
  return async () => {
    const connection = new SmtpConnection({
      ...target,
      ...(auth === undefined || options.allowsPlainPassword === true ? {} : { requireTLS: true }),
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 10 * MINUTE_MS,
    });
    // Later faults of the connection arrive at the message in progress; without one nobody needs them.
    connection.on('error', () => undefined);
    const deadline = setTimeout(() => {
      connection.close();
    }, OPEN_MS);
    try {
      await opened(connection);
      if (auth !== undefined) await signedIn(connection, auth);
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      clearTimeout(deadline);
    }
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
    endWith(connection, reject);
    connection.connect((error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}

function signedIn(connection: SmtpConnection, auth: { user: string; pass: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    // A connection that breaks now is not reported to the callback.
    endWith(connection, reject);
    connection.login({ credentials: auth }, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}

/** Rejects when the connection breaks. After a success the call changes nothing. */
function endWith(connection: SmtpConnection, reject: (error: Error) => void): void {
  connection.once('error', reject);
  connection.once('end', () => {
    reject(new Error('the connection ended'));
  });
}

async function handOver(
  connection: SmtpConnection,
  { from, to, envelopeId, bytes }: { from: string; to: string; envelopeId: string; bytes: Buffer },
  wantsReports: boolean,
): Promise<HandOver> {
  const notify = ['SUCCESS', 'FAILURE', 'DELAY'];
  const dsn = wantsReports ? { ret: 'HDRS', envid: envelopeId, notify } : undefined;
  // Read only after the server has said that it is ready for the content.
  let hasBegun = false;
  const content = new Readable({
    read() {
      hasBegun = true;
      this.push(bytes);
      this.push(null);
    },
  });
  const deadline = setTimeout(() => {
    connection.close();
  }, HAND_OVER_MS);
  const outcome = await new Promise<HandOver>((resolve) => {
    connection.once('end', () => {
      resolve(refused(new Error('the connection ended'), hasBegun));
    });
    const envelope = { from, to: [to], size: bytes.length, ...(dsn === undefined ? {} : { dsn }) };
    connection.send(envelope, content, (error, info) => {
      resolve(error === null ? taken(info) : refused(error, hasBegun));
    });
  });
  clearTimeout(deadline);
  return {
    ...outcome,
    isOpen: outcome.isOpen && (outcome.state === 'relayed' || (await isReset(connection))),
  };
}

/** Lets the server forget a message that it refused. False when the connection is of no more use. */
function isReset(connection: SmtpConnection): Promise<boolean> {
  return new Promise((resolve) => {
    endWith(connection, () => {
      resolve(false);
    });
    connection.reset((error) => {
      resolve(error == null);
    });
  });
}

function taken(info: SMTPConnectionSendInfo): HandOver {
  return { state: 'relayed', answer: boundedText(info.response, ANSWER_MAX), isOpen: true };
}

interface SmtpError extends Error {
  /** The server's words; absent when the connection failed. */
  response?: string | false | undefined;
  responseCode?: number | undefined;
  /** The command that was refused. */
  command?: string | undefined;
}

/**
 * A try that failed. With an answer of the server: `failed` for 5xx, `delayed` for 4xx (RFC 5321, 4.2.1), and
 * for 5xx about the sender, which is a fault of ours and not of this mail. Without an answer, the server may
 * have taken the message once its content was on the way: `uncertain` then, else `delayed`.
 */
function refused(error: SmtpError, hasBegun: boolean): HandOver {
  const code = error.responseCode ?? 0;
  const words = typeof error.response === 'string' ? error.response : error.message;
  const answer = boundedText(words, ANSWER_MAX);
  if (code >= 500 && error.command !== 'MAIL FROM') return { state: 'failed', answer, isOpen: code !== 521 };
  if (code >= 400) return { state: 'delayed', answer, isOpen: code !== 421 && error.command === 'RCPT TO' };
  return { state: hasBegun ? 'uncertain' : 'delayed', answer, isOpen: false };
}
