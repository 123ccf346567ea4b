import { callbackFields, postCallback } from './callbacks.ts';
import { isNotificationDue, notify } from './chaos/callback-chaos.ts';
import { createChaos, type Chaos } from './chaos/chaos.ts';
import type { SandboxStore } from './signatures.ts';
import { createCardStore, type CardStore } from './stored-cards/card-store.ts';
import {
  type Delivery,
  type PayerChoice,
  type Transaction,
  finishTransaction,
  isAcknowledged,
} from './transactions.ts';

/** The fault of the next get-token call, to try the merchant's reaction. */
export type TokenFailure = 'refuse' | 'hang' | '500' | 'html';

/**
 * The fault of the next refund.
 *
 * 1. PayTR's own: `locked` during a payout (000), a kind of payment that cannot be refunded (`refused`, 008),
 *    too little on the account (`low-balance`, 010), the number of its samples for too much (`over-as-006`).
 * 2. Faults of the way before the money moves: `hang` never answers, `500` and `html` cannot be read.
 * 3. Faults of the way after it: `late` never answers either, `lost` cuts the connection, and with `twice`
 *    the request arrives two times.
 */
export type RefundFailure =
  'locked' | 'refused' | 'low-balance' | 'over-as-006' | 'hang' | '500' | 'html' | 'late' | 'lost' | 'twice';

/**
 * The fault of the next recurring charge. `busy`: another is under way. `declined`: the bank refuses, and the
 * notification says so. `late`: nothing is known before the notification, which a test brings about.
 */
export type RecurringFailure = 'busy' | 'declined' | 'late';

/** The sandbox's settings. `callbackUrl` may be a function, for a merchant whose port is not known yet. */
export interface PaytrSandboxOptions extends SandboxStore {
  /** The Bildirim URL of the store. Empty: none is registered. */
  callbackUrl: string | (() => string);
  /** Seconds between two notifications of one payment. Default 60, as PayTR's EFT page states. */
  retrySeconds?: number;
  /** Receives one line for each event that a developer wants to see, never a secret. */
  log?: (line: string) => void;
  clock?: () => Date;
  /** False: only `tick()` moves the time, for tests. Default true: a listening sandbox ticks each second. */
  ticking?: boolean;
  /** The seed of a bad day, see chaos/. Left out: the gateway is well. */
  chaosSeed?: number;
}

/** The sandbox's whole state, in memory, and the functions that change it. Routes and tests share it. */
export interface SandboxState {
  store: SandboxStore;
  callbackUrl: () => string;
  now: () => Date;
  log: (line: string) => void;
  transactions: Transaction[];
  tokenFailures: TokenFailure[];
  refundFailures: RefundFailure[];
  recurringFailures: RecurringFailure[];
  cards: CardStore;
  findByOid: (merchantOid: string) => Transaction | undefined;
  findByToken: (token: string) => Transaction | undefined;
  finish: (transaction: Transaction, choice: PayerChoice) => void;
  /** The bad day that is on, if any. */
  chaos: Chaos | undefined;
  /** Begins a bad day from its start, or ends it. */
  setChaos: (seed: number | undefined) => void;
  /** Notifies the merchant of a payment that has ended: at once, or as chaos wants it. */
  notify: (transaction: Transaction) => Promise<Delivery>;
  /** An attempt to post the callback, whatever chaos wants. A second call meanwhile waits for the first. */
  deliver: (transaction: Transaction) => Promise<Delivery>;
  /** Ends payments that ran out of time and delivers callbacks that are due. */
  tick: () => Promise<void>;
  /** Delivers every unacknowledged callback now, due or not. */
  deliverAll: () => Promise<Delivery[]>;
}

// The EFT page of PayTR's documentation: "after one minute".
const DEFAULT_RETRY_SECONDS = 60;

/** Creates an empty sandbox state. */
export function createSandboxState(options: PaytrSandboxOptions): SandboxState {
  const {
    merchantId,
    merchantKey,
    merchantSalt,
    callbackUrl,
    retrySeconds = DEFAULT_RETRY_SECONDS,
  } = options;
  const transactions: Transaction[] = [];
  const underWay = new Map<Transaction, Promise<Delivery>>();
  const once = (transaction: Transaction, send: () => Promise<Delivery>): Promise<Delivery> => {
    const delivery = underWay.get(transaction) ?? send();
    underWay.set(transaction, delivery);
    return delivery.finally(() => underWay.delete(transaction));
  };
  const state: SandboxState = {
    store: { merchantId, merchantKey, merchantSalt },
    callbackUrl: () => (typeof callbackUrl === 'string' ? callbackUrl : callbackUrl()),
    now: options.clock ?? (() => new Date()),
    log: options.log ?? (() => undefined),
    transactions,
    tokenFailures: [],
    refundFailures: [],
    recurringFailures: [],
    cards: createCardStore(),
    findByOid: (merchantOid) => transactions.find((each) => each.merchantOid === merchantOid),
    findByToken: (token) => transactions.find((each) => each.token === token),
    chaos: undefined,
    setChaos: (seed) => {
      state.chaos = seed === undefined ? undefined : createChaos(seed, (each) => transactions.indexOf(each));
    },
    finish: (transaction, choice) => {
      finishTransaction(transaction, choice, state.now());
      keepCard(state, transaction);
    },
    notify: (transaction) =>
      once(transaction, () =>
        notify(state, transaction, { retrySeconds, post: (each) => attempt(state, each) }),
      ),
    deliver: (transaction) => once(transaction, () => attempt(state, transaction)),
    tick: () => tick(state, retrySeconds),
    deliverAll: () => Promise.all(transactions.filter(isUndelivered).map((each) => state.deliver(each))),
  };
  state.setChaos(options.chaosSeed);
  return state;
}

/** A card is kept with its first payment, and the notification names it. */
function keepCard({ cards }: SandboxState, transaction: Transaction): void {
  if (transaction.outcome?.status !== 'success' || transaction.cardToStore === undefined) return;
  const { utoken, ctoken } = cards.keep(transaction.cardToStore);
  transaction.storedCard = { utoken, ctoken };
  delete transaction.cardToStore;
}

async function attempt(state: SandboxState, transaction: Transaction): Promise<Delivery> {
  const fields = callbackFields(state.store, transaction);
  const delivery = await postCallback(state.callbackUrl(), fields, state.now());
  transaction.deliveries.push(delivery);
  const answer =
    delivery.error ?? `HTTP ${String(delivery.status)} ${JSON.stringify(delivery.body.slice(0, 80))}`;
  state.log(`callback ${transaction.merchantOid} ${fields['status'] ?? ''}: ${answer}`);
  return delivery;
}

async function tick(state: SandboxState, retrySeconds: number): Promise<void> {
  const now = state.now();
  for (const transaction of state.transactions) {
    if (!transaction.outcome && transaction.expiresAt <= now) state.finish(transaction, 'give-up');
  }
  const due = state.transactions.filter((each) => isNotificationDue(state, each, retrySeconds));
  await Promise.all(due.map((each) => state.notify(each)));
}

function isUndelivered(transaction: Transaction): boolean {
  return transaction.outcome !== undefined && !isAcknowledged(transaction);
}
