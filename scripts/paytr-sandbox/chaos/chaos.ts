import { createHash } from 'node:crypto';
import type { Transaction } from '../transactions.ts';

/**
 * The fault of one answer. Nothing has been done with `silent`, `500` and `page`. All has been done with
 * `late`, whose answer never comes, and with `cut`, whose JSON stops in the middle.
 */
export type AnswerFault = 'silent' | '500' | 'page' | 'late' | 'cut';

/**
 * The fate of one payment's notification. `late`: one to five intervals later. `overtaken`: after that of a
 * payment that ended later. `lost`: the first one never arrives. `unheard`: it arrives, and the merchant's OK
 * does not. `repeated`: twice at once, and once more after an interval.
 */
type CallbackFate = 'late' | 'overtaken' | 'lost' | 'unheard' | 'repeated';

const ANSWER_FAULTS: readonly AnswerFault[] = ['silent', '500', 'page', 'late', 'cut'];
const FATES: readonly CallbackFate[] = ['late', 'overtaken', 'lost', 'unheard', 'repeated'];

// Often enough to meet each fault in an afternoon, seldom enough to get through a checkout.
const FAULTY_ANSWERS = 0.3;
const ODD_CALLBACKS = 0.6;

const MOST_INTERVALS_LATE = 5;

/** A bad day of the gateway that its seed repeats. */
export interface Chaos {
  seed: number;
  /**
   * The fault of the next call of this path. The n-th call of a path always has the same one, and no path
   * fails twice in a row, so that who asks again gets through.
   */
  nextAnswer: (path: string) => AnswerFault | undefined;
  /** The fate of a payment, by its place among all payments of the sandbox. */
  fateOf: (transaction: Transaction) => CallbackFate | undefined;
  /** How many intervals a late notification is late. */
  intervalsLate: (transaction: Transaction) => number;
}

/** Plans a bad day. `placeOf` counts the payments from 0, in the order in which they were opened. */
export function createChaos(seed: number, placeOf: (transaction: Transaction) => number): Chaos {
  const calls = new Map<string, { count: number; failed: boolean }>();
  const places = new Map<Transaction, number>();
  const place = (transaction: Transaction): number => {
    const known = places.get(transaction) ?? placeOf(transaction);
    places.set(transaction, known);
    return known;
  };
  const drawn = (what: string): number => draw(`${String(seed)} ${what}`);
  return {
    seed,
    nextAnswer: (path) => {
      const { count, failed } = calls.get(path) ?? { count: 0, failed: false };
      const fault = failed
        ? undefined
        : pick(ANSWER_FAULTS, FAULTY_ANSWERS, drawn(`${path} ${String(count)}`));
      calls.set(path, { count: count + 1, failed: fault !== undefined });
      return fault;
    },
    fateOf: (transaction) => pick(FATES, ODD_CALLBACKS, drawn(`callback ${String(place(transaction))}`)),
    intervalsLate: (transaction) =>
      1 + Math.floor(drawn(`late ${String(place(transaction))}`) * MOST_INTERVALS_LATE),
  };
}

/** A seed as it is typed: a whole number of at most nine digits. Undefined for anything else. */
export function readSeed(text: string): number | undefined {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}

function pick<T>(items: readonly T[], share: number, drawn: number): T | undefined {
  return drawn < share ? items[Math.floor((drawn / share) * items.length)] : undefined;
}

/** From 0 up to 1, the same for the same text. */
function draw(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
