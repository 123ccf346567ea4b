import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import { currencies, type Currency } from '../../../src/currency.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/durations.ts';
import { paidPlans, type PaidPlan } from '../../../src/plan.ts';
import { buildBuyer } from '../../billing/order.ts';
import { startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildCompany, buildUser } from '../../support/programs/build.ts';
import { startAppWithSpare } from './app-with-spare.ts';
import { createChance, type Chance } from './chance.ts';
import type { Action, Actor } from './year-app.ts';

/** The year that is lived: so many companies, days, processes that die, and days on which nothing runs. */
interface YearOptions {
  databaseUrl: string;
  db: Knex;
  seed: number;
  companies: number;
  days: number;
  kills: number;
}

/** The year as it was lived, for the checks, and the gateway with its own books. */
export interface LivedYear {
  gateway: FakePaytr;
  kills: number;
  counts: Record<string, number>;
  end: Date;
  close: () => Promise<void>;
}

/** A company's wishes. */
interface Customer {
  actor: Actor;
  plan: PaidPlan;
  currency: Currency;
  /** When it means to order next; null: never again. */
  ordersAt: Date | null;
}

const FIRST_DAY = new Date('2027-01-04T05:00:00Z');

/** On these days of the year nothing runs, and the gateway's notifications find nobody. */
const DAYS_OFF = [200, 201];

/** The day on which prices begin to follow the rate of the central bank. */
const NEW_PRICES_DAY = 120;

const MORNING_JOBS = [
  ...['keep-rates', 'expire-pending-payments', 'reconcile-books', 'follow-subscriptions'],
  ...['settle-refunds', 'follow-up-payments', 'due-legal-invoices'],
];
const EVENING_JOBS = ['keep-rates', 'expire-pending-payments', 'settle-refunds', 'follow-up-payments'];

/**
 * Lives a year with everything that goes wrong in one: declined cards, notifications that are late, doubled
 * or lost, refunds of ours and of the panel, other plans and currencies, holidays without a rate, processes
 * that are killed in the middle of something, and two days off. The same seed lives the same year, but for
 * the moment at which a process dies.
 */
