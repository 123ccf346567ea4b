import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RefundRefusal } from '../../../../src/billing/guards/refund-guard.ts';
import { createTestApp, type TestApp } from '../../../support/app.ts';
import { buildCast, type Cast } from '../../../support/programs/build.ts';
import { startFakePaytr, type FakePaytr } from '../../../support/fake-paytr.ts';
import { readPdfText } from '../../../support/pdf-text.ts';
import { startFakeMerchant, type FakeMerchant } from '../../../support/sandbox-checkout.ts';
import { signIn } from '../../../support/sign-in.ts';
import { type Visitor } from '../../../support/visitor.ts';
import { auditOf } from '../../scene.ts';
import { chargeAndSettle, givenBack } from '../scene.ts';

let test: TestApp;
let gateway: FakePaytr;
let merchant: FakeMerchant;
let cast: Cast;
let olivia: Visitor;
let alice: Visitor;
let dispute: RefundRefusal | null = null;

beforeAll(async () => {
  merchant = await startFakeMerchant();
  gateway = await startFakePaytr({ callbackUrl: merchant.url });
  const refundGuards = [() => Promise.resolve(dispute)];
  test = await createTestApp({ deps: { paytr: gateway.paytr, refundGuards } });
  cast = await buildCast(test.db);
  olivia = await signIn(test.app, cast.olivia);
  alice = await signIn(test.app, cast.alice);
});
afterAll(async () => {
  await test.close();
  await gateway.close();
  merchant.close();
});

/** Each payment buys from now on: time that is paid far ahead would put the next one in review. */
beforeEach(async () => {
  const unpaid = { plan: 'trial', period_started_at: null, period_ends_at: null };
  await test.db('subscriptions').where('company_id', cast.acme.id).update(unpaid);
});

const WISH = {
  extent: 'full',
  amount: '',
  policy: 'withdrawal',
  reason: 'Withdrew by mail',
  paidTime: 'ends',
};
const paid = (charged: Record<string, string> = {}): Promise<string> =>
  chargeAndSettle(test.app, test.db, gateway, { company_id: cast.acme.id, user_id: cast.alice.id }, charged);
const urlOf = (order: string): string => `/admin/finance/payments/${order}`;

/** The first step; returns the address of the refund. */
async function ask(order: string, wish: Record<string, string> = {}): Promise<string> {
  const asked = await olivia.post(`${urlOf(order)}/refunds`, { ...WISH, ...wish });
  expect(asked.status).toBe(303);
  return String(asked.headers.location);
}

