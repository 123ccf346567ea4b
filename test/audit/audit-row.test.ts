import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { toAuditRow } from '../../src/audit/audit-row.ts';
import { normaliseAddress } from '../../src/audit/client-address.ts';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import { withoutSecrets } from '../../src/audit/without-secrets.ts';

const context: RequestContext = {
  ...systemContext({
    name: 'test',
    at: new Date('2026-11-23T10:00:00.123Z'),
    log: pino({ level: 'silent' }),
  }),
  userId: 7,
  companyId: 3,
  ip: '203.0.113.7',
  userAgent: 'browser',
};

const detailsOf = (row: { details: string }): Record<string, unknown> =>
  JSON.parse(row.details) as Record<string, unknown>;

describe('an audit row', () => {
  it('takes who, where and when from the context', () => {
    expect(toAuditRow(context, { action: 'logout', success: true })).toMatchObject({
      timestamp: new Date('2026-11-23T10:00:00.123Z'),
      user_id: 7,
      company_id: 3,
      ip_address: '203.0.113.7',
      user_agent: 'browser',
      success: true,
    });
  });

  it('lets the entry name another person, another company, or nobody', () => {
    const row = toAuditRow(context, {
      action: 'login',
      success: false,
      userId: null,
      companyId: 9,
      actorType: 'anonymous',
    });
    expect(row).toMatchObject({ user_id: null, company_id: 9, actor_type: 'anonymous' });
  });

  it('cuts a long text, says so, and keeps the hash of the whole', () => {
    const userAgent = 'x'.repeat(100_000);
    const row = toAuditRow({ ...context, userAgent }, { action: 'logout', success: true });
    expect(row.user_agent).toHaveLength(1024);
    expect(detailsOf(row).cut).toEqual({
      user_agent: { length: 100_000, sha256: createHash('sha256').update(userAgent).digest('hex') },
    });
  });

  it('keeps an unusable address as text beside a null', () => {
    const row = toAuditRow(
      { ...context, ip: null, rawIp: 'not\0an address' },
      { action: 'logout', success: true },
    );
    expect(row.ip_address).toBeNull();
    expect(detailsOf(row).raw_ip).toBe('not\uFFFDan address');
  });

  it('replaces what Postgres cannot store: NUL and half a surrogate pair', () => {
    const row = toAuditRow(
      { ...context, userAgent: 'a\0b\uD800c' },
      { action: 'logout', success: true, details: { note: '\0\uDC00' } },
    );
    expect(row.user_agent).toBe('a\uFFFDb\uFFFDc');
    expect(detailsOf(row).note).toBe('\uFFFD\uFFFD');
  });

  it('bounds details of any size and keeps their hash and beginning', () => {
    const row = toAuditRow(context, {
      action: 'logout',
      success: true,
      details: { text: 'y'.repeat(1_000_000) },
    });
    expect(Buffer.byteLength(row.details)).toBeLessThan(20_000);
    expect(detailsOf(row)).toMatchObject({ cut: { details: { length: 1_000_011 } } });
  });

  it('survives details that are no JSON', () => {
    const circular: Record<string, unknown> = { big: 12n };
    circular.self = circular;
    expect(
      detailsOf(toAuditRow(context, { action: 'logout', success: true, details: circular })),
    ).toHaveProperty('unreadable_details');
  });

  it('keeps a number of any length, and a text that only looks like half a character', () => {
    const details = { big: 12345678901234567890n, looks: '\\ud800', 'a\0b': { 'c\uD800': 'token' } };
    expect(detailsOf(toAuditRow(context, { action: 'logout', success: true, details }))).toEqual({
      big: '12345678901234567890',
      looks: '\\ud800',
      'a\uFFFDb': { 'c\uFFFD': 'token' },
    });
  });

  it('never carries a secret, wherever it hides', () => {
    const row = toAuditRow(context, {
      action: 'logout',
      success: true,
      details: { a: { password: 'p', list: [{ Token: 't' }] }, hash: 'h', cvv: '000' },
    });
    expect(detailsOf(row)).toEqual({
      a: { password: '[redacted]', list: [{ Token: '[redacted]' }] },
      hash: '[redacted]',
      cvv: '[redacted]',
    });
  });
});

describe('a client address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['2001:DB8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    [' 203.0.113.7 ', '203.0.113.7'],
  ])('%j is kept as %j', (given, kept) => {
    expect(normaliseAddress(given)).toBe(kept);
  });

  it.each([
    undefined,
    null,
    '',
    'unknown',
    '203.0.113.7:443:1',
    '[203.0.113.7',
    '999.1.1.1',
    "'; drop table audit_logs",
    '\0',
  ])('%j is none', (given) => {
    expect(normaliseAddress(given)).toBeNull();
  });
});

describe('a request path', () => {
  const token = 'Abc-DEF_1'.repeat(5).slice(0, 43);
  it.each([
    `/auth/Accept-Invite/${token}`,
    `/AUTH/ACCEPT-INVITE/${token}/`,
    `/auth/accept-invite//${token}`,
    `//auth/accept-invite/${token}`,
    `/auth/accept%2Dinvite/${token}`,
    `/auth/accept%252Dinvite/${token}`,
    `/%61uth/acce%70t-invite%2F${token}`,
    `/auth/accept-invite/%${token.charCodeAt(0).toString(16)}${token.slice(1)}`,
    `/auth\\accept-invite\\${token}`,
    `http://app.example.com/auth/accept-invite/${token}`,
    `/auth/accept-invite;a=b/${token}`,
    `/auth/acceptinvite/${token}`,
    `/auth/invitations/${token}?x=1`,
    `/${token}`,
    `/statement/${token}/not-me`,
    `//Statement/${token.slice(0, 20)}/${token.slice(20)}/cancel`,
    `/api/v1/yac_${token}`,
    `/%E0%A4%A/auth/accept-invite/${token}`,
  ])('loses what opens something, however it is spelled: %s', (path) => {
    const kept = withoutSecrets(path);
    expect(kept).toContain('[token]');
    expect(kept).not.toContain(token.slice(2, 20));
  });

  it('is kept as it came when it holds no secret', () => {
    for (const path of ['/', '/admin/users/1/export-logs', '/a%20b/%zz', `/assets/${'ab12'.repeat(16)}.css`])
      expect(withoutSecrets(path)).toBe(path);
  });

  it('loses its query and the token of an invitation', () => {
    expect(withoutSecrets('/auth/accept-invite/abc-DEF_123?x=1')).toBe('/auth/accept-invite/[token]');
    expect(withoutSecrets('/admin/audit?ip=203.0.113.7')).toBe('/admin/audit');
  });
});