export async function liveAYear(options: YearOptions): Promise<LivedYear> {
  const { db, seed, days } = options;
  let now = FIRST_DAY;
  const chance = createChance(seed);
  const gateway = await startFakePaytr({ clock: () => now, testMode: true });
  const relay = await startRelay();
  gateway.setCallbackUrl(relay.url);
  const app = await startAppWithSpare(environment(options.databaseUrl, gateway.url));
  const counts: Record<string, number> = {};
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const operatorId = (await buildUser(db, { role: 'operator', created_at: FIRST_DAY })).id;
  const customers = await buildCustomers(options, chance);
  const late: string[] = [];
  const refundable: string[] = [];
  const killAt = killPlan(options, chance);
  let acts = 0;

  /**
   * Acts; the process may die meanwhile. A try without an answer is made again, as people and PayTR do.
   */
  async function act(action: Action): Promise<unknown> {
    for (let tries = 0; tries < 5; tries += 1) {
      acts += 1;
      const dies = killAt.delete(acts);
      const outcome = await app.act(now, action, dies ? chance.below(40) : undefined);
      if (outcome !== null) return outcome;
      now = new Date(now.getTime() + MINUTE_MS);
    }
    throw new Error('an action found no living process');
  }

  async function runJobs(names: string[]): Promise<void> {
    for (const name of names) await act({ what: 'job', name });
  }

  relay.answer = async (body) => {
    const fate = relay.fate;
    if (fate === 'lost') {
      count('callback lost');
      return 'OK';
    }
    if (fate === 'late') {
      count('callback late');
      return 'busy';
    }
    const outcome = (await act({ what: 'callback', body })) as { status: number; outcome?: string };
    if (outcome.outcome !== undefined) count(`callback ${outcome.outcome}`);
    return outcome.status === 200 ? 'OK' : 'again';
  };

  async function orderAndPay(customer: Customer): Promise<void> {
    const { actor, plan, currency } = customer;
    const placed = (await act({ what: 'order', actor, plan, currency })) as {
      ok: boolean;
      merchantOid?: string;
      reason?: string;
      possibleAt?: string | null;
    };
    if (!placed.ok || placed.merchantOid === undefined) {
      count(`order refused: ${placed.reason ?? 'unknown'}`);
      const { possibleAt } = placed;
      customer.ordersAt = possibleAt ? new Date(possibleAt) : new Date(now.getTime() + DAY_MS);
      // A currency without a rate is not on offer: they take another one.
      if (placed.reason === 'not-offered') customer.currency = 'TRY';
      return;
    }
    count('order placed');
    await pay(customer, placed.merchantOid);
  }

  async function pay(customer: Customer, merchantOid: string): Promise<void> {
    if (chance.happens(0.12)) {
      count('declined');
      relay.fate = 'normal';
      await gateway.sandbox.payNow(merchantOid, chance.pick(['decline', 'abandon']));
      customer.ordersAt = new Date(now.getTime() + chance.pick([HOUR_MS, DAY_MS, 3 * DAY_MS]));
      return;
    }
    if (chance.happens(0.04)) {
      count('left open');
      customer.ordersAt = new Date(now.getTime() + DAY_MS);
      return;
    }
    relay.fate = chance.happens(0.08) ? 'late' : chance.happens(0.05) ? 'lost' : 'normal';
    if (relay.fate === 'late') late.push(merchantOid);
    await gateway.sandbox.payNow(merchantOid, 'approve');
    count('paid');
    relay.fate = 'normal';
    if (chance.happens(0.08)) {
      count('callback doubled');
      await gateway.sandbox.deliver(merchantOid);
    }
    refundable.push(merchantOid);
    customer.ordersAt = await nextOrderTime(customer);
    await changeMind(customer);
  }

  /** Some days before the paid time ends, at times some days after. */
  async function nextOrderTime({ actor }: Customer): Promise<Date> {
    const subscription = await db('subscriptions')
      .where('company_id', actor.companyId)
      .first<{ period_ends_at: Date | null } | undefined>('period_ends_at');
    const end = subscription?.period_ends_at;
    const days = chance.happens(0.15) ? chance.below(12) : -chance.below(6);
    return new Date((end ?? new Date(now.getTime() + 30 * DAY_MS)).getTime() + days * DAY_MS);
  }

  async function changeMind(customer: Customer): Promise<void> {
    if (chance.happens(0.06)) {
      customer.plan = chance.pick(paidPlans);
      // At once, not at the end of the month.
      if (chance.happens(0.5)) customer.ordersAt = new Date(now.getTime() + chance.below(20) * DAY_MS);
      count('other plan wished');
    }
    if (chance.happens(0.05)) customer.currency = chance.pick(currencies);
    if (chance.happens(0.02)) {
      const { actor } = customer;
      await act({ what: 'cancel', actor, choice: chance.pick(['now', 'period-end']) });
      count('cancelled');
      if (chance.happens(0.5)) await act({ what: 'resume', actor });
      else customer.ordersAt = null;
    }
  }

  async function refundSome(): Promise<void> {
    if (refundable.length === 0 || !chance.happens(0.3)) return;
    const merchantOid = chance.pick(refundable);
    if (chance.happens(0.35)) {
      try {
        gateway.sandbox.refundInPanel(merchantOid, 100 + chance.below(5000));
        count('refunded in the panel');
      } catch {
        // More than was paid, or not acknowledged yet: the panel says no.
      }
      return;
    }
    if (chance.happens(0.15)) gateway.sandbox.failNextRefund('lost');
    const amountMinor = chance.happens(0.4) ? null : 100 + chance.below(9000);
    const action = { merchantOid, amountMinor, endsPaidTime: chance.happens(0.3), operatorId };
    const refund = (await act({ what: 'refund', ...action })) as { ok: boolean };
    count(refund.ok ? 'refund asked for' : 'refund refused');
  }

  async function workTheDesk(): Promise<void> {
    const waiting = await db('payments').where('status', 'review').limit(5).pluck('merchant_oid');
    for (const merchantOid of waiting as string[]) {
      const accepted = (await act({ what: 'accept', merchantOid, operatorId })) as { ok: boolean };
      count(accepted.ok ? 'review accepted' : 'review given back');
      if (!accepted.ok)
        await act({ what: 'refund', merchantOid, amountMinor: null, endsPaidTime: false, operatorId });
    }
  }

  async function deliverLate(): Promise<void> {
    for (const merchantOid of late.splice(0)) await gateway.sandbox.deliver(merchantOid);
  }

  async function liveADay(day: number): Promise<void> {
    const morning = new Date(FIRST_DAY.getTime() + day * DAY_MS);
    now = morning;
    if (DAYS_OFF.includes(day)) {
      // The gateway charges what was opened before; nobody is there to hear of it.
      count('day off');
      return;
    }
    await runJobs([...(day % 28 === 0 ? ['make-partitions'] : []), ...MORNING_JOBS]);
    await deliverLate();
    if (day === NEW_PRICES_DAY) await act({ what: 'prices', ...convertedPrices(), operatorId });
    await refundSome();
    await workTheDesk();
    const due = customers.filter(
      ({ ordersAt }) => ordersAt !== null && ordersAt.getTime() <= morning.getTime() + DAY_MS,
    );
    for (const [at, customer] of due.entries()) {
      now = new Date(morning.getTime() + HOUR_MS + Math.floor((at / due.length) * 10 * HOUR_MS));
      await orderAndPay(customer);
    }
    now = new Date(morning.getTime() + 13 * HOUR_MS);
    await gateway.sandbox.tick();
    await runJobs(EVENING_JOBS);
  }

  for (let day = 0; day < days; day += 1) await liveADay(day);
  // What is still open has eight days to end, without new orders.
  for (const customer of customers) customer.ordersAt = null;
  for (let day = days; day < days + 9; day += 1) await liveADay(day);
  return {
    ...{ gateway, counts, end: now, kills: app.kills() },
    close: async () => {
      app.close();
      await relay.close();
      await gateway.close();
    },
  };
}

