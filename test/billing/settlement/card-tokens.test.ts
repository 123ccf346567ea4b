import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';
import { findInTables } from '../../support/postgres/find-in-tables.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { createPaytr } from '../../../src/billing/paytr/paytr.ts';
import { moneyState, notify } from '../scene.ts';

const test = useTestApp();
const UTOKEN = 'u4fd10c9e7a3b5528d0f6a1';
const CTOKEN = 'c97be02c41f8d3a6650b7e4';
let companyId: number;
let order: { merchant_oid: string };

beforeEach(async () => {
  const company = await buildCompany(test.db);
  const user = await buildUser(test.db, { company_id: company.id, role: 'admin' });
  companyId = company.id;
  order = await buildPayment(test.db, { company_id: companyId, user_id: user.id });
  test.logLines.length = 0;
});

const body = (more: Record<string, string>): string =>
  signedCallback({ merchant_oid: order.merchant_oid, total_amount: '149900', note: 'a b&ş', ...more });
const kept = async (): Promise<{ body: Buffer; body_sha256: string; received_count: number }[]> =>
  test
    .db('payment_callbacks')
    .where('merchant_oid', order.merchant_oid)
    .orderBy('id')
    .select<{ body: Buffer; body_sha256: string; received_count: number }[]>([
      ...['body', 'body_sha256', 'received_count'],
    ]);

describe('a notification that names a stored card', () => {
  it('is settled, and kept with its hash and without the tokens, which no table has', async () => {
    const posted = body({ utoken: UTOKEN, ctoken: CTOKEN, echo: `of ${UTOKEN}` });
    expect((await notify(test.app, posted)).text).toBe('OK');
    expect((await moneyState(test.db, companyId, order.merchant_oid)).payment.status).toBe('success');
    const [row] = await kept();
    const mark = (token: string): string => `removed-${hash('sha256', token).slice(0, 16)}`;
    expect(row?.body.toString()).toBe(
      posted.replaceAll(UTOKEN, mark(UTOKEN)).replaceAll(CTOKEN, mark(CTOKEN)),
    );
    expect(row?.body_sha256).toBe(hash('sha256', posted));
    for (const token of [UTOKEN, CTOKEN]) {
      expect(await findInTables(test.database.ownerDb, token)).toEqual([]);
      expect(JSON.stringify(test.logLines)).not.toContain(token);
      expect(await test.metrics.registry.metrics()).not.toContain(token);
    }
    expect(await findInTables(test.database.ownerDb, mark(UTOKEN))).toEqual(['public.payment_callbacks']);
  });

  it.each([
    ['in capitals', `UToken=${UTOKEN}&CTOKEN=${CTOKEN}`],
    ['in percent code', `%75token=${UTOKEN}&c%74oken=${CTOKEN}`],
    ['with blanks', `+utoken+=${UTOKEN}&ctoken%20=${CTOKEN}`],
    ['twice', `utoken=${UTOKEN}&ctoken=${CTOKEN}&utoken=${CTOKEN}`],
    ['for a charge that was declined', `utoken=${UTOKEN}&ctoken=${CTOKEN}&failed_reason_msg=${CTOKEN}`],
  ])('loses them also %s', async (_how, fields) => {
    expect((await notify(test.app, `${body({})}&${fields}`)).status).toBe(200);
    for (const token of [UTOKEN, CTOKEN])
      expect(await findInTables(test.database.ownerDb, token)).toEqual([]);
  });

  it('loses them for an order that is not ours, and when its signature is wrong', async () => {
    const tokens = { utoken: UTOKEN, ctoken: CTOKEN };
    const strange = signedCallback({ merchant_oid: 'NOSUCHORDER9', total_amount: '1', ...tokens });
    expect((await notify(test.app, strange)).status).toBe(404);
    expect((await notify(test.app, body({ ...tokens, hash: 'x' }))).status).toBe(400);
    for (const token of [UTOKEN, CTOKEN]) {
      expect(await findInTables(test.database.ownerDb, token)).toEqual([]);
      expect(JSON.stringify(test.logLines)).not.toContain(token);
    }
  });

  it('counts as a repeat with the same tokens, and is another one with others', async () => {
    const first = body({ utoken: UTOKEN, ctoken: CTOKEN });
    for (const posted of [first, first, body({ utoken: UTOKEN, ctoken: `${CTOKEN}9` })])
      expect((await notify(test.app, posted)).text).toBe('OK');
    expect((await kept()).map((row) => row.received_count)).toEqual([2, 1]);
  });

  it('has them neither among its fields', () => {
    const paytr = createPaytr({ ...FAKE_STORE, baseUrl: '', testMode: true });
    const reading = paytr.readNotification(Buffer.from(body({ utoken: UTOKEN, ctoken: CTOKEN })));
    if (!reading.ok) throw new Error(reading.reason);
    expect(JSON.stringify(reading.notification.fields)).not.toMatch(new RegExp(`${UTOKEN}|${CTOKEN}`));
    expect(reading.notification.fields['note']).toBe('a b&ş');
  });

  it('without tokens is kept byte for byte', async () => {
    const posted = body({ token: 'utoken' });
    await notify(test.app, posted);
    expect((await kept())[0]?.body.toString()).toBe(posted);
  });
});
