import type { Express } from 'express';
import type { Knex } from 'knex';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import type { Currency } from '../../../src/currency.ts';
import { buildPayment } from '../../support/programs/build.ts';
import type { FakePaytr } from '../../support/fake-paytr.ts';
import { notify } from '../scene.ts';

/** A charge at the gateway, for a payment of ours in liras that nobody has reported yet. */
export async function charge(
  db: Knex,
  gateway: FakePaytr,
  payment: { company_id: number; user_id: number } & Record<string, unknown>,
  charged: Record<string, string> = {},
  currency: Currency = 'TRY',
): Promise<string> {
  const { merchant_oid: merchantOid, amount_minor: amountMinor } = await buildPayment(db, {
    test_mode: true,
    ...payment,
  });
  const answer = await gateway.paytr.requestToken({
    merchantOid,
    userIp: '203.0.113.10',
    email: 'ada@example.com',
    userName: 'Ada',
    userAddress: 'Example Street 1',
    userPhone: '+90 312 000 00 00',
    amountMinor,
    currency,
    basket: [{ name: 'Team', unitPriceMinor: amountMinor, quantity: 1 }],
    okUrl: 'https://shop.example.com/ok',
    failUrl: 'https://shop.example.com/fail',
    locale: 'en',
    timeoutMinutes: 30,
  });
  if (!answer.ok) throw new Error(answer.gatewayMessage);
  await gateway.sandbox.payNow(merchantOid, 'approve', charged);
  return merchantOid;
}

/** The same, settled by the gateway's notification: paid, with an invoice, or held for review. */
export async function chargeAndSettle(
  app: Express,
  db: Knex,
  gateway: FakePaytr,
  payment: { company_id: number; user_id: number } & Record<string, unknown>,
  charged: Record<string, string> = {},
  currency: Currency = 'TRY',
): Promise<string> {
  const merchantOid = await charge(db, gateway, payment, charged, currency);
  const { text } = await notify(app, gateway.sandbox.callbackBody(merchantOid));
  if (text !== 'OK') throw new Error(text);
  return merchantOid;
}

/** The money that the gateway has given back for an order, each time with our number for it. */
export function givenBack(gateway: FakePaytr, merchantOid: string): [number, string][] {
  const found = gateway.sandbox.transactions().find((each) => each.merchantOid === merchantOid);
  return (found?.refunds ?? []).map(({ amountMinor, reference }) => [amountMinor, reference]);
}

/** A client that counts how often a refund was sent, and may answer one itself. */
export function counting(paytr: Paytr): Paytr & { sent: number } {
  const counted = {
    ...paytr,
    sent: 0,
    sendRefund: (refund: Parameters<Paytr['sendRefund']>[0]) => {
      counted.sent += 1;
      return paytr.sendRefund(refund);
    },
  };
  return counted;
}
