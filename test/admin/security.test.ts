import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import supertest from 'supertest';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
let cast: Cast;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  olivia = await signIn(test.app, cast.olivia);
});

beforeEach(async () => {
  await test.db('security_events').delete();
});

async function events(): Promise<string> {
  const response = await olivia.get('/admin/security');
  expect(response.status).toBe(200);
  return response.text;
}

const refusedToken = (address: string): Promise<unknown> =>
  supertest(test.app)
    .get('/api/v1/workspaces')
    .set('x-forwarded-for', address)
    .set('authorization', `Bearer yac_${'a'.repeat(43)}`);

const forgedNotice = (address: string): Promise<unknown> =>
  supertest(test.app)
    .post('/billing/callback')
    .type('form')
    .set('x-forwarded-for', address)
    .send({ merchant_oid: '<b>order</b>', status: 'success', total_amount: '100', hash: 'forged' });

/** Fills in so many events of one kind, one a second, the newest last. */
async function fill(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({
    slot: index,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)),
    kind: 'unsigned-callback',
    path: `/event-${String(index)}.`,
  }));
  await test.db('security_events').insert(rows);
}

const shown = (text: string): number[] =>
  [...text.matchAll(/\/event-(\d+)\./g)].map(([, number]) => Number(number));

describe('the page of security events', () => {
  it('says what bounds the disk of workspaces on this machine', async () => {
    const settings = test.config.workspaceRuntime;
    const here = {
      ...settings,
      isManaged: true,
      sandbox: 'bubblewrap',
      network: 'own',
      diskMb: 100,
    } as const;
    for (const [quotaDevice, text] of [
      ['/dev/sdb1', 'A project quota of the file system bounds the disk of each.'],
      [null, 'The disk of each is measured'],
    ] as const) {
      Object.assign(test.config, { workspaceRuntime: { ...here, quotaDevice } });
      expect(await events()).toContain(text);
    }
    Object.assign(test.config, { workspaceRuntime: settings });
  });

  it('says that there is none, and what is only counted', async () => {
    const text = await events();
    expect(text).toContain('No security events');
    expect(text).toContain('security_events_total');
    expect(text).toMatch(/The newest 2,000 events of each kind are kept/);
    expect((await olivia.get('/admin')).text).toContain('href="/admin/security"');
  });

  it('is not there for members and administrators of a company', async () => {
    for (const person of [cast.bob, cast.alice]) {
      const visitor = await signIn(test.app, person);
      expect((await visitor.get('/admin/security')).status).toBe(404);
      expect((await visitor.get('/admin')).text).not.toContain('/admin/security');
    }
  });

  it('shows an operator a forged notice of a payment and an unknown token, and of one kind only when asked', async () => {
    await forgedNotice('203.0.113.7');
    await refusedToken('203.0.113.8');
    const all = await events();
    expect(all).toMatch(/203\.0\.113\.8[^]*203\.0\.113\.7/); // the newest first
    expect(all).toContain('/billing/callback');
    expect(all).toContain('&lt;b&gt;order&lt;/b&gt;');
    expect(all).toMatch(/\d{2}:\d{2}:\d{2}[^<]* UTC/);
    expect(all).toMatch(/Access token refused<\/a><\/dt><dd>1</);
    const tokens = (await olivia.get('/admin/security?kind=token-refused')).text;
    expect(tokens).toContain('203.0.113.8');
    expect(tokens).not.toContain('203.0.113.7');
    const none = (await olivia.get('/admin/security?kind=forged-request')).text;
    expect(none).toContain('No event of this kind');
    expect((await olivia.get('/admin/security?kind=nonsense')).text).toContain('203.0.113.7');
  });

  it('goes to older events and back, keeping the kind, and starts from the first slot too', async () => {
    await fill(30);
    const path = '/admin/security?kind=unsigned-callback';
    const first = shown((await olivia.get(path)).text);
    expect(first).toEqual(Array.from({ length: 25 }, (_, index) => 29 - index));
    expect((await olivia.get(path)).text).toContain('kind=unsigned-callback&amp;next=6');
    const second = (await olivia.get(`${path}&next=6`)).text;
    expect(shown(second)).toEqual([4, 3, 2, 1, 0]);
    expect(shown((await olivia.get(`${path}&prev=5`)).text)).toEqual(first);
    expect(shown((await olivia.get(`${path}&prev=1`)).text)).not.toContain(0);
  });
});
