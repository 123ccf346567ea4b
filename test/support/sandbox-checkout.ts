import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createPaytr,
  type Paytr,
  type PaytrNotification,
  type TokenOrder,
} from '../../src/billing/paytr/paytr.ts';
import { FAKE_STORE, type FakePaytr } from './fake-paytr.ts';

/** The merchant server's answer to a notification. */
export interface MerchantAnswer {
  status: number;
  body: string | Buffer;
}

/** The only answer that ends the notifications. */
export const OK: MerchantAnswer = { status: 200, body: 'OK' };

/** A test card that PayTR takes, with correct data around it. */
export const GOOD_CARD = {
  cc_owner: 'Ayşe Yılmaz',
  card_number: '4355 0843 5508 4358',
  expiry: '12/30',
  cvv: '000',
};

/** A merchant's server that checks notifications as ours does, and answers as set. */
export interface FakeMerchant {
  url: string;
  answer: MerchantAnswer | 'hang';
  received: PaytrNotification[];
  close: () => void;
}

/** Starts such a merchant on a free port. The answer is OK until a test sets another one. */
export async function startFakeMerchant(): Promise<FakeMerchant> {
  const paytr = createPaytr({ ...FAKE_STORE, baseUrl: '', testMode: true });
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const reading = paytr.readNotification(Buffer.concat(chunks));
      if (!reading.ok) throw new Error(`The sandbox sent a bad notification: ${reading.reason}`);
      merchant.received.push(reading.notification);
      if (merchant.answer !== 'hang') res.writeHead(merchant.answer.status).end(merchant.answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close().closeAllConnections();
  };
  const url = `http://127.0.0.1:${String(port)}/callback`;
  const merchant: FakeMerchant = { url, answer: OK, received: [], close };
  return merchant;
}

/** A correct order with some changes. */
export function buildOrder(paytr: Paytr, change: Partial<TokenOrder> = {}): TokenOrder {
  return {
    merchantOid: paytr.newMerchantOid('T'),
    userIp: '203.0.113.10',
    email: 'ayse@example.com',
    userName: 'Ayşe Yılmaz',
    userAddress: 'Örnek Mah. 1, İstanbul',
    userPhone: '+905550000000',
    amountMinor: 12050,
    currency: 'TRY',
    basket: [{ name: 'Aylık Pro üyelik', unitPriceMinor: 12050, quantity: 1 }],
    okUrl: 'https://shop.example.com/ok',
    failUrl: 'https://shop.example.com/fail',
    locale: 'tr',
    timeoutMinutes: 30,
    ...change,
  };
}

/** Places an order. Throws when the gateway refuses it. */
export async function placeOrder(fake: FakePaytr, change: Partial<TokenOrder> = {}) {
  const order = buildOrder(fake.paytr, change);
  const answer = await fake.paytr.requestToken(order);
  if (!answer.ok) throw new Error(answer.gatewayMessage);
  return { merchantOid: order.merchantOid, frameUrl: fake.paytr.frameUrl(answer.token) };
}

/**
 * Places an order and goes through both payment pages by HTTP. `outcome` is a button of the 3-D Secure page.
 */
export async function payByForm(fake: FakePaytr, outcome: string) {
  const order = await placeOrder(fake);
  const { location } = await submit(order.frameUrl, GOOD_CARD);
  const { location: returnedTo } = await submit(fake.url + location, { outcome });
  return { ...order, returnedTo };
}

/** Opens a page as an English browser does, without following redirects. */
export async function visit(url: string) {
  const response = await fetch(url, { redirect: 'manual', headers: { 'accept-language': 'en' } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Posts a form, without following redirects. */
export async function submit(url: string, fields: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  const location = response.headers.get('location') ?? '';
  return { status: response.status, location, text: await response.text() };
}
