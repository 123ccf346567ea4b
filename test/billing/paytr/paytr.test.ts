import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createPaytr,
  newMerchantOid,
  type Paytr,
  type PaytrSettings,
  type TokenOrder,
} from '../../../src/billing/paytr/paytr.ts';
import type { PostForm } from '../../../src/billing/paytr/post-form.ts';
import { encodeBasket, tokenSignature } from '../../../src/billing/paytr/token.ts';
import { FAKE_STORE } from '../../support/fake-paytr.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const order: TokenOrder = {
  merchantOid: 'SP1043A1K9D2',
  userIp: '203.0.113.10',
  email: 'ayse@example.com',
  userName: 'Ayşe Yılmaz',
  userAddress: 'Örnek Mah. 1, İstanbul',
  userPhone: '+905550000000',
  amountMinor: 4900,
  currency: 'USD',
  basket: [
    { name: 'Pro plan', unitPriceMinor: 2900, quantity: 1 },
    { name: 'Setup', unitPriceMinor: 1000, quantity: 2 },
  ],
  okUrl: 'https://shop.example.com/ok',
  failUrl: 'https://shop.example.com/fail',
  locale: 'tr',
  timeoutMinutes: 30,
};

describe('asking for a token', () => {
  it('hashes a lira order as PayTR does (vector V1)', () => {
    const userBasket = encodeBasket([{ name: 'Aylık Pro üyelik', unitPriceMinor: 12050, quantity: 1 }]);
    expect(userBasket).toBe('W1siQXlsxLFrIFBybyDDvHllbGlrIiwiMTIwLjUwIiwxXV0=');
    const signature = tokenSignature(FAKE_STORE, {
      merchant_id: '123456',
      user_ip: '203.0.113.10',
      merchant_oid: 'SP1042A1X7F3',
      email: 'ayse@example.com',
      payment_amount: '12050',
      user_basket: userBasket,
      no_installment: '0',
      max_installment: '0',
      currency: 'TL',
      test_mode: '1',
    });
    expect(signature).toBe('kVnOlnrIcoynkCa5GYVELOxMalC4RN5mW7e4dLdS4e4=');
  });

  it('posts the whole signed order, instalments off (vector V2)', async () => {
    const { paytr, posted } = recordingPaytr({ testMode: false });
    expect(await paytr.requestToken(order)).toEqual({ ok: true, token: 'tok1' });
    expect(posted[0]?.url).toBe('https://gateway.example.com/odeme/api/get-token');
    expect(posted[0]?.fields).toEqual({
      merchant_id: '123456',
      user_ip: '203.0.113.10',
      merchant_oid: 'SP1043A1K9D2',
      email: 'ayse@example.com',
      payment_amount: '4900',
      user_basket: 'W1siUHJvIHBsYW4iLCIyOS4wMCIsMV0sWyJTZXR1cCIsIjEwLjAwIiwyXV0=',
      no_installment: '1',
      max_installment: '0',
      currency: 'USD',
      test_mode: '0',
      user_name: 'Ayşe Yılmaz',
      user_address: 'Örnek Mah. 1, İstanbul',
      user_phone: '+905550000000',
      merchant_ok_url: 'https://shop.example.com/ok',
      merchant_fail_url: 'https://shop.example.com/fail',
      debug_on: '0',
      timeout_limit: '30',
      lang: 'tr',
      paytr_token: 'zOiJXm4NZ+GMjXKTud1kt1++n5aTOHDMZstn5ObtRDo=',
    });
  });

  it('calls the lira TL, and asks for error detail in test mode', async () => {
    const { paytr, posted } = recordingPaytr();
    await paytr.requestToken({ ...order, currency: 'TRY' });
    expect(posted[0]?.fields).toMatchObject({ currency: 'TL', test_mode: '1', debug_on: '1' });
  });

  it('never sends the key or the salt', async () => {
    const { paytr, posted } = recordingPaytr();
    await paytr.requestToken(order);
    expect(posted[0]?.body).not.toContain(FAKE_STORE.merchantKey);
    expect(posted[0]?.body).not.toContain(FAKE_STORE.merchantSalt);
  });

  it('cuts what the customer typed to the lengths PayTR takes', async () => {
    const { paytr, posted } = recordingPaytr();
    await paytr.requestToken({
      ...order,
      userName: 'n'.repeat(500),
      userAddress: 'a'.repeat(500),
      userPhone: '5'.repeat(500),
    });
    const { user_name, user_address, user_phone } = posted[0]?.fields ?? {};
    expect([user_name?.length, user_address?.length, user_phone?.length]).toEqual([60, 400, 20]);
  });

  it('sends an IPv4-mapped address as IPv4', async () => {
    const { paytr, posted } = recordingPaytr();
    await paytr.requestToken({ ...order, userIp: '::ffff:203.0.113.10' });
    expect(posted[0]?.fields['user_ip']).toBe('203.0.113.10');
  });

  it.each<[string, Partial<TokenOrder>]>([
    ['merchant_oid', { merchantOid: 'ORDER-1' }],
    ['merchant_oid', { merchantOid: 'A'.repeat(65) }],
    ['merchant_oid', { merchantOid: '' }],
    ['user_ip', { userIp: '203.0.113.10, 10.0.0.1' }],
    ['user_name', { userName: ' ' }],
    ['user_address', { userAddress: '' }],
    ['user_phone', { userPhone: '' }],
    ['payment_amount', { amountMinor: 99 }],
    ['payment_amount', { amountMinor: 120.5 }],
    ['user_basket', { amountMinor: 5000 }],
    ['user_basket', { basket: [] }],
    ['user_basket', { basket: [{ name: 'Pro', unitPriceMinor: 9800, quantity: 0.5 }] }],
    ['merchant_ok_url', { okUrl: '/billing/ok' }],
    ['merchant_fail_url', { failUrl: `https://shop.example.com/${'x'.repeat(400)}` }],
    ['timeout_limit', { timeoutMinutes: 0 }],
  ])('throws, naming %s, when the program built it wrongly', async (field, change) => {
    const { paytr, posted } = recordingPaytr();
    await expect(paytr.requestToken({ ...order, ...change })).rejects.toThrow(field);
    expect(posted).toEqual([]);
  });

  it.each(['ayşe@example.com', `${'a'.repeat(100)}@example.com`, 'nobody'])(
    'reports a refusal, without a call, for the e-mail address %s',
    async (email) => {
      const { paytr, posted } = recordingPaytr();
      expect(await paytr.requestToken({ ...order, email })).toMatchObject({ ok: false, reason: 'refused' });
      expect(posted).toEqual([]);
    },
  );
});

