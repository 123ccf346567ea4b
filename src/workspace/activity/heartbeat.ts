/**
 * Nobody's heart beats faster here: what a person types comes closer together. In milliseconds. Less than a
 * second, since of what is asked for every second, as by VS Code with a terminal open, half comes a little
 * less than that after the one before.
 */
const SHORTEST_MS = 900;

/** Timers of a page are late by such a part of their time. */
const LATE_PART = 0.1;

/** So many distances in a row that are alike make a rhythm that is known from then on. */
const ALIKE_TO_KNOW = 3;

/**
 * After so many arrivals in a row out of a rhythm that was known, it was none: a person's acts were alike by
 * chance.
 */
const UNHEARD_TO_FORGET = 4;

/**
 * So many alike beats are told apart when they come mixed, as from several tabs; each must show its rhythm by
 * itself.
 */
const MIXED_MAX = 3;

/**
 * Arrivals remembered: what makes a mixed rhythm known, and a beat is found again among others of the same
 * size in between.
 */
const REMEMBERED = (ALIKE_TO_KNOW + 1) * MIXED_MAX;

/** Hears a heartbeat among things that happen. */
export class Heartbeat {
  /** Newest last. */
  readonly #arrivals: number[] = [];
  /** How many arrivals in a row came in a rhythm, if of one beat, of two mixed, of three. */
  readonly #alike = new Array<number>(MIXED_MAX).fill(0);
  #knownMs: number | null;
  /** Arrivals in a row that were no beat of it; that a first one after a break might be, shows nothing. */
  #unheard = 0;

  /** `knownMs`: the rhythm that was known of such things before, if any. */
  constructor(knownMs: number | null = null) {
    this.#knownMs = knownMs;
  }

  /** The time between two beats, in milliseconds; null while no rhythm is known. */
  get knownMs(): number | null {
    return this.#knownMs;
  }

  /**
   * Notes one arrival, in milliseconds since any moment, and tells whether it came in a rhythm: from the
   * third one on, and at once when a rhythm that is known begins or goes on after a break. Beats that come
   * mixed are told from things that happen once their rhythm is known.
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

  /** Whether it is as long since the last beat as from the one before to that, when so many come mixed. */
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
