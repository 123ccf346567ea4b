/**
 * Shortest interval that can be a heartbeat, in milliseconds; anything faster is taken for typing. The value
 * is below a second, since VS Code with a terminal open asks every second, and half of those requests come a
 * little early.
 */
const SHORTEST_MS = 900;

/** Largest part of its interval by which a timer of a page is late. */
const LATE_PART = 0.1;

/** Number of equal intervals in a row after which a rhythm is known. */
const ALIKE_TO_KNOW = 3;

/**
 * Number of arrivals in a row outside a known rhythm after which it is forgotten: a person's acts were alike
 * by chance.
 */
const UNHEARD_TO_FORGET = 4;

/** Largest number of equal heartbeats that are told apart when they come mixed, as from several tabs. */
const MIXED_MAX = 3;

/**
 * Number of arrivals remembered: enough to recognise a mixed rhythm, and to find a beat again among others of
 * the same size.
 */
const REMEMBERED = (ALIKE_TO_KNOW + 1) * MIXED_MAX;

/** Recognises a heartbeat among arrivals of one kind. */
export class Heartbeat {
  /** Times of the latest arrivals, newest last. */
  readonly #arrivals: number[] = [];
  /** Number of arrivals in a row that came in a rhythm: of one heartbeat, of two mixed, of three. */
  readonly #alike = new Array<number>(MIXED_MAX).fill(0);
  #knownMs: number | null;
  /**
   * Number of arrivals in a row that were no beat of the known rhythm. The first arrival after a break may be
   * one.
   */
  #unheard = 0;

  /** `knownMs` is the rhythm that such arrivals had before, if any. */
  constructor(knownMs: number | null = null) {
    this.#knownMs = knownMs;
  }

  /** The time between two beats, in milliseconds; null while no rhythm is known. */
  get knownMs(): number | null {
    return this.#knownMs;
  }

  /**
   * Notes one arrival, in milliseconds since any moment, and returns whether it came in a rhythm: from the
   * third arrival on, and at once when a known rhythm begins or goes on after a break. Mixed beats are
   * recognised once their rhythm is known.
   */
  isBeat(at: number): boolean {
    const isNew = this.#isAlike(at, 1);
    const isKnown = this.#isKnownBeat(at);
    const isBeat = isNew || isKnown;
    for (const [index, alike] of this.#alike.entries())
      this.#alike[index] = this.#isAlike(at, index + 1) ? alike + 1 : 0;
    this.#arrivals.push(at);
    if (this.#arrivals.length > REMEMBERED) this.#arrivals.shift();
    const mixed = this.#alike.findIndex((alike, index) => alike >= ALIKE_TO_KNOW * (index + 1)) + 1;
    if (mixed > 0)
      this.#knownMs = (at - (this.#arrivals.at(-1 - ALIKE_TO_KNOW * mixed) ?? at)) / ALIKE_TO_KNOW;
    if (this.#unheard >= UNHEARD_TO_FORGET) this.#forget();
    return isBeat;
  }

  #forget(): void {
    this.#knownMs = null;
    this.#unheard = 0;
  }

  /** True when the last two intervals are alike, if `mixed` heartbeats come mixed. */
  #isAlike(at: number, mixed: number): boolean {
    const [before, last] = [this.#arrivals.at(-2 * mixed), this.#arrivals.at(-mixed)];
    return last !== undefined && before !== undefined && isAlike(at - last, last - before);
  }

  #isKnownBeat(at: number): boolean {
    const known = this.#knownMs;
    if (known === null) return false;
    const last = this.#arrivals.at(-1);
    const isHeard = this.#arrivals.some((earlier) => isAlike(at - earlier, known));
    this.#unheard = isHeard ? 0 : this.#unheard + 1;
    return isHeard || last === undefined || at - last > 2 * known;
  }
}

function isAlike(distanceMs: number, otherMs: number): boolean {
  return otherMs >= SHORTEST_MS && Math.abs(distanceMs - otherMs) <= otherMs * LATE_PART;
}
