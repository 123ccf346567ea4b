import { randomBytes } from 'node:crypto';
import type { TEST_CARDS } from '../cards.ts';

/** A card that a payer let PayTR keep. `ctoken` names it, `utoken` its payer. */
export interface StoredCard {
  utoken: string;
  ctoken: string;
  card: (typeof TEST_CARDS)[number];
  owner: string;
  month: string;
  year: string;
  /** The bank has closed it: nothing is charged from it any more. */
  isClosed: boolean;
}

/** The cards that the sandbox keeps, in memory. */
export interface CardStore {
  /** Keeps a card. Without a `utoken` its payer is a new one: the cards of one person are split then. */
  keep: (card: Omit<StoredCard, 'utoken' | 'ctoken' | 'isClosed'> & { utoken?: string }) => StoredCard;
  list: (utoken: string) => StoredCard[];
  find: (utoken: string, ctoken: string) => StoredCard | undefined;
  /** Returns whether there was one. */
  remove: (utoken: string, ctoken: string) => boolean;
  all: () => readonly StoredCard[];
}

/** Creates a store without cards. */
export function createCardStore(): CardStore {
  let cards: StoredCard[] = [];
  const find = (utoken: string, ctoken: string): StoredCard | undefined =>
    cards.find((card) => card.utoken === utoken && card.ctoken === ctoken);
  return {
    keep: ({ utoken = token('u'), ...card }) => {
      const kept = { ...card, utoken, ctoken: token('c'), isClosed: false };
      cards.push(kept);
      return kept;
    },
    list: (utoken) => cards.filter((card) => card.utoken === utoken),
    find,
    remove: (utoken, ctoken) => {
      const removed = find(utoken, ctoken);
      cards = cards.filter((card) => card !== removed);
      return removed !== undefined;
    },
    all: () => cards,
  };
}

function token(prefix: string): string {
  return prefix + randomBytes(24).toString('hex');
}
