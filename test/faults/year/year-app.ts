import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { systemContext, type RequestContext } from '../../../src/audit/request-context.ts';
import { addPriceList } from '../../../src/billing/prices/add-price-list.ts';
import type { PriceListDraft } from '../../../src/billing/prices/input.ts';
import { cancelSubscription } from '../../../src/billing/life/cancel-subscription.ts';
import { resumeSubscription } from '../../../src/billing/life/resume-subscription.ts';
import { startCheckout } from '../../../src/billing/checkout/start-checkout.ts';
import { loadTerms, type OrderWish } from '../../../src/billing/consent/load-terms.ts';
import { createPaytr, type Paytr } from '../../../src/billing/paytr/paytr.ts';
import { findSubscription } from '../../../src/billing/queries.ts';
import { confirmRefund } from '../../../src/billing/refunds/confirm-refund.ts';
import { requestRefund } from '../../../src/billing/refunds/request-refund.ts';
import { acceptPayment } from '../../../src/billing/review/accept-payment.ts';
import { confirmCharge } from '../../../src/billing/settlement/confirm-charge.ts';
import { settlePayment } from '../../../src/billing/settlement/settle-payment.ts';
import { loadConfig, type Config } from '../../../src/config/config.ts';
import { createDb } from '../../../src/db/db.ts';
import { scheduledJobs } from '../../../src/jobs/jobs.ts';
import type { WorkspaceDeps } from '../../../src/workspace/workspace-deps.ts';

/** An admin who acts for a company. */
export interface Actor {
  id: number;
  companyId: number;
  email: string;
  fullName: string;
  locale: 'tr' | 'en';
}

/** Something that a person, an operator, the schedule or the gateway does at a moment of the year. */
export type Action =
  | { what: 'order'; actor: Actor; plan: OrderWish['plan']; currency: OrderWish['currency'] }
  | { what: 'callback'; body: string }
  | { what: 'job'; name: string }
  | {
      what: 'refund';
      merchantOid: string;
      amountMinor: number | null;
      endsPaidTime: boolean;
      operatorId: number;
    }
  | { what: 'accept'; merchantOid: string; operatorId: number }
  | { what: 'cancel'; actor: Actor; choice: 'now' | 'period-end' }
  | { what: 'resume'; actor: Actor }
  | { what: 'prices'; draft: PriceListDraft; version: number; operatorId: number };

interface Parts {
  db: Knex;
  config: Config;
  paytr: Paytr;
}

/**
 * The product's own operations in a process that can be killed. Each request of the driver names an action
 * and the moment at which it happens; the answer is its outcome as JSON, or 500 with the fault.
 */