describe('an operator', () => {
  it('gives a payment back in two steps, and each page says what was and what will be', async () => {
    const order = await paid();
    const page = await olivia.get(urlOf(order));
    for (const text of ['₺1,499.00', order, 'Alice', 'Acme', 'All that is left: ₺1,499.00', 'No refund'])
      expect(page.text).toContain(text);
    expect(page.text).toMatch(
      /the subscription is cancelled: workspaces close on .+ instead of .+ Nothing is deleted/,
    );
    const refund = await ask(order);
    expect(givenBack(gateway, order)).toEqual([]);
    const second = await olivia.get(refund);
    expect(second.text).toContain('₺1,499.00 goes back to the card of Acme');
    expect(second.text).toMatch(/The books get a reversal of YAC\d{13}/);
    expect(second.text).toContain('Withdrew by mail');
    const done = await olivia.follow(await olivia.post(`${refund}/confirm`));
    expect(done.text).toContain('The money was given back.');
    expect(done.text).not.toContain('/confirm"');
    expect(givenBack(gateway, order)).toHaveLength(1);
    const after = await olivia.get(urlOf(order));
    expect(after.text).toContain('Everything that was charged has been given back.');
    expect(after.text).toMatch(/\/billing\/reversals\/\d+/);
    const again = await olivia.follow(await olivia.post(`${refund}/confirm`));
    expect(again.text).toContain('It was not waiting for a confirmation any more');
    expect(givenBack(gateway, order)).toHaveLength(1);
  });

  it('gives a part back, typed in the Turkish or the English way', async () => {
    const order = await paid();
    for (const amount of ['149,90', '149.90', '1.000,00']) {
      const refund = await ask(order, { extent: 'partial', amount, paidTime: 'stays' });
      await olivia.post(`${refund}/confirm`);
    }
    expect(givenBack(gateway, order).map(([minor]) => minor)).toEqual([14_990, 14_990, 100_000]);
    const page = await olivia.get(urlOf(order));
    expect(page.text).toContain('All that is left: ₺199.20');
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no amount for a part', { extent: 'partial' }, 'Enter an amount such as 149,90.'],
    ['an amount that means two things', { extent: 'partial', amount: '1.234' }, 'Enter an amount'],
    ['nothing', { extent: 'partial', amount: '0' }, 'Enter an amount'],
    ['less than nothing', { extent: 'partial', amount: '-5' }, 'Enter an amount'],
    ['more than is left', { extent: 'partial', amount: '1499.01' }, 'at most ₺1,499.00 can be given back'],
    ['no rule', { policy: '' }, 'Choose a rule.'],
    ['a rule of its own', { policy: 'because' }, 'Choose a rule.'],
    ['no reason', { reason: ' \n ' }, 'Say why, in 3 to 500 characters.'],
    ['a reason without end', { reason: 'x'.repeat(501) }, 'Say why'],
    ['a reason that nobody can see', { reason: '\u200b\u200b\u200b' }, 'Say why'],
    ['no word about the paid time', { paidTime: '' }, 'Choose what happens to the paid time.'],
    ['no extent', { extent: undefined }, 'Choose how much is given back.'],
  ])('is told beside the field about %s, and nothing typed is lost', async (_name, change, message) => {
    const order = await paid();
    const page = await olivia.post(`${urlOf(order)}/refunds`, { ...WISH, ...change });
    expect(page.status).toBe(422);
    expect(page.text).toContain(message);
    expect(page.text).toMatch(/class="field-error"/);
    if (change.reason === undefined) expect(page.text).toContain('>Withdrew by mail</textarea>');
    if (change.amount !== undefined) expect(page.text).toContain(`value="${change.amount}"`);
    const refunds = await test.db('refunds').where('company_id', cast.acme.id).where('state', 'requested');
    expect(refunds).toEqual([]);
  });

  it('learns that another refund is not finished, and can withdraw it', async () => {
    const order = await paid();
    const refund = await ask(order);
    const page = await olivia.post(`${urlOf(order)}/refunds`, WISH);
    expect(page.status).toBe(422);
    expect(page.text).toContain('Another refund of this payment is not finished yet');
    expect(page.text).toContain(`href="${refund}"`);
    const withdrawn = await olivia.follow(await olivia.post(`${refund}/withdraw`));
    expect(withdrawn.text).toContain('The refund was withdrawn.');
    expect(withdrawn.text).toContain('Go on to the confirmation');
  });

  it('cannot give money back that is in dispute, in neither step', async () => {
    const order = await paid();
    const refund = await ask(order);
    dispute = { reason: 'in-dispute', details: { case: 'CB-1' } };
    const second = await olivia.post(`${refund}/confirm`);
    const other = await paid();
    const first = await olivia.post(`${urlOf(other)}/refunds`, WISH);
    dispute = null;
    for (const page of [second, first]) {
      expect(page.status).toBe(422);
      expect(page.text).toContain('The money is in dispute at the bank.');
    }
    expect(givenBack(gateway, order)).toEqual([]);
  });

  it('sees that PayTR gave no clear answer, asks it, and sees what came of it', async () => {
    const order = await paid();
    gateway.sandbox.failNextRefund('lost');
    const refund = await ask(order);
    const unknown = await olivia.follow(await olivia.post(`${refund}/confirm`));
    expect(unknown.text).toContain('There was no clear answer. It is not sent again');
    expect(unknown.text).toContain('PayTR must first answer');
    const asked = await olivia.follow(await olivia.post(`${urlOf(order)}/ask`));
    expect(asked.text).toContain('PayTR was asked: it charged ₺1,499.00.');
    expect(asked.text).toContain('One refund turned out to be made.');
    expect(asked.text).toContain('435508');
    expect((await olivia.get(refund)).text).toContain('PayTR has made it.');
  });

  it('reads in words what each notification did', async () => {
    const order = await paid();
    const payment = await test.db('payments').where('merchant_oid', order).first<{ id: number }>('id');
    const kept = { payment_id: payment.id, merchant_oid: order, received_at: new Date() };
    for (const outcome of ['ignored', 'unknown-status'])
      await test.db('payment_callbacks').insert({
        ...{ ...kept, last_received_at: new Date(), outcome },
        ...{ body: Buffer.from('status=x'), body_sha256: outcome },
      });
    const page = (await olivia.get(urlOf(order))).text;
    for (const words of ['counts as paid', 'changed nothing', 'a status that we do not know'])
      expect(page).toContain(`Notification, ${words}`);
  });

  it('closes one that PayTR never made, once PayTR has said so, with a reason', async () => {
    const order = await paid();
    gateway.sandbox.failNextRefund('500');
    const refund = await ask(order);
    await olivia.post(`${refund}/confirm`);
    const early = await olivia.follow(await olivia.post(`${refund}/close`, { note: 'Not in the panel' }));
    expect(early.text).toContain('It cannot be closed');
    const id = Number(refund.split('/').at(-1));
    const hourAgo = new Date(Date.now() - 3_700_000);
    await test.db('refunds').where({ id }).update({ sent_at: hourAgo, not_listed_at: new Date() });
    const empty = await olivia.post(`${refund}/close`, { note: '' });
    expect([empty.status, empty.text.includes('Say why')]).toEqual([422, true]);
    const closed = await olivia.follow(await olivia.post(`${refund}/close`, { note: 'Not in the panel' }));
    expect(closed.text).toContain('The refund counts as not made.');
    expect(closed.text).toContain('Olivia: Not in the panel');
  });

  it('says once what a refund of the panel means for the paid time', async () => {
    const order = await paid();
    gateway.sandbox.refundInPanel(order, 5000);
    const asked = await olivia.follow(await olivia.post(`${urlOf(order)}/ask`));
    expect(asked.text).toContain('One refund was found that was not made here.');
    const [, refund = ''] = /href="(\/admin\/finance\/payments\/\w+\/refunds\/\d+)"/.exec(asked.text) ?? [];
    expect((await olivia.get(refund)).text).toContain('Does the paid time end with it?');
    const bad = await olivia.post(`${refund}/effect`, { policy: 'legal', reason: 'By phone' });
    expect([bad.status, bad.text.includes('>By phone</textarea>')]).toEqual([422, true]);
    const effect = { policy: 'legal', reason: 'By phone', paidTime: 'stays' };
    const said = await olivia.follow(await olivia.post(`${refund}/effect`, effect));
    expect(said.text).toContain('Saved.');
    const again = await olivia.follow(await olivia.post(`${refund}/effect`, effect));
    expect(again.text).toContain('This was decided already.');
  });

  it('must prove again who they are before money leaves, and nothing typed is lost', async () => {
    const order = await paid();
    const refund = await ask(order);
    const unproven = await signIn(test.app, cast.olivia);
    await test
      .db('browser_sessions')
      .where('user_id', cast.olivia.id)
      .update({ sess: test.db.raw(`(sess::jsonb - 'proof')::json`) });
    const asked = await unproven.post(`${refund}/confirm`);
    expect(asked.status).toBe(403);
    expect(asked.text).toContain(`action="${refund}/confirm"`);
    expect(givenBack(gateway, order)).toEqual([]);
    olivia = await signIn(test.app, cast.olivia);
  });

  it('leaves a row that the company’s admin can read for each look and each step', async () => {
    const before = (await auditOf(test.db, cast.acme.id)).length;
    const order = await paid();
    await olivia.get(urlOf(order));
    const refund = await ask(order);
    await olivia.post(`${refund}/confirm`);
    const rows = (await auditOf(test.db, cast.acme.id)).slice(before);
    const byStaff = rows.filter(({ actor_type }) => actor_type === 'operator');
    expect(byStaff.map(({ action_type }) => action_type)).toEqual([
      'operator_company_viewed',
      'refund_requested',
      'refund_sent',
      'refund_completed',
      'subscription_change',
      'reversal_issued',
    ]);
    const trail = await alice.get('/admin/audit');
    for (const text of [
      'asked for a refund of',
      'The payment service made the refund of',
      'took back paid time of the',
    ])
      expect(trail.text).toContain(text);
  });

  it('finds no payment that does not exist, and no refund of another payment', async () => {
    const [one, other] = [await paid(), await paid()];
    const refund = await ask(one);
    for (const path of [
      urlOf('NOBODY'),
      urlOf('not-an-order'),
      refund.replace(one, other),
      `${urlOf(one)}/refunds/999999999`,
      `${urlOf(one)}/refunds/x`,
    ])
      expect((await olivia.get(path)).status, path).toBe(404);
    for (const step of ['confirm', 'withdraw'])
      expect((await olivia.post(`${refund.replace(one, other)}/${step}`)).status).toBe(404);
  });
});

