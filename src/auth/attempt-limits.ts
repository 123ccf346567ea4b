import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { TooManyAttempts } from '../errors.ts';
import { createRateLimit, type RateLimit } from '../web/rate-limit.ts';

const QUARTER_HOUR_SECONDS = 900;
const HOUR_SECONDS = 3600;

/**
 * Sign-ins from one address. An office of hundreds behind one address gets in on a Monday morning; a script
 * that tries one password on many accounts is slowed down. A single account is protected by its lock.
 */
const SIGN_INS_PER_IP = 200;

/**
 * Sign-ins to one account, right or wrong: far above a person's, far below those of a script that has the
 * password.
 */
const SIGN_INS_PER_ACCOUNT = 100;

/**
 * Companies registered from one address in an hour. The limit also bounds how often a stranger can ask which
 * e-mail addresses have an account.
 */
const REGISTRATIONS_PER_IP = 20;

/** Requests for a new password from one address in an hour: an office of people after a holiday. */
const RESETS_PER_IP = 30;

/**
 * Mails that ask to confirm an address, and clicks on their links, from one address in an hour: an office
 * that joins on one morning.
 */
const CONFIRMATIONS_PER_IP = 60;

/**
 * Mails that the people of one company cause in an hour beside invitations, which have a limit of their own:
 * to confirm or change an address, and links that an admin has sent. A mail server has one name for all
 * companies, and one that floods mailboxes costs the others theirs. Sign-ins have no such limit on purpose:
 * anybody who knows its addresses could shut a whole company out.
 */
const MAILS_PER_COMPANY = 200;

/** Changes of one account's password in an hour. Each mails its person. */
const CHANGES_PER_ACCOUNT = 5;

/** The limits of the sign-in and registration forms, counted across all processes. */
export interface AttemptLimits {
  signInByIp: RateLimit;
  signInByAccount: RateLimit;
  registerByIp: RateLimit;
  resetByIp: RateLimit;
  confirmByIp: RateLimit;
  mailByCompany: RateLimit;
  changeByAccount: RateLimit;
}

/**
 * Creates the limits. Only forms for people consult them, so they can never refuse the
 * gateway's notification.
 */
export function createAttemptLimits(db: Knex): AttemptLimits {
  return {
    signInByIp: createRateLimit(db, {
      name: 'sign-in-ip',
      points: SIGN_INS_PER_IP,
      durationSeconds: QUARTER_HOUR_SECONDS,
    }),
    signInByAccount: createRateLimit(db, {
      name: 'sign-in-account',
      points: SIGN_INS_PER_ACCOUNT,
      durationSeconds: QUARTER_HOUR_SECONDS,
    }),
    registerByIp: createRateLimit(db, {
      name: 'register-ip',
      points: REGISTRATIONS_PER_IP,
      durationSeconds: HOUR_SECONDS,
    }),
    resetByIp: createRateLimit(db, {
      name: 'reset-ip',
      points: RESETS_PER_IP,
      durationSeconds: HOUR_SECONDS,
    }),
    confirmByIp: createRateLimit(db, {
      name: 'confirm-ip',
      points: CONFIRMATIONS_PER_IP,
      durationSeconds: HOUR_SECONDS,
    }),
    mailByCompany: createRateLimit(db, {
      name: 'mail-company',
      points: MAILS_PER_COMPANY,
      durationSeconds: HOUR_SECONDS,
    }),
    changeByAccount: createRateLimit(db, {
      name: 'password-change',
      points: CHANGES_PER_ACCOUNT,
      durationSeconds: HOUR_SECONDS,
    }),
  };
}

/**
 * Takes one attempt. Null when one was left, else the seconds to wait for the next. Without a key (see
 * `addressKey`) nothing is counted.
 */
export async function secondsToWait(limit: RateLimit, key: string | null): Promise<number | null> {
  if (key === null) return null;
  try {
    await limit.consume(key);
    return null;
  } catch (error) {
    if (error instanceof TooManyAttempts) return Math.max(1, error.retryAfterSeconds);
    throw error;
  }
}

/**
 * The key of a client's address, hashed, so that the counters hold no personal data and fit their column.
 *
 * 1. An IPv6 customer has a whole /64 (RFC 6177), which counts as one address.
 * 2. Null when the address cannot be read: one key for all of those would let a single stranger shut out
 *    everybody behind such a proxy. The limit of each account still holds.
 */
export function addressKey(ip: string | null): string | null {
  if (ip === null) return null;
  const network = ip.includes(':') ? expand(ip).slice(0, 4).join(':') : ip;
  return createHash('sha256').update(network).digest('hex');
}

function expand(ip: string): string[] {
  const [head = '', tail] = ip.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}
