import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkspaceAddress } from '../../src/workspace/workspace-addresses.ts';
import { useTestApp, type TestApp } from '../support/app.ts';
import { buildCast, buildWorkspace } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import {
  startWorkspaceProgram,
  type Seen,
  type WorkspaceProgram,
} from '../support/programs/workspace-program.ts';
import { enterWorkspace, type Guest } from '../workspace/entry.ts';
import { requestAt } from '../workspace/guest-client.ts';

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

  it('is not hidden by a long claim of the client’s own, where proxies write ports', async () => {
    const written = '203.0.113.7:5123, 10.1.2.3:443';
    expect(await addressSeen(behindRange, { 'x-forwarded-for': `${'a'.repeat(5000)}, ${written}` })).toBe(
      '203.0.113.7',
    );
    expect(
      await addressSeen(behindRange, { 'x-forwarded-for': `${'10.9.9.9, '.repeat(500)}${written}` }),
    ).toBe('203.0.113.7');
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
  });

  it.each([
    ['203.0.113.7:5123', '203.0.113.7'],
    ['[2001:db8::7]:5123', '2001:db8::7'],
    ['[2001:DB8:0::7]', '2001:db8::7'],
    ['"[2001:db8::7]:5123"', '2001:db8::7'],
    ['"203.0.113.7:5123"', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['[0000:0000:0000:0000:0000:FFFF:203.0.113.7]:80', '203.0.113.7'],
  ])('is read when the proxy writes %s', async (written, address) => {
    expect(await addressSeen(behindOne, { 'x-forwarded-for': `198.51.100.1, ${written}` })).toBe(address);
    expect(await addressSeen(behindRange, { 'x-real-ip': written })).toBe(address);
    expect(await addressSeen(stranger, { 'x-forwarded-for': written })).toBe('127.0.0.1');
  });

  it('is found behind trusted proxies that are written with ports, too', async () => {
    const chain = '198.51.100.1:1, 203.0.113.7:5123, [::ffff:10.1.2.3]:443, 10.9.9.9:80';
    expect(await addressSeen(behindRange, { 'x-forwarded-for': chain })).toBe('203.0.113.7');
  });

  it('lets everybody try whose address cannot be read: strangers among them shut nobody out', async () => {
    const nowhere = { 'x-forwarded-for': 'unknown' };
    await addressSeen(behindOne, nowhere);
    await behindOne.db('rate_limits').update({ points: 1000 });
    const { bob } = await buildCast(behindOne.db);
    await signIn(behindOne.app, bob, nowhere);
    const visitor = new Visitor(behindOne.app, nowhere);
    expect((await visitor.post('/auth/register', {})).status).toBe(422);
  });
});

describe.each([
  { trust: undefined, claimed: '127.0.0.1', nearest: '127.0.0.1', real: '127.0.0.1' },
  { trust: '1', claimed: '203.0.113.7', nearest: '10.1.2.3', real: '203.0.113.9' },
  { trust: 'loopback, 10.0.0.0/8', claimed: '203.0.113.7', nearest: '203.0.113.8', real: '203.0.113.9' },
])(
  'the address of what comes to a workspace, with TRUST_PROXY=$trust',
  ({ trust, claimed, nearest, real }) => {
    const addresses = new Map<number, WorkspaceAddress>();
    const site = useTestApp({
      env: trust === undefined ? {} : { TRUST_PROXY: trust },
      deps: { workspaceAddresses: { addressOf: (id) => addresses.get(id) ?? null } },
    });
    let program: WorkspaceProgram;
    let server: Server;
    let guest: Guest;

    beforeAll(async () => {
      program = await startWorkspaceProgram();
      server = createServer(site.listener);
      await new Promise<void>((done) => server.listen(0, done));
    });
    beforeEach(async () => {
      const { acme, bob } = await buildCast(site.db);
      const place = await buildWorkspace(site.db, { company_id: acme.id, owner_user_id: bob.id });
      addresses.set(place.id, { socketPath: program.socketPath });
      guest = await enterWorkspace(site.app, await signIn(site.app, bob), place.id);
    });
    afterAll(async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await program.close();
    });

    it.each([
      ['nothing is forwarded', {}, '127.0.0.1'],
      ['a claim comes before it', { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }, claimed],
      ['two proxies write it', { 'x-forwarded-for': '198.51.100.1, 203.0.113.8, 10.1.2.3' }, nearest],
      ['the proxy says X-Real-IP', { 'x-real-ip': '203.0.113.9' }, real],
      [
        'X-Real-IP comes beside it',
        { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '198.51.100.2' },
        claimed,
      ],
    ])('is the one of the evidence when %s', async (_what, headers, ip) => {
      const { port } = server.address() as AddressInfo;
      const { text } = await requestAt({ port }, guest, { headers });
      expect((JSON.parse(text) as Seen).headers['x-forwarded-for']).toBe(ip);
      const [newest] = await site.db('workspace_sessions').orderBy('id', 'desc').limit(1).pluck('ip_address');
      expect(newest).toBe(ip);
    });
  },
);
