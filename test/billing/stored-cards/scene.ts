import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { systemContext, type RequestContext } from '../../../src/audit/request-context.ts';
import { followUpPayments } from '../../../src/billing/follow-up/follow-up-payments.ts';
import { followSubscriptions } from '../../../src/billing/life/notices/follow-subscriptions.ts';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { tendStoredCards } from '../../../src/billing/stored-cards/tend-stored-cards.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { submit } from '../../support/sandbox-checkout.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildBuyer, tickAll } from '../order.ts';
import { contextAt } from '../scene.ts';

export const DAY_MS = 86_400_000;
export const NEW_CARD = {
  ...{ cc_owner: 'Alice Ada', card_number: '4355084355084358', cvv: '000' },
  ...{ expiry_month: '12', expiry_year: '30' },
};

/** A key of STORED_CARD_KEYS. */
export const newKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

/** An app that keeps cards, with a gateway that notifies it, and Acme as a buyer. */
export interface CardScene {
  gateway: FakePaytr;
  test: TestApp;
  cast: Cast;
  alice: Visitor;
  /** Runs the scheduled work on stored cards; `paytr` stands in for the gateway's client. */
  tend(at?: Date, paytr?: Paytr): ReturnType<typeof tendStoredCards>;
  /** Writes the mails that the clock brings. */
  notices(at: Date): ReturnType<typeof followSubscriptions>;
  /** Orders with the box of the stored card ticked; returns the address of the payment page. */
  order(): Promise<string>;
  /** Orders and pays with a card that is kept; the gateway says which card it was. */
  storeCard(): Promise<void>;
  /** Lets Acme's paid time end at a moment, and its reminder go out eight days before. */
  announce(dueAt?: Date): Promise<Date>;
  /** Lets the gateway notify the app again, after a test has let its notifications get lost. */
  restoreCallbacks(): void;
}

interface Parts extends CardScene {
  server: Server;
}

/** Starts such an app before the tests of a file. */
export function useCards(env: Record<string, string> = {}): CardScene {
  const scene = {} as Parts;
  beforeAll(async () => {
    scene.gateway = await startFakePaytr({ testMode: false });
    scene.test = await createTestApp({
      env: {
        ...{ PAYTR_BASE_URL: scene.gateway.url, STORED_CARDS: '1', STORED_CARD_KEYS: newKey('k1') },
        ...env,
      },
      deps: { paytr: scene.gateway.paytr },
    });
    scene.server = createServer(scene.test.app).listen(0, '127.0.0.1');
    await once(scene.server, 'listening');
    scene.restoreCallbacks();
  });
  afterAll(async () => {
    scene.server.closeAllConnections();
    scene.server.close();
    await scene.test.close();
    await scene.gateway.close();
  });
  beforeEach(async () => {
    const { db } = scene.test;
    // Whatever a test before left behind is not due for this one.
    await db('card_renewals')
      .where('state', 'waiting')
      .update({ next_try_at: new Date('2999-01-01') });
    await db('subscriptions').update({ trial_ends_at: new Date('2999-01-01') });
    const at = new Date();
    await db('payments').where('status', 'pending').update({ status: 'expired', decided_at: at });
    scene.restoreCallbacks();
    await db('stored_cards')
      .whereNull('removed_at')
      .update({
        ...{ removal_asked_at: at, removal_cause: 'asked', removal_due_at: null, removed_at: at },
        ...{ sealed_tokens: null, key_id: null },
      });
    scene.cast = await buildCast(db);
    await buildBuyer(db, scene.cast.acme.id);
    scene.alice = await signIn(scene.test.app, scene.cast.alice);
    await scene.test.forgetMails();
    scene.test.logLines.length = 0;
  });
  scene.restoreCallbacks = () => {
    const { port } = scene.server.address() as AddressInfo;
    scene.gateway.setCallbackUrl(`http://127.0.0.1:${String(port)}/billing/callback`);
  };
  scene.tend = (at = new Date(), paytr = scene.gateway.paytr) =>
    tendStoredCards(scene.test.db, contextOf(scene, at), { config: scene.test.config, paytr });
  scene.notices = (at) => followSubscriptions(scene.test.db, contextAt(at), scene.test);
  scene.order = () => order(scene.alice);
  scene.storeCard = () => storeCard(scene);
  scene.announce = (dueAt = new Date(Date.now() - 60_000)) => announce(scene, dueAt);
  return scene;
}

/** A context that writes to the app's log. */
function contextOf({ test }: CardScene, at: Date): RequestContext {
  return systemContext({ name: 'tend-stored-cards', at, log: test.deps.log });
}

/** The hidden fields of a form on a page. */
export function hiddenFields(html: string): Record<string, string> {
  const fields = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  const plain = (text: string): string =>
    text
      .replace(/&#(\d+);/g, (_found, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll('&amp;', '&');
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, plain(value)]));
}

async function order(alice: Visitor): Promise<string> {
  const page = await alice.get('/billing/order/team?currency=TRY');
  const card = /name="card_terms" value="(\w+)"/.exec(page.text)?.[1] ?? '';
  const answer = await alice.post('/billing/subscribe/team', { ...tickAll(page), card_terms: card });
  if (answer.status !== 303) throw new Error(`not ordered: ${String(answer.status)}`);
  return answer.headers['location'] ?? '';
}

async function storeCard({ alice, gateway, test }: CardScene): Promise<void> {
  const page = await alice.get(await order(alice));
  const action = /<form[^>]* action="(http[^"]+)"/.exec(page.text)?.[1] ?? '';
  const form = page.text.slice(page.text.indexOf(action));
  const { location } = await submit(action, { ...hiddenFields(form), ...NEW_CARD });
  const done = await submit(gateway.url + location, { outcome: 'approve' });
  if (!done.location.includes('/billing/payment/success')) throw new Error(`not paid: ${done.text}`);
  await followUpPayments(test.db, contextAt(new Date()), { config: test.config, paytr: gateway.paytr });
}

async function announce({ test, cast, notices }: CardScene, dueAt: Date): Promise<Date> {
  await test
    .db('subscriptions')
    .where('company_id', cast.acme.id)
    .update({
      trial_ends_at: new Date(dueAt.getTime() - 60 * DAY_MS),
      period_started_at: new Date(dueAt.getTime() - 30 * DAY_MS),
      period_ends_at: dueAt,
    });
  await test.forgetMails();
  await notices(new Date(dueAt.getTime() - 8 * DAY_MS + 60_000));
  return dueAt;
}
