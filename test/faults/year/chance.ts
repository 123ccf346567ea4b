/** Numbers that look like chance and are the same each time: mulberry32, public domain, by Tommy Ettinger. */
export interface Chance {
  /** From 0 up to, not with, 1. */
  next: () => number;
  /** A whole number from 0 up to, not with, `below`. */
  below: (below: number) => number;
  /** True so often, from 0 never to 1 always. */
  happens: (share: number) => boolean;
  pick: <Item>(items: readonly Item[]) => Item;
}

/** The chance of a seed. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    happens: (share) => next() < share,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}
