import { describe, expect, it } from 'vitest';
import { useTestApp, type TestApp } from '../support/app.ts';
import { Visitor } from '../support/visitor.ts';

const stranger = useTestApp();
const behindOne = useTestApp({ env: { TRUST_PROXY: '1' } });
const behindRange = useTestApp({ env: { TRUST_PROXY: '127.0.0.0/8, ::1, 10.0.0.0/8' } });

/** The address of the audit row that a failed sign-in leaves. */
async function addressSeen(test: TestApp, headers: Record<string, string>): Promise<string | null> {
  const email = `ip-${Math.random().toString(36).slice(2)}@example.com`;
  const visitor = new Visitor(test.app, headers);
  await visitor.get('/auth/login');
  await visitor.post('/auth/login', { email, password: 'wrong password' });
  const rows = await test.db('audit_logs').whereRaw("details ->> 'email' = ?", [email]).select('ip_address');
  expect(rows).toHaveLength(1);
  return (rows[0] as { ip_address: string | null }).ip_address;
}

describe('the client address in the evidence', () => {
  it.each(['198.51.100.1', '198.51.100.1, 10.0.0.1', '::ffff:198.51.100.1', 'garbage', 'a'.repeat(4000)])(
    'is the connection’s own when a stranger forges X-Forwarded-For %j',
    async (forged) => {
      const seen = await addressSeen(stranger, {
        'x-forwarded-for': forged,
        'x-real-ip': '198.51.100.2',
        forwarded: 'for=198.51.100.3',
      });
      expect(seen).toBe('127.0.0.1');
    },
  );

  it('is the right-most one that no trusted proxy wrote, never the client’s own claim', async () => {
    expect(await addressSeen(behindOne, { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' })).toBe(
      '203.0.113.7',
    );
    expect(await addressSeen(behindRange, { 'x-forwarded-for': '198.51.100.1, 203.0.113.7, 10.1.2.3' })).toBe(
      '203.0.113.7',
    );
  });

  it('is X-Real-IP when a trusted proxy sends nothing else', async () => {
    expect(await addressSeen(behindRange, { 'x-real-ip': '203.0.113.8' })).toBe('203.0.113.8');
    expect(
      await addressSeen(behindRange, { 'x-real-ip': '203.0.113.8', 'x-forwarded-for': '203.0.113.7' }),
    ).toBe('203.0.113.7');
    expect(await addressSeen(stranger, { 'x-real-ip': '203.0.113.8' })).toBe('127.0.0.1');
  });

  it('is normalised, and a missing or unusable header still leaves a row', async () => {
    expect(await addressSeen(behindOne, { 'x-forwarded-for': '::ffff:203.0.113.7' })).toBe('203.0.113.7');
    expect(await addressSeen(behindOne, {})).toBe('127.0.0.1');
    expect(await addressSeen(behindOne, { 'x-forwarded-for': 'unknown' })).toBeNull();
    expect(await addressSeen(behindOne, { 'x-forwarded-for': '203.0.113.7:5123' })).toBeNull();
  });
});
