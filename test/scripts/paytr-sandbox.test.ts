import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import {
  GOOD_CARD,
  payByForm,
  placeOrder,
  startFakeMerchant,
  submit,
  visit,
  type FakeMerchant,
} from '../support/sandbox-checkout.ts';

let now: Date;
let fake: FakePaytr;
let merchant: FakeMerchant;

beforeEach(async () => {
  now = new Date('2026-03-01T09:00:00Z');
  merchant = await startFakeMerchant();
  fake = await startFakePaytr({ callbackUrl: merchant.url, clock: () => now });
});
afterEach(async () => {
  await fake.close();
  merchant.close();
});

describe('the payment page', () => {
  it('shows what is bought, in the payer’s language, as a test', async () => {
    const { frameUrl } = await placeOrder(fake, { locale: 'tr' });
    const page = await visit(frameUrl);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Sipariş özeti');
    expect(page.text).toContain('₺120,50');
    expect(page.text).toContain('<strong>TEST</strong>');
    const english = await placeOrder(fake, { locale: 'en' });
    expect((await visit(english.frameUrl)).text).toContain('Order summary');
  });

  it('may be framed by any page, and runs no script but its own', async () => {
    const { frameUrl } = await placeOrder(fake);
    const { headers } = await visit(frameUrl);
    expect(headers.get('x-frame-options')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('frame-ancestors');
  });

  it('escapes what the merchant and the payer wrote', async () => {
    const evil = '<script>alert("1")</script>';
    const { frameUrl } = await placeOrder(fake, {
      basket: [{ name: evil, unitPriceMinor: 12050, quantity: 1 }],
    });
    expect((await visit(frameUrl)).text).not.toContain(evil);
    const page = await submit(frameUrl, { ...GOOD_CARD, cc_owner: evil, cvv: '1' });
    expect(page.text).toContain('&lt;script&gt;');
    expect(page.text).not.toContain(evil);
  });

  it.each<[Partial<typeof GOOD_CARD>, string]>([
    [{ card_number: '4111 1111 1111 1111' }, 'card_number'],
    [{ card_number: '' }, 'card_number'],
    [{ cvv: '123' }, 'cvv'],
    [{ expiry: '13/30' }, 'expiry'],
    [{ cc_owner: ' ' }, 'cc_owner'],
  ])('says beside the field that %j will not do', async (change, field) => {
    const { frameUrl } = await placeOrder(fake);
    const page = await submit(frameUrl, { ...GOOD_CARD, ...change });
    expect(page.status).toBe(422);
    expect(page.text).toContain(`id="${field}-fault"`);
    expect(page.text.match(/-fault" *id|id="\w+-fault"/g)).toHaveLength(1);
    expect(merchant.received).toEqual([]);
  });

  it.each(['4355084355084358', '5406 6754 0667 5403', '9792 0303 9444 0796'])(
    'takes the test card %s to the 3-D Secure page',
    async (card_number) => {
      const { frameUrl } = await placeOrder(fake);
      const answer = await submit(frameUrl, { ...GOOD_CARD, card_number });
      expect(answer.status).toBe(303);
      const secure = await visit(`${fake.url}${answer.location}`);
      expect(secure.text).toContain('Gönder');
      expect(secure.text).not.toContain(card_number.replace(/ /g, ''));
    },
  );

  it('does not show the 3-D Secure page before there is a card', async () => {
    const { frameUrl } = await placeOrder(fake);
    expect((await visit(`${frameUrl}/3d`)).status).toBe(303);
    expect((await submit(`${frameUrl}/3d`, { outcome: 'approve' })).status).toBe(303);
    expect(merchant.received).toEqual([]);
  });

  it('is not there for a token nobody was given', async () => {
    expect((await visit(fake.paytr.frameUrl('nothing'))).status).toBe(404);
  });
});

describe('the end of a payment', () => {
  it('approved: the merchant is notified, then the payer goes to the ok page', async () => {
    const { merchantOid, returnedTo } = await payByForm(fake, 'approve');
    expect(returnedTo).toBe('https://shop.example.com/ok');
    expect(merchant.received).toEqual([
      expect.objectContaining({
        merchantOid,
        status: 'success',
        totalAmountMinor: 12050,
        paymentAmountMinor: 12050,
        currency: 'TRY',
        testMode: true,
        paymentType: 'card',
      }),
    ]);
    expect(merchant.received[0]?.fields['currency']).toBe('TL');
  });

  it.each([
    ['wrong-code', '2'],
    ['insufficient-funds', '0'],
    ['give-up', '6'],
  ])('%s: the notification carries code %s, and the payer goes to the fail page', async (choice, code) => {
    const { returnedTo } = await payByForm(fake, choice);
    expect(returnedTo).toBe('https://shop.example.com/fail');
    expect(merchant.received).toMatchObject([
      {
        status: 'failed',
        failedReasonCode: code,
        totalAmountMinor: 0,
        failedReasonMessage: expect.stringMatching(/./) as string,
      },
    ]);
    expect(merchant.received[0]).not.toHaveProperty('currency');
  });

  it('giving up on the card form counts as giving up', async () => {
    const { frameUrl } = await placeOrder(fake);
    const answer = await submit(frameUrl, { outcome: 'give-up' });
    expect(answer.location).toBe('https://shop.example.com/fail');
    expect(merchant.received).toMatchObject([{ status: 'failed', failedReasonCode: '6' }]);
  });

  it('comes once: a second submission changes nothing', async () => {
    const { frameUrl } = await payByForm(fake, 'wrong-code');
    expect((await submit(`${frameUrl}/3d`, { outcome: 'approve' })).status).toBe(410);
    expect(merchant.received).toHaveLength(1);
  });

  it('comes by itself when the time is over', async () => {
    const { frameUrl } = await placeOrder(fake, { timeoutMinutes: 5 });
    now = new Date(now.getTime() + 5 * 60_000 - 1);
    await fake.sandbox.tick();
    expect(merchant.received).toEqual([]);
    now = new Date(now.getTime() + 1);
    await fake.sandbox.tick();
    expect((await submit(frameUrl, GOOD_CARD)).status).toBe(410);
    expect(merchant.received).toMatchObject([{ status: 'failed', failedReasonCode: '6' }]);
  });

  it('does not keep the payer when the merchant’s server hangs', { timeout: 10_000 }, async () => {
    merchant.answer = 'hang';
    expect((await payByForm(fake, 'approve')).returnedTo).toBe('https://shop.example.com/ok');
  });

  it('can be made without a browser, faults included', async () => {
    const { merchantOid } = await placeOrder(fake);
    const delivery = await fake.sandbox.payNow(merchantOid, 'approve', {
      total_amount: '100',
      currency: 'USD',
    });
    expect(delivery).toMatchObject({ acknowledged: true, status: 200, body: 'OK' });
    expect(merchant.received).toMatchObject([{ totalAmountMinor: 100, currency: 'USD' }]);
    await expect(fake.sandbox.payNow(merchantOid, 'decline')).rejects.toThrow('ended already');
  });

  it('is no test in a live payment', async () => {
    const live = await startFakePaytr({ callbackUrl: merchant.url, testMode: false });
    const { merchantOid } = await placeOrder(live);
    await live.sandbox.payNow(merchantOid, 'approve');
    expect(merchant.received[0]?.testMode).toBe(false);
    await live.close();
  });
});
