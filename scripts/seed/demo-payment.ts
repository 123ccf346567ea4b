import type { Knex } from 'knex';
import { startCheckout } from '../../src/billing/checkout/start-checkout.ts';
import type { BoxName } from '../../src/billing/consent/compose-terms.ts';
import { loadTerms, type OrderWish } from '../../src/billing/consent/load-terms.ts';
import { createPaytr } from '../../src/billing/paytr/paytr.ts';
import { paytrSignature } from '../../src/billing/paytr/signature.ts';
import { findSubscription } from '../../src/billing/queries.ts';
import { setBillingDetails } from '../../src/billing/set-billing-details.ts';
import { settlePayment } from '../../src/billing/settlement/settle-payment.ts';
import type { Config } from '../../src/config/config.ts';
import { contextOf, type DemoPerson } from './demo-company.ts';

/**
 * Buys one month of the team plan as of `at`: the order, and a notification signed with the development
 * credentials.
 */
export async function payForDemo(
  db: Knex,
  config: Config,
  input: { admin: DemoPerson; at: Date },
): Promise<void> {
  const { admin, at } = input;
  // The gateway cannot be asked for a page in the past. The rest is the real protocol.
  const paytr = {
    ...createPaytr(config.paytr),
    requestToken: () => Promise.resolve({ ok: true as const, token: 'demo' }),
  };
  await setBillingDetails(db, contextOf(admin, at, admin), {
    companyId: admin.companyId,
    customer_type: 'company',
    billing_name: 'Örnek Yazılım A.Ş.',
    billing_address: 'Örnek Mah. Deneme Sok. 1',
    billing_district: 'Çankaya',
    billing_city: 'Ankara',
    billing_country: 'TR',
    billing_phone: null,
    billing_tax_office: 'Çankaya',
    billing_tax_number: '1234567890',
  });
  const wish = {
    ...{ plan: 'team' as const, currency: 'TRY' as const, config },
    person: { ...admin, locale: 'tr' as const },
  };
  const checkout = await startCheckout(db, contextOf(admin, at, admin), {
    ...wish,
    accepted: await acceptEverything(db, wish, at),
    itemName: 'YouAreCoder Team',
    paytr,
  });
  if (!checkout.ok) throw new Error(`The demo could not order: ${checkout.reason}`);
  const order = await db('payments')
    .where({ company_id: admin.companyId, merchant_oid: checkout.merchantOid })
    .first<{ amount_minor: number }>('amount_minor');
  const rawBody = signedNotification(config, checkout.merchantOid, String(order.amount_minor));
  const reading = paytr.readNotification(rawBody);
  if (!reading.ok) throw new Error('Bug! The demo signed its own notification wrongly');
  const paidAt = new Date(at.getTime() + 95_000);
  await settlePayment(db, contextOf({ ip: '192.0.2.80' }, paidAt), {
    notification: reading.notification,
    rawBody,
    config,
  });
}

/** What the order page would send back with every box ticked. */
async function acceptEverything(
  db: Knex,
  wish: OrderWish,
  at: Date,
): Promise<{ textSha256: string; pricesSha256: string; boxes: BoxName[] }> {
  const subscription = await findSubscription(db, wish.person.companyId);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const loaded = await loadTerms(db, subscription, wish, at);
  if (!loaded.ok) throw new Error(`The demo could not order: ${loaded.obstacle.reason}`);
  const { terms, prices } = loaded;
  const boxes = terms.boxes.map(({ name }) => name);
  return { textSha256: terms.textSha256, pricesSha256: prices.htmlSha256, boxes };
}

function signedNotification(config: Config, merchantOid: string, totalAmount: string): Buffer {
  const hash = paytrSignature(config.paytr, [merchantOid, config.paytr.merchantSalt, 'success', totalAmount]);
  const fields = {
    merchant_oid: merchantOid,
    status: 'success',
    total_amount: totalAmount,
    hash,
    test_mode: config.paytr.testMode ? '1' : '0',
    payment_type: 'card',
    currency: 'TL',
    payment_amount: totalAmount,
    installment_count: '1',
  };
  return Buffer.from(new URLSearchParams(fields).toString());
}
