import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Express } from 'express';
import { createIntegratorSandbox } from '../integrator-sandbox/integrator-routes.ts';
import { tcmbRoutes } from '../tcmb-sandbox/tcmb-routes.ts';
import { callbackFields } from './callbacks.ts';
import { maskPan, TEST_CARDS } from './cards.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { panelRoutes } from './panel-routes.ts';
import { refundWithoutReference } from './refund-answer.ts';
import { paymentRoutes } from './payment-routes.ts';
import {
  createSandboxState,
  type PaytrSandboxOptions,
  type RecurringFailure,
  type SandboxState,
  type RefundFailure,
  type TokenFailure,
} from './sandbox-state.ts';
import type { StoredCard } from './stored-cards/card-store.ts';
import type { Delivery, PayerChoice, Transaction } from './transactions.ts';

/** How `payNow` ends a payment: PayTR's approval, a refusal by the bank, or a payer who went away. */
type PayNowOutcome = 'approve' | 'decline' | 'abandon' | PayerChoice;

/** A listening sandbox. `url` is the value for PAYTR_BASE_URL. */
interface ListeningSandbox {
  url: string;
  close: () => Promise<void>;
}

/** A stand-in for PayTR. Payments are named by their token or their `merchant_oid`. Unknown ones throw. */
export interface PaytrSandbox {
  app: Express;
  /** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
  listen: (port: number) => Promise<ListeningSandbox>;
  transactions: () => readonly Transaction[];
  /** Breaks the next get-token call. Several faults are used up in order. */
  failNextToken: (mode: TokenFailure) => void;
  /** Breaks the next refund. Several faults are used up in order. */
  failNextRefund: (mode: RefundFailure) => void;
  /** Breaks the next recurring charge. Several faults are used up in order. */
  failNextRecurring: (mode: RecurringFailure) => void;
  /** The cards that payers let PayTR keep. */
  storedCards: () => readonly StoredCard[];
  /** Closes a stored card, as its bank does. */
  closeCard: (ctoken: string) => void;
  /** Gives money back as the store's people do in PayTR's panel: without a `reference_no`. */
  refundInPanel: (tokenOrOid: string, amountMinor: number) => void;
  /**
   * Ends a payment without a browser and makes one delivery, when chaos does not hold it. `overrides` replace
   * callback fields before signing.
   */
  payNow: (
    tokenOrOid: string,
    outcome: PayNowOutcome,
    overrides?: Record<string, string>,
  ) => Promise<Delivery>;
  /** Another delivery of a finished payment's callback, acknowledged or not. */
  deliver: (tokenOrOid: string) => Promise<Delivery>;
  /** Delivers every callback that was not answered OK, due or not. */
  deliverAll: () => Promise<Delivery[]>;
  /** Begins a bad day of this seed from its start, or ends it. */
  setChaos: (seed: number | undefined) => void;
  /** Ends payments that ran out of time and delivers callbacks that are due by the clock. */
  tick: () => Promise<void>;
  /** The signed urlencoded callback of a finished payment, to post by hand. */
  callbackBody: (tokenOrOid: string) => string;
}

const TICK_MS = 1000;

/**
 * Creates a PayTR that refuses what the real one refuses, for development and tests. Everything is kept in
 * memory.
 */
export function createPaytrSandbox(options: PaytrSandboxOptions): PaytrSandbox {
  const state = createSandboxState(options);
  const app = createApp(state);
  const find = (tokenOrOid: string): Transaction => {
    const transaction = state.findByToken(tokenOrOid) ?? state.findByOid(tokenOrOid);
    if (!transaction) throw new Error(`The sandbox has no payment ${tokenOrOid}`);
    return transaction;
  };
  return {
    app,
    listen: (port) => listen(app, port, options.ticking === false ? undefined : state),
    transactions: () => state.transactions,
    failNextToken: (mode) => {
      state.tokenFailures.push(mode);
    },
    failNextRefund: (mode) => {
      state.refundFailures.push(mode);
    },
    failNextRecurring: (mode) => {
      state.recurringFailures.push(mode);
    },
    storedCards: state.cards.all,
    closeCard: (ctoken) => {
      const card = state.cards.all().find((each) => each.ctoken === ctoken);
      if (!card) throw new Error(`The sandbox has no card ${ctoken}`);
      card.isClosed = true;
    },
    refundInPanel: (tokenOrOid, amountMinor) => {
      const refused = refundWithoutReference(state, find(tokenOrOid), amountMinor);
      if (refused !== undefined) throw new Error(`The sandbox's panel refuses: ${refused}`);
    },
    payNow: async (tokenOrOid, outcome, overrides = {}) => {
      const transaction = find(tokenOrOid);
      // PayTR notifies each payment once. A test that needs two endings signs the second notification itself.
      if (transaction.outcome) throw new Error(`Payment ${tokenOrOid} has ended already`);
      transaction.overrides = overrides;
      const [card] = TEST_CARDS;
      if (card !== undefined) transaction.card = { maskedPan: maskPan(card.number), brand: card.brand };
      state.finish(transaction, payerChoice(outcome));
      return state.notify(transaction);
    },
    deliver: async (tokenOrOid) => state.deliver(find(tokenOrOid)),
    deliverAll: state.deliverAll,
    setChaos: state.setChaos,
    tick: state.tick,
    callbackBody: (tokenOrOid) =>
      new URLSearchParams(callbackFields(state.store, find(tokenOrOid))).toString(),
  };
}

/** Listens on `port`, or on a free one when it is taken. `moved` says which happened. */
export async function listenNearPort(
  sandbox: PaytrSandbox,
  port: number,
): Promise<ListeningSandbox & { moved: boolean }> {
  try {
    return { ...(await sandbox.listen(port)), moved: false };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return { ...(await sandbox.listen(0)), moved: true };
  }
}

function createApp(state: SandboxState): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_req, res, next) => {
    // No X-Frame-Options and no frame-ancestors, since the merchant's page frames this one. No form-action
    // either, which would also forbid the redirect from a form to the merchant.
    res.set({
      'Content-Security-Policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'",
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
    next();
  });
  app.use(tcmbRoutes(state.now));
  app.use('/integrator', createIntegratorSandbox().router);
  app.use(panelRoutes(state), paymentRoutes(state), gatewayRoutes(state));
  return app;
}

async function listen(
  app: Express,
  port: number,
  ticking: SandboxState | undefined,
): Promise<ListeningSandbox> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const timer = ticking && setInterval(() => void ticking.tick(), TICK_MS).unref();
  const { port: listeningPort } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(listeningPort)}`,
    close: () => {
      clearInterval(timer);
      return close(server);
    },
  };
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    // Connections kept open by a hanging get-token are closed as well.
    server.closeAllConnections();
  });
}

function payerChoice(outcome: PayNowOutcome): PayerChoice {
  if (outcome === 'decline') return 'insufficient-funds';
  return outcome === 'abandon' ? 'give-up' : outcome;
}
