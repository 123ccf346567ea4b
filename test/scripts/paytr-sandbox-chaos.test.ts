import { execFile } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHAOTIC_PATHS } from '../../scripts/paytr-sandbox/chaos/answer-chaos.ts';
import { createChaos, type AnswerFault } from '../../scripts/paytr-sandbox/chaos/chaos.ts';
import { paytrSignature } from '../../src/billing/paytr/signature.ts';
import { tokenRequestFields } from '../../src/billing/paytr/token.ts';
import { FAKE_STORE, startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import {
  buildOrder,
  startFakeMerchant,
  submit,
  visit,
  type FakeMerchant,
} from '../support/sandbox-checkout.ts';

const START = new Date('2026-03-01T09:00:00Z');
const ANSWERS = { none: 'json', silent: 'nothing', '500': '500', page: 'page', late: 'nothing', cut: 'cut' };
let now: Date;
let merchant: FakeMerchant;
let fake: FakePaytr;

beforeEach(async () => {
  now = START;
  merchant = await startFakeMerchant();
  fake = await startFakePaytr({ callbackUrl: merchant.url, clock: () => now });
});
afterEach(async () => {
  await fake.close();
  merchant.close();
});

describe('the notifications of a bad day', () => {
  it('come late, out of order, again, after a loss and after an unheard OK, and all come in the end', async () => {
    const orders = await payForty();
    const soon = merchant.received.map((each) => each.merchantOid);
    await passMinutes(20);
    const received = merchant.received.map((each) => each.merchantOid);
    expect(new Set(received)).toEqual(new Set(orders));
    expect(await fake.sandbox.deliverAll()).toEqual([]);
    const fates = attempts().map(({ errors, times }) => `${errors} ${String(times)}`);
    expect(fates.some((each) => each.includes('chaos: lost'))).toBe(true);
    expect(fates.some((each) => each.includes('chaos: unheard'))).toBe(true);
    expect(fates).toContain(' 3');
    expect(fates).toContain(' 1');
    expect(new Set(soon).size).toBeLessThan(orders.length);
    const firsts = [...new Set(received)];
    expect(firsts).not.toEqual(orders);
    const seen = waits();
    expect(Math.max(...seen)).toBeLessThanOrEqual(10);
  });

  it('are the same again by the same seed, and others by another', async () => {
    await payForty();
    await passMinutes(20);
    const first = attempts();
    const again = await anotherDay(7);
    const other = await anotherDay(8);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('are sent at once by hand, whatever chaos wants', async () => {
    await open(20);
    fake.sandbox.setChaos(7);
    for (const { merchantOid } of fake.sandbox.transactions()) {
      await fake.sandbox.payNow(merchantOid, 'approve');
      expect(await fake.sandbox.deliver(merchantOid)).toMatchObject({ acknowledged: true });
    }
  });
});

describe('the answers of a bad day', () => {
  it('stay away, are faults, pages or cut, and who asks again gets through', async () => {
    const seen = await callAll(7);
    for (const path of CHAOTIC_PATHS) {
      const faults = seen.filter((each) => each.path === path).map(({ fault }) => fault);
      expect(faults.filter((fault, at) => fault !== undefined && faults[at + 1] !== undefined)).toEqual([]);
    }
    expect(seen.map(({ answer }) => answer)).toEqual(seen.map(({ fault }) => ANSWERS[fault ?? 'none']));
    expect(new Set(seen.map(({ fault }) => fault ?? 'none'))).toEqual(new Set(Object.keys(ANSWERS)));
  });

  it('are the same again by the same seed, and others by another', () => {
    const plan = (seed: number): unknown[] => {
      const chaos = createChaos(seed, () => 0);
      return CHAOTIC_PATHS.flatMap((path) => Array.from({ length: 50 }, () => chaos.nextAnswer(path)));
    };
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  it('are lost before a refund and after it', async () => {
    await open(1);
    const oid = fake.sandbox.transactions()[0]?.merchantOid ?? '';
    await fake.sandbox.payNow(oid, 'approve');
    fake.sandbox.setChaos(7);
    const plan = createChaos(7, () => 0);
    const faults = Array.from({ length: 30 }, () => plan.nextAnswer('/odeme/iade'));
    for (const fault of faults) await call('/odeme/iade', refundFields(oid, '0.01'), fault);
    expect(fake.sandbox.transactions()[0]?.refunds).toHaveLength(
      faults.filter((fault) => fault === undefined || fault === 'late' || fault === 'cut').length,
    );
    expect(faults).toEqual(expect.arrayContaining(['late', 'cut', '500']));
  });

  it('do not touch the calls of a browser', async () => {
    await open(1);
    fake.sandbox.setChaos(7);
    const token = fake.sandbox.transactions()[0]?.token ?? '';
    for (let each = 0; each < 10; each += 1)
      expect((await visit(fake.paytr.frameUrl(token))).status).toBe(200);
  });
});

describe('the panel', () => {
  it('begins a bad day by its seed, says which one is on, and ends it', async () => {
    expect((await visit(fake.url)).text).not.toContain('Chaos is on');
    expect(await submit(`${fake.url}/sandbox/chaos`, { seed: ' 42 ' })).toMatchObject({ status: 303 });
    expect((await visit(fake.url)).text).toMatch(/Chaos is on\. Seed:<\/strong> <code>42<\/code>/);
    expect(await submit(`${fake.url}/sandbox/chaos`, { seed: '42', stop: '1' })).toMatchObject({
      status: 303,
    });
    expect((await visit(fake.url)).text).not.toContain('Chaos is on');
  });

  it.each(['', '-1', '1.5', 'x', '1'.repeat(10), '"><b>'])(
    'refuses the seed %j beside its field',
    async (seed) => {
      const answer = await submit(`${fake.url}/sandbox/chaos`, { seed });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('aria-describedby="seed-fault"');
      expect(answer.text).not.toContain('"><b>');
      expect((await visit(fake.url)).text).not.toContain('Chaos is on');
    },
  );
});

describe('the command line', () => {
  it('refuses what is no seed', async () => {
    const said = await new Promise<string>((resolve) => {
      const args = ['--import', 'tsx', 'scripts/sandbox.ts', '--chaos=-1'];
      execFile(process.execPath, args, { env: { PATH: process.env['PATH'] } }, (_error, _out, errors) => {
        resolve(errors);
      });
    });
    expect(said).toMatch(/--chaos needs a seed/);
  });
});

async function open(count: number): Promise<string[]> {
  const orders: string[] = [];
  for (let each = 0; each < count; each += 1) {
    const order = buildOrder(fake.paytr);
    const answer = await fake.paytr.requestToken(order);
    if (!answer.ok) throw new Error(answer.gatewayMessage);
    orders.push(order.merchantOid);
  }
  return orders;
}

/** Forty payments, one each second. Their orders come before the bad day, so that each has a page. */
async function payForty(seed = 7): Promise<string[]> {
  const orders = await open(40);
  fake.sandbox.setChaos(seed);
  for (const oid of orders) {
    now = new Date(now.getTime() + 1000);
    await fake.sandbox.payNow(oid, 'approve');
  }
  return orders;
}

async function passMinutes(minutes: number): Promise<void> {
  for (let each = 0; each < minutes; each += 1) {
    now = new Date(now.getTime() + 60_000);
    await fake.sandbox.tick();
  }
}

/** The attempts of each payment, in words that do not name it. */
function attempts(): { errors: string; times: number; seconds: number[] }[] {
  return fake.sandbox.transactions().map(({ deliveries, finishedAt = START }) => ({
    errors: deliveries.map(({ error = '' }) => error).join(''),
    times: deliveries.length,
    seconds: deliveries.map(({ at }) => (at.getTime() - finishedAt.getTime()) / 1000),
  }));
}

function waits(): number[] {
  return attempts().map(({ seconds: [first = Infinity] }) => Math.floor(first / 60));
}

async function anotherDay(seed: number): Promise<ReturnType<typeof attempts>> {
  await fake.close();
  now = START;
  fake = await startFakePaytr({ callbackUrl: merchant.url, clock: () => now });
  await payForty(seed);
  await passMinutes(20);
  return attempts();
}

/** Each call thirty times, in turns, with the fault that the seed has for it. */
async function callAll(
  seed: number,
): Promise<{ path: string; fault: AnswerFault | undefined; answer: string }[]> {
  fake.sandbox.setChaos(seed);
  const plan = createChaos(seed, () => 0);
  const seen = [];
  for (let each = 0; each < 30; each += 1) {
    for (const path of CHAOTIC_PATHS) {
      const fields =
        path === '/odeme/api/get-token'
          ? tokenRequestFields(FAKE_STORE, true, buildOrder(fake.paytr))
          : { merchant_id: FAKE_STORE.merchantId };
      const fault = plan.nextAnswer(path);
      seen.push({ path, fault, answer: await call(path, fields, fault) });
    }
  }
  return seen;
}

/** The kind of the answer. Where none is to come, it is waited for only so long. */
async function call(
  path: string,
  fields: Record<string, string>,
  fault: AnswerFault | undefined,
): Promise<string> {
  const init = { method: 'POST', body: new URLSearchParams(fields) };
  if (fault !== 'silent' && fault !== 'late') return kindOf(await fetch(fake.url + path, init));
  return fetch(fake.url + path, { ...init, signal: AbortSignal.timeout(150) }).then(kindOf, () => 'nothing');
}

async function kindOf(response: Response): Promise<string> {
  const text = await response.text();
  if (response.status === 500) return '500';
  if (text.startsWith('<')) return 'page';
  return text.endsWith('}') ? 'json' : 'cut';
}

function refundFields(merchant_oid: string, return_amount: string): Record<string, string> {
  const { merchantId: merchant_id, merchantSalt } = FAKE_STORE;
  const paytr_token = paytrSignature(FAKE_STORE, [merchant_id, merchant_oid, return_amount, merchantSalt]);
  return { merchant_id, merchant_oid, return_amount, paytr_token };
}