/** Which of the actions die: spread over the year, as far as can be known before. */
function killPlan({ kills, companies }: YearOptions, chance: Chance): Set<number> {
  const acts = companies * 12 * 2;
  const plan = new Set<number>();
  while (plan.size < kills) plan.add(200 + chance.below(acts));
  return plan;
}

async function buildCustomers({ db, companies }: YearOptions, chance: Chance): Promise<Customer[]> {
  const customers: Customer[] = [];
  for (let n = 0; n < companies; n += 1) {
    const created_at = new Date(FIRST_DAY.getTime() + chance.below(60) * DAY_MS);
    const trial_ends_at = new Date(created_at.getTime() + 14 * DAY_MS);
    const company = await buildCompany(db, { created_at, trial_ends_at });
    const locale = chance.pick(['tr', 'en'] as const);
    const user = await buildUser(db, { company_id: company.id, role: 'admin', created_at, locale });
    await buildBuyer(
      db,
      company.id,
      chance.happens(0.3) ? { customer_type: 'consumer', billing_name: 'Ada Yılmaz' } : {},
    );
    const actor = { id: user.id, companyId: company.id, email: user.email, fullName: user.full_name, locale };
    customers.push({
      actor,
      plan: chance.pick(paidPlans),
      currency: chance.pick(currencies),
      ordersAt: new Date(created_at.getTime() + (8 + chance.below(12)) * DAY_MS),
    });
  }
  return customers;
}

function convertedPrices(): Pick<Extract<Action, { what: 'prices' }>, 'draft' | 'version'> {
  return {
    version: 2,
    draft: {
      conversion: {
        ...{ base_currency: 'EUR', rate_side: 'forex_buying', margin_bps: 150, rounding_mode: 'up' },
        rounding_steps: { TRY: 100, USD: 10 },
      },
      prices: { EUR: { starter: 1200, team: 3400, enterprise: 11_000 } },
      effectiveFrom: null,
      note: 'Prices follow the rate.',
    },
  };
}

function environment(databaseUrl: string, gatewayUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'test',
    BASE_URL: 'http://localhost:3000',
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: 'a session secret for tests only, 32+',
    PAYTR_USER_IP_OVERRIDE: '203.0.113.10',
    PAYTR_BASE_URL: gatewayUrl,
    TCMB_BASE_URL: gatewayUrl,
    PAYTR_TEST_MODE: '1',
    PAYTR_CURRENCIES: 'TRY,USD,EUR',
    PAYTR_MERCHANT_ID: '123456',
    PAYTR_MERCHANT_KEY: 'kTest7Yq2Lw9Rx4B',
    PAYTR_MERCHANT_SALT: 'sTest3Nf8Ua5Vc1Z',
    // Legal invoices are entered by hand otherwise, which is no part of this.
    INVOICE_ISSUER: 'own',
    // The longest feasts leave the currencies without a rate for some days.
    RATE_MAX_AGE_DAYS: '3',
    SMTP_URL: 'smtp://127.0.0.1:9',
  };
}

/** The way between the gateway and the app, which can lose what it carries. */
interface Relay {
  url: string;
  /** Of the next notification. late: nobody answers today. lost: something on the way answered for us. */
  fate: 'normal' | 'late' | 'lost';
  answer: (body: string) => Promise<string>;
  close: () => Promise<void>;
}

async function startRelay(): Promise<Relay> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      relay.answer(Buffer.concat(chunks).toString('utf8')).then(
        (text) => res.end(text),
        () => res.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const relay: Relay = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    fate: 'normal',
    answer: () => Promise.resolve('OK'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return relay;
}
