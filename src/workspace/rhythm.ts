/** Nobody's heart beats faster here: what a person types comes closer together. In milliseconds. */
const SHORTEST_MS = 1000;

/** Timers of a page are late by such a part of their time. */
const LATE_PART = 0.1;

/** So many distances in a row that are alike make a rhythm that is known from then on. */
const ALIKE_TO_KNOW = 4;

/** Arrivals remembered: a beat is found again among messages of the same size in between. */
const REMEMBERED = 12;

/** Hears a heartbeat among things that happen. */
export class Rhythm {
  /** Newest last. */
  readonly #arrivals: number[] = [];
  #alike = 0;
  #knownMs: number | null = null;

  /**
   * Notes one arrival, in milliseconds since any moment, and tells whether it came in a rhythm: from the third one on, and at once
   * when a rhythm that is known goes on after a break.
   */
  isBeat(at: number): boolean {
    const [before, last] = this.#arrivals.slice(-2);
    const isNew = last !== undefined && before !== undefined && isAlike(at - last, last - before);
    const isBeat = isNew || this.#isKnownBeat(at);
    this.#alike = isNew ? this.#alike + 1 : 0;
    this.#arrivals.push(at);
    if (this.#arrivals.length > REMEMBERED) this.#arrivals.shift();
    if (this.#alike >= ALIKE_TO_KNOW) this.#knownMs = meanDistance(this.#arrivals.slice(-ALIKE_TO_KNOW));
    return isBeat;
  }

  #isKnownBeat(at: number): boolean {
    const known = this.#knownMs;
    if (known === null) return false;
    const isAfterBreak = at - (this.#arrivals.at(-1) ?? at) > 2 * known;
    return isAfterBreak || this.#arrivals.some((earlier) => isAlike(at - earlier, known));
  }
}

function isAlike(distanceMs: number, otherMs: number): boolean {
  return otherMs >= SHORTEST_MS && Math.abs(distanceMs - otherMs) <= otherMs * LATE_PART;
}

function meanDistance(arrivals: number[]): number {
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
  return (last - first) / (arrivals.length - 1);
}