async function main(env: Record<string, string | undefined>): Promise<void> {
  const config = loadConfig(env);
  const { baseUrl, merchantId, merchantKey, merchantSalt, testMode } = config.paytr;
  const store = { baseUrl, merchantId, merchantKey, merchantSalt, testMode };
  // The owner of the tables: the app's own user may not write audit rows of another time.
  const parts = {
    db: createDb({ url: config.databaseUrl, poolMax: 4 }),
    config,
    paytr: createPaytr(store),
  };
  const server = createServer((req, res) => {
    answer(parts, req).then(
      (outcome) => res.end(JSON.stringify(outcome)),
      (error: unknown) => {
        res.statusCode = 500;
        res.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
      },
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
}

async function answer(parts: Parts, req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const { at, action } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { at: string; action: Action };
  return act(parts, new Date(at), action);
}

async function act(parts: Parts, at: Date, action: Action): Promise<unknown> {
  const { db, config, paytr } = parts;
  const system = systemContext({ name: 'year', at, log: pino({ level: 'silent' }) });
  const note = 'simulated year';
  switch (action.what) {
    case 'order':
      return order(parts, { ...as(system, action.actor), ip: '203.0.113.10' }, action);
    case 'callback':
      return receive(parts, system, Buffer.from(action.body, 'utf8'));
    case 'job':
      return runJob(parts, system, action.name);
    case 'refund':
      return refund(parts, asOperator(system, action.operatorId), action);
    case 'accept': {
      const of = { merchantOid: action.merchantOid, operatorId: action.operatorId, note, paytr, config };
      return acceptPayment(db, asOperator(system, action.operatorId), of);
    }
    case 'cancel': {
      const { actor, choice } = action;
      const person = { id: actor.id, full_name: actor.fullName };
      const wish = { companyId: actor.companyId, person, choice, reason: null, config };
      return cancelSubscription(db, as(system, actor), wish);
    }
    case 'resume': {
      const { actor } = action;
      const person = { id: actor.id, full_name: actor.fullName };
      return resumeSubscription(db, as(system, actor), { companyId: actor.companyId, person, config });
    }
    case 'prices': {
      const { draft, version, operatorId } = action;
      return addPriceList(db, asOperator(system, operatorId), { draft, version, operatorId });
    }
  }
}

function as(context: RequestContext, actor: Actor): RequestContext {
  return { ...context, actorType: 'user', userId: actor.id, companyId: actor.companyId };
}

function asOperator(context: RequestContext, operatorId: number): RequestContext {
  return { ...context, actorType: 'operator', userId: operatorId, companyId: null };
}

/** Reads the order page, ticks every box and presses the button. */
async function order(
  { db, config, paytr }: Parts,
  context: RequestContext,
  { actor, plan, currency }: Extract<Action, { what: 'order' }>,
): Promise<unknown> {
  const wish = { plan, currency, person: actor, config };
  const subscription = await findSubscription(db, actor.companyId);
  if (subscription === undefined) throw new Error('no subscription');
  const loaded = await loadTerms(db, subscription, wish, context.at);
  if (!loaded.ok) return { ok: false, ...loaded.obstacle };
  const { terms, prices } = loaded;
  const boxes = terms.boxes.map(({ name }) => name);
  const accepted = { textSha256: terms.textSha256, pricesSha256: prices.htmlSha256, boxes };
  return startCheckout(db, context, { ...wish, accepted, itemName: plan, paytr });
}

/** The route of the callback without Express: the driver chooses the time, which a request cannot. */
async function receive(
  { db, config, paytr }: Parts,
  context: RequestContext,
  rawBody: Buffer,
): Promise<unknown> {
  const reading = paytr.readNotification(rawBody);
  if (!reading.ok) return { status: 400 };
  const { notification } = reading;
  const confirmation = await confirmCharge(db, context, { notification, paytr, config });
  if (!confirmation.ok) return { status: 503 };
  const { answer: said } = confirmation;
  const settlement = await settlePayment(db, context, { notification, rawBody, config, answer: said });
  return { status: 200, ...settlement };
}

async function runJob(parts: Parts, context: RequestContext, name: string): Promise<unknown> {
  const job = scheduledJobs(parts as unknown as WorkspaceDeps).find((each) => each.name === name);
  if (job === undefined) throw new Error(`no job ${name}`);
  return job.run(parts.db, context);
}

async function refund(
  { db, config, paytr }: Parts,
  context: RequestContext,
  action: Extract<Action, { what: 'refund' }>,
): Promise<unknown> {
  const { merchantOid, operatorId, amountMinor, endsPaidTime } = action;
  const wish = { merchantOid, operatorId, amountMinor, endsPaidTime };
  const words = { policy: 'goodwill', reason: 'simulated year' } as const;
  const asked = await requestRefund(db, context, { ...wish, ...words, paytr, guards: [] });
  if (asked === undefined) return { ok: false, reason: 'unknown-order' };
  const refundId = asked.ok ? asked.refund.id : await findWish(db, merchantOid);
  if (refundId === undefined) return asked;
  return confirmRefund(db, context, { merchantOid, refundId, operatorId, paytr, config, guards: [] });
}

/** The wish of a process that died before it was confirmed: whoever comes back finds it on the page. */
async function findWish(db: Knex, merchantOid: string): Promise<number | undefined> {
  const wish = await db('refunds')
    .join('payments', 'payments.id', 'refunds.payment_id')
    .where({ 'payments.merchant_oid': merchantOid, 'refunds.state': 'requested' })
    .first<{ id: number } | undefined>('refunds.id');
  return wish?.id;
}

await main(process.env);