describe('the company', () => {
  it('sees what it gets back among its bills, with the reversal as a PDF; a member and a stranger company do not', async () => {
    const order = await paid();
    const refund = await ask(order, { extent: 'partial', amount: '100', paidTime: 'stays' });
    expect((await alice.get('/billing')).text).not.toContain('₺100.00');
    await olivia.post(`${refund}/confirm`);
    const page = await alice.get('/billing');
    expect(page.text).toContain('₺100.00');
    const reversal = await test.db('reversals').orderBy('id', 'desc').first<{
      id: number;
      reversal_no: string;
      invoice_id: number;
      invoice_no: string;
    }>('id', 'reversal_no', 'invoice_id', 'invoice_no');
    const path = `/billing/reversals/${String(reversal.id)}`;
    expect(page.text).toContain(path);
    expect((await alice.get(`/billing/invoices/${String(reversal.invoice_id)}`)).text).toContain(path);
    const pdf = await alice.rawGet(path).responseType('blob');
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect(pdf.headers['content-disposition']).toBe(`inline; filename="${reversal.reversal_no}.pdf"`);
    expect((pdf.body as Buffer).equals((await alice.rawGet(path).responseType('blob')).body as Buffer)).toBe(
      true,
    );
    const text = await readPdfText(pdf.body as Buffer);
    for (const part of [reversal.reversal_no, reversal.invoice_no, '₺100.00', '₺16.67', 'notacreditnote'])
      expect(text).toContain(part);
    const [bob, charlie] = [await signIn(test.app, cast.bob), await signIn(test.app, cast.charlie)];
    expect((await bob.get(path)).status).toBe(403);
    expect((await charlie.get(path)).status).toBe(404);
    expect((await bob.get('/billing')).text).not.toContain('₺100.00');
    expect((await charlie.get('/billing')).text).not.toContain('₺100.00');
  });
});
