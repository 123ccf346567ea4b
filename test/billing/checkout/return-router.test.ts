import { beforeAll, describe, expect, it } from 'vitest';
import { returnPath } from '../../../src/billing/checkout/payment-links.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signedCallback } from '../../support/fake-paytr.ts';
import { Visitor } from '../../support/visitor.ts';
import { notify } from '../scene.ts';

const test = useTestApp();
let cast: Cast;
beforeAll(async () => {
  cast = await buildCast(test.db);
});

const stranger = (): Visitor => new Visitor(test.app);
const order = async (change: Record<string, unknown> = {}): Promise<string> => {
  const payment = { company_id: cast.acme.id, user_id: cast.alice.id, gateway_token: 'x', ...change };
  return (await buildPayment(test.db, payment)).merchant_oid;
};
const path = (oid: string, kind: 'success' | 'fail' = 'success', looks?: number): string =>
  returnPath(test.config, kind, oid, looks);
const statusOf = async (oid: string): Promise<string> =>
  (await test.db('payments').where('merchant_oid', oid).first<{ status: string }>('status')).status;

describe.each(['success', 'fail'] as const)('the page the gateway returns to (%s)', (kind) => {
  it('decides nothing: a pending order stays pending, and the page looks again by itself', async () => {
    const oid = await order();
    const page = await stranger().get(path(oid, kind));
    expect(page.status).toBe(200);
    expect(page.text).toContain('Waiting for confirmation');
    const next = path(oid, kind, 1).replaceAll('&', '&amp;');
    expect(page.text).toContain(`http-equiv="refresh" content="5; url=${next}"`);
    expect(page.text).toContain(oid);
    expect(await statusOf(oid)).toBe('pending');
  });

  it('stops looking after some minutes and says what happens next', async () => {
    const oid = await order();
    const page = await stranger().get(path(oid, kind, 36));
    expect(page.text).toContain('taking longer than usual');
    expect(page.text).not.toContain('http-equiv="refresh"');
  });

  it('shows what the database says, whichever page it is', async () => {
    const oid = await order();
    await notify(test.app, signedCallback({ merchant_oid: oid, total_amount: '149900' }));
    const page = await stranger().get(path(oid, kind));
    expect(page.text).toContain('Paid. Thank you!');
    expect(page.text).not.toContain('http-equiv="refresh"');
  });

  it('gives a kind reason of our own for a failure, and a way to try again', async () => {
    const oid = await order();
    const body = signedCallback({
      merchant_oid: oid,
      status: 'failed',
      total_amount: '0',
      failed_reason_code: '2',
      failed_reason_msg: 'Ham metin <b>banka</b>',
    });
    await notify(test.app, body);
    const page = await stranger().get(path(oid, kind));
    expect(page.text).toContain('The code from your bank was entered incorrectly');
    expect(page.text).toContain('Your card was not charged');
    expect(page.text).toContain('Try again');
    expect(page.text).not.toContain('Ham metin');
    const turkish = await new Visitor(test.app, { 'accept-language': 'tr' }).get(path(oid, kind));
    expect(turkish.text).toContain('Bankanızın gönderdiği kod yanlış girildi');
  });

  it('may be framed by our own page, and leaves the frame with and without script', async () => {
    const page = await stranger().get(path(await order(), kind));
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(page.headers['x-frame-options']).toBeUndefined();
    expect(page.text).toMatch(
      /<script type="module" src="\/assets\/\w+\/payment-return\.js" nonce="[\w-]+">/,
    );
    expect(page.text).toMatch(/target="_top" href="\/billing"/);
    expect(page.headers['cache-control']).toContain('no-store');
  });

  it('shows nothing of a forged or unsigned address', async () => {
    const oid = await order();
    const good = new URLSearchParams(path(oid, kind).split('?')[1]);
    const sig = good.get('sig') ?? '';
    const other = new URLSearchParams(path(await order(), kind).split('?')[1]).get('sig') ?? '';
    for (const query of [
      '',
      `order=${oid}`,
      `sig=${sig}`,
      `order=${oid}&sig=`,
      `order=${oid}&sig=${other}`,
      `order=${oid}&sig=${sig.slice(0, -1)}`,
      `order=${oid}&sig=${sig}x`,
      `order=${oid}&order=${oid}&sig=${sig}`,
      `order=${oid}&sig[]=${sig}`,
      `order=${encodeURIComponent('<script>z.z.z')}&sig=${sig}`,
      `order=${oid}&sig=wrong&reason=z.z.z&failed_reason_msg=z.z.z`,
      `order=NOSUCHORDER&sig=${sig}`,
    ]) {
      const page = await stranger().get(`/billing/payment/${kind}?${query}`);
      expect(page.status, query).toBe(404);
      expect(page.text, query).not.toMatch(/z\.z\.z|sig=/);
      expect(page.text, query).not.toContain(oid);
    }
  });

  it('prints nothing else that stands in a good address', async () => {
    const oid = await order();
    const page = await stranger().get(`${path(oid, kind)}&status=success&msg=z.z.z&n=<z.z.z>`);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('z.z.z');
    expect(page.text).toContain('Waiting for confirmation');
  });
});
