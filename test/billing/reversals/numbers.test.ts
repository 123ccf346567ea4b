import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Knex } from 'knex';
import type { RequestContext } from '../../../src/audit/request-context.ts';
import { confirmRefund } from '../../../src/billing/refunds/confirm-refund.ts';
import { requestRefund } from '../../../src/billing/refunds/request-refund.ts';
import { settleRefunds } from '../../../src/billing/refunds/settle-refunds.ts';
import { createDb } from '../../../src/db/db.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildUser } from '../../support/programs/build.ts';
import { startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { startFakeMerchant, type FakeMerchant } from '../../support/sandbox-checkout.ts';
import { contextAt } from '../scene.ts';
import { chargeAndSettle, givenBack } from '../refunds/scene.ts';

const COUNT = 50;
const ELEVEN_MINUTES_MS = 660_000;

const test = useTestApp();
let gateway: FakePaytr;
let merchant: FakeMerchant;
let operatorId: number;
/** On a busy machine the last of 50 at once wait longer for a connection than the app would. */
let patient: Knex;

beforeAll(async () => {
  merchant = await startFakeMerchant();
  gateway = await startFakePaytr({ callbackUrl: merchant.url });
  patient = createDb({ url: test.database.appUrl, acquireTimeoutMs: 60_000 });
  operatorId = (await buildUser(test.db, { role: 'operator' })).id;
});
afterAll(async () => {
  await patient.destroy();
  await gateway.close();
  merchant.close();
});

const asOperator = (): RequestContext => ({
  ...contextAt(new Date()),
  actorType: 'operator',
  userId: operatorId,
});

/** A refund that waits for its second step, of a company of its own. */
async function waiting(): Promise<{ merchantOid: string; refundId: number }> {
  const company_id = (await buildCompany(test.db)).id;
  const user_id = (await buildUser(test.db, { company_id, role: 'admin' })).id;
  const merchantOid = await chargeAndSettle(test.app, test.db, gateway, { company_id, user_id });
  const asked = await requestRefund(test.db, asOperator(), {
    ...{ merchantOid, amountMinor: null, policy: 'goodwill', reason: 'The service was away' },
    ...{ endsPaidTime: true, operatorId, paytr: gateway.paytr, guards: [] },
  });
  if (asked?.ok !== true) throw new Error('The refund was not taken');
  return { merchantOid, refundId: asked.refund.id };
}

/** The connection of a transaction that has just taken its number dies, as it does with its process. */
async function breakConnections(refundIds: number[]): Promise<void> {
  await test.database.ownerDb.raw(`
    create function die() returns trigger language plpgsql as $$ begin
      perform pg_terminate_backend(pg_backend_pid());
      perform pg_sleep(1);
      return new;
    end $$;
    create trigger die after insert on reversals for each row when (new.refund_id in (${refundIds.join(', ')}))
      execute function die()`);
}

describe('the numbers of reversals', () => {
  it('have no gap and no repeat with 50 at once of which every sixth process dies over its number', async () => {
    // One after the other, since these take the app's connections.
    const refunds: Awaited<ReturnType<typeof waiting>>[] = [];
    while (refunds.length < COUNT) refunds.push(await waiting());
    const dying = refunds.filter((_, index) => index % 6 === 5);
    await breakConnections(dying.map(({ refundId }) => refundId));
    const confirmed = await Promise.allSettled(
      refunds.map((refund) =>
        confirmRefund(patient, asOperator(), {
          ...refund,
          ...{ operatorId, paytr: gateway.paytr, guards: [], config: test.config },
        }),
      ),
    );
    expect(confirmed.filter(({ status }) => status === 'rejected')).toHaveLength(dying.length);
    await expectNumbers(COUNT - dying.length);
    await test.database.ownerDb.raw('drop trigger die on reversals');
    const later = contextAt(new Date(Date.now() + ELEVEN_MINUTES_MS));
    const parts = { paytr: gateway.paytr, guards: [], config: test.config };
    expect(await settleRefunds(test.db, later, parts)).toMatchObject({ foundMade: dying.length });
    await expectNumbers(COUNT);
    for (const { merchantOid } of refunds)
      expect(givenBack(gateway, merchantOid), merchantOid).toHaveLength(1);
  }, 60_000);
});

async function expectNumbers(count: number): Promise<void> {
  const rows = await test
    .db('reversals')
    .orderBy('number')
    .select<{ number: number; reversal_no: string; year: number }[]>('number', 'reversal_no', 'year');
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(rows.map(({ reversal_no }) => reversal_no)).toEqual(
    rows.map(({ year, number }) => `YAR${String(year)}${String(number).padStart(9, '0')}`),
  );
  const [counter] = await test.db('reversal_counters').select<{ last_number: number }[]>('last_number');
  expect(counter?.last_number).toBe(count);
}