describe('what PayTR answers', () => {
  it.each<[string, number, string, object]>([
    [
      'its refusal in its own words, whatever the HTTP status',
      500,
      JSON.stringify({ status: 'failed', reason: 'Gecersiz istek veya magaza aktif degil' }),
      { ok: false, reason: 'refused', gatewayMessage: 'Gecersiz istek veya magaza aktif degil' },
    ],
    [
      'an error with a number',
      200,
      '{"status":"error","err_no":"001","err_msg":"magaza aktif degil"}',
      { ok: false, reason: 'refused', gatewayMessage: '001 magaza aktif degil' },
    ],
    ['a web page', 502, '<h1>Bad</h1>', { reason: 'unreadable', gatewayMessage: 'HTTP 502: <h1>Bad</h1>' }],
    ['nothing', 200, '', { reason: 'unreadable', gatewayMessage: 'HTTP 200: ' }],
    ['JSON that is no object', 200, '["success"]', { reason: 'unreadable' }],
    ['success without a token', 200, '{"status":"success"}', { reason: 'unreadable' }],
    ['no status', 200, '{"token":"t"}', { reason: 'unreadable' }],
  ])('is understood: %s', async (_name, httpStatus, body, expected) => {
    const paytr = await paytrAnswering((_req, res) => res.writeHead(httpStatus).end(body));
    expect(await paytr.requestToken(order)).toMatchObject(expected);
  });

  it('is kept short, however long it is', async () => {
    const reason = 'ş\0'.repeat(20_000);
    const paytr = await paytrAnswering((_req, res) => res.end(JSON.stringify({ status: 'failed', reason })));
    const answer = await paytr.requestToken(order);
    expect(answer.ok).toBe(false);
    expect(!answer.ok && answer.gatewayMessage.length).toBe(500);
    expect(!answer.ok && answer.gatewayMessage).not.toContain('\0');
  });

  it('is not read to the end when it never ends', async () => {
    const paytr = await paytrAnswering((_req, res) => {
      const timer = setInterval(() => res.write('x'.repeat(50_000)), 1);
      res.on('close', () => {
        clearInterval(timer);
      });
    });
    expect(await paytr.requestToken(order)).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it.each([65_536, 65_537, 90_000])('is read only up to its limit: %i characters', async (length) => {
    const text = JSON.stringify({ status: 'success', token: 't', padding: '' });
    const whole = text.replace('""', `"${'x'.repeat(length - text.length)}"`);
    const paytr = await paytrAnswering((_req, res) => res.end(whole));
    const expected = length > 65_536 ? { ok: false, reason: 'unreadable' } : { ok: true, token: 't' };
    expect(await paytr.requestToken(order)).toMatchObject(expected);
  });

  it('is not looked for elsewhere when it is a redirect', async () => {
    const paytr = await paytrAnswering((_req, res) =>
      res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(await paytr.requestToken(order)).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it('is not waited for longer than the limit', async () => {
    const paytr = await paytrAnswering(() => undefined, { timeoutSeconds: 0.1 });
    expect(await paytr.requestToken(order)).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('is not waited for when only its head arrives', async () => {
    const paytr = await paytrAnswering((_req, res) => res.write('{"status":'), { timeoutSeconds: 0.1 });
    expect(await paytr.requestToken(order)).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('is no answer when the connection ends within it', async () => {
    const paytr = await paytrAnswering((_req, res) => {
      res.writeHead(200, { 'content-length': '100' }).write('{"status":"success","token":"t"}', () => {
        res.destroy();
      });
    });
    expect(await paytr.requestToken(order)).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  it.each([
    ['is another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['is no HTTP', 'hello\r\n\r\n'],
    ['never begins', ''],
    ['has a head without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
  ])('is none, and not waited for, when it %s', async (_what, text) => {
    const paytr = await paytrAnswering((req) => req.socket.end(text));
    expect(await paytr.requestToken(order)).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  it('is read behind the mark with which some servers begin a text', async () => {
    const paytr = await paytrAnswering((_req, res) => res.end('\uFEFF{"status":"success","token":"t"}'));
    expect(await paytr.requestToken(order)).toEqual({ ok: true, token: 't' });
  });

  it('comes over the connection of the answer before', async () => {
    const ports = new Set<number | undefined>();
    const paytr = await paytrAnswering((req, res) => {
      ports.add(req.socket.remotePort);
      res.end('{"status":"success","token":"t"}');
    });
    await paytr.requestToken(order);
    await paytr.requestToken(order);
    expect(ports.size).toBe(1);
  });

  it('is missed, with the cause, when nobody listens', async () => {
    const paytr = createPaytr({ ...FAKE_STORE, baseUrl: 'http://127.0.0.1:1', testMode: true });
    const answer = await paytr.requestToken(order);
    expect(answer).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(!answer.ok && answer.gatewayMessage).toMatch(/ECONNREFUSED|bad port/);
  });
});

it('shows the payment page of a token, and nothing else, in the frame', () => {
  const { paytr } = recordingPaytr({ baseUrl: 'https://gateway.example.com/' });
  expect(paytr.frameUrl('tok1')).toBe('https://gateway.example.com/odeme/guvenli/tok1');
  expect(paytr.frameUrl('../x?y')).toBe('https://gateway.example.com/odeme/guvenli/..%2Fx%3Fy');
});

it('makes order numbers that PayTR takes and nobody guesses', () => {
  const numbers = Array.from({ length: 1000 }, () => newMerchantOid('DEV'));
  expect(numbers.every((each) => /^DEV[A-Za-z0-9]{32}$/.test(each))).toBe(true);
  expect(new Set(numbers).size).toBe(1000);
  expect(() => newMerchantOid('dev-1')).toThrow('prefix');
});

function recordingPaytr(change: Partial<PaytrSettings> = {}) {
  const posted: { url: string; body: string; fields: Record<string, string> }[] = [];
  const post: PostForm = (url, form) => {
    posted.push({ url, body: form.toString(), fields: Object.fromEntries(form) });
    return Promise.resolve({ status: 200, text: '{"status":"success","token":"tok1"}' });
  };
  const baseUrl = 'https://gateway.example.com';
  return { posted, paytr: createPaytr({ ...FAKE_STORE, baseUrl, testMode: true, post, ...change }) };
}

async function paytrAnswering(
  answer: (req: IncomingMessage, res: ServerResponse) => unknown,
  change: Partial<PaytrSettings> = {},
): Promise<Paytr> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.close().closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return createPaytr({
    ...FAKE_STORE,
    baseUrl: `http://127.0.0.1:${String(port)}`,
    testMode: true,
    ...change,
  });
}
