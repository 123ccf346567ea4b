const BITS = 32;

/** A set of leaf indices below a bound: one bit for each leaf of the log, however many are in it. */
export class IndexSet {
  readonly #words: Uint32Array;
  #count = 0;

  constructor(size: number) {
    if (size > 2 ** BITS) throw new RangeError('too large a log');
    this.#words = new Uint32Array(Math.ceil(size / BITS));
  }

  get count(): number {
    return this.#count;
  }

  add(index: number): void {
    const word = Math.floor(index / BITS);
    const bit = 1 << (index % BITS);
    const before = this.#words[word];
    if (before === undefined) throw new RangeError(`no leaf ${String(index)}`);
    if ((before & bit) !== 0) return;
    this.#words[word] = before | bit;
    this.#count += 1;
  }

  /** In rising order. */
  toArray(): Uint32Array {
    const indices = new Uint32Array(this.#count);
    let place = 0;
    for (const [word, bits] of this.#words.entries()) {
      for (let bit = 0; bits !== 0 && bit < BITS; bit += 1) {
        if ((bits & (1 << bit)) !== 0) indices[place++] = word * BITS + bit;
      }
    }
    return indices;
  }
}
