import { beforeEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../auth/rows.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp();
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(test.db);
});

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const CLI = 'curl/8.5.0';

const isSignedIn = async (visitor: Visitor): Promise<boolean> =>
  (await visitor.get('/account')).status === 200;

/** The browsers on the page, one text each. */
const rowsOn = (text: string): string[] =>
  [...text.matchAll(/<tr>\s*<th scope="row"[\s\S]*?<\/tr>/g)].map(([row]) => row);

describe('the browsers of a person', () => {
  it('stand in one list with device, address and times, and this one is marked', async () => {
    const here = await signIn(test.app, cast.bob, { 'user-agent': FIREFOX });
    await signIn(test.app, cast.bob, { 'user-agent': SAFARI });
    await signIn(test.app, cast.alice, { 'user-agent': CLI });
    const rows = rowsOn((await here.get('/account/browsers')).text);
    expect(rows).toHaveLength(2);
    const [mine, other] = [
      rows.find((row) => row.includes('This browser')),
      rows.find((row) => row.includes('Safari')),
    ];
    expect(mine).toContain('Firefox on Windows');
    expect(mine).not.toContain('/revoke');
    expect(other).toContain('Safari on iOS');
    expect(other).toContain('127.0.0.1');
    expect(other).toContain('/revoke');
  });

  it('are shown with the newest request of each, wherever it came from', async () => {
    const moving = await signIn(test.app, cast.bob, { 'user-agent': FIREFOX });
    const before = await test
      .db('browser_sessions')
      .where({ user_id: cast.bob.id })
      .first<{ last_seen_at: Date }>();
    moving.headers['user-agent'] = SAFARI;
    await moving.get('/account');
    const after = await test
      .db('browser_sessions')
      .where({ user_id: cast.bob.id })
      .first<{ last_seen_at: Date; user_agent: string }>();
    expect(after.user_agent).toBe(SAFARI);
    expect(after.last_seen_at.getTime()).toBeGreaterThan(before.last_seen_at.getTime());
  });

  it('are signed out one by one, with the workspaces open in them and a row in the audit trail', async () => {
    const here = await signIn(test.app, cast.bob, { 'user-agent': FIREFOX });
    const other = await signIn(test.app, cast.bob, { 'user-agent': SAFARI });
    const third = await signIn(test.app, cast.bob);
    const workspace = await buildWorkspace(test.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    expect((await other.post(`/workspace/${String(workspace.id)}/open`)).status).toBe(303);
    const row = rowsOn((await here.get('/account/browsers')).text).find((text) => text.includes('Safari'));
    const path = /action="([^"]+\/revoke)"/.exec(row ?? '')?.[1] ?? '';
    const response = await here.post(path);
    expect(response.headers.location).toBe('/account/browsers');
    expect([await isSignedIn(here), await isSignedIn(other), await isSignedIn(third)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await rowsOf(test.db, 'browser_session_revoked', response)).toMatchObject([
      { user_id: cast.bob.id, details: { user_agent: SAFARI, workspace_sessions_ended: 1 } },
    ]);
    const [session] = await test
      .db('workspace_sessions')
      .where({ workspace_id: workspace.id })
      .select<{ end_reason: string }[]>('end_reason');
    expect(session?.end_reason).toBe('signed-out');
    expect((await here.post(path)).status).toBe(404);
  });

  it('are signed out all at once but this one, after a page that asks', async () => {
    const here = await signIn(test.app, cast.bob);
    const others = [await signIn(test.app, cast.bob), await signIn(test.app, cast.bob)];
    const alice = await signIn(test.app, cast.alice);
    expect((await here.get('/account/browsers/others')).text).toContain('signed out of 2 other browsers');
    expect(await isSignedIn(others[0]!)).toBe(true);
    const response = await here.post('/account/browsers/others');
    expect((await here.follow(response)).text).toContain('2 other browsers were signed out');
    for (const other of others) expect(await isSignedIn(other)).toBe(false);
    expect([await isSignedIn(here), await isSignedIn(here), await isSignedIn(alice)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await rowsOf(test.db, 'browser_session_revoked', response)).toHaveLength(2);
  });

  it('cannot be signed out by anybody else, whatever number is sent', async () => {
    const bob = await signIn(test.app, cast.bob);
    const [{ sid } = { sid: '' }] = await test
      .db('browser_sessions')
      .where({ user_id: cast.bob.id })
      .select<{ sid: string }[]>('sid');
    const charlie = await signIn(test.app, cast.charlie);
    expect((await charlie.post(`/account/browsers/${sid}/revoke`)).status).toBe(404);
    expect((await charlie.post('/account/browsers/1/revoke')).status).toBe(404);
    expect(await isSignedIn(bob)).toBe(true);
  });
});

describe('a sign-in whose browser session is still being stored', () => {
  /** Holds back every insert of a browser session until the returned function is called. */
  async function holdBack(): Promise<() => Promise<void>> {
    const { ownerDb } = test.database;
    await ownerDb.raw(`create function hold_back() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(4711); return new; end $$`);
    await ownerDb.raw(
      'create trigger hold_back before insert on browser_sessions for each row execute function hold_back()',
    );
    const trx = await ownerDb.transaction();
    await trx.raw('select pg_advisory_xact_lock(4711)');
    return async () => {
      await trx.commit();
      await ownerDb.raw('drop function hold_back cascade');
    };
  }

  const countRows = async (action: 'login' | 'password_changed' | 'user_deactivated'): Promise<number> =>
    (await rowsOf(test.db, action)).filter(({ success, user_id }) => success && user_id !== null).length;

  it('is over when the password was changed meanwhile, and the browser that changed it goes on', async () => {
    const changing = await signIn(test.app, cast.bob);
    const late = new Visitor(test.app);
    await late.get('/auth/login');
    const logins = await countRows('login');
    const letGo = await holdBack();
    const signingIn = late.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    void signingIn.catch(() => undefined);
    await expect.poll(() => countRows('login')).toBe(logins + 1);
    const change = changing.post('/auth/password', {
      oldPassword: PASSWORD,
      password: 'a lamp that whispers',
    });
    void change.catch(() => undefined);
    await expect.poll(() => countRows('password_changed')).toBe(1);
    await letGo();
    await Promise.all([signingIn, change]);
    expect([await isSignedIn(late), await isSignedIn(changing)]).toEqual([false, true]);
  });

  it('is over when the access was ended and given back meanwhile', async () => {
    const alice = await signIn(test.app, cast.alice);
    const late = new Visitor(test.app);
    await late.get('/auth/login');
    const logins = await countRows('login');
    const letGo = await holdBack();
    const signingIn = late.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    void signingIn.catch(() => undefined);
    await expect.poll(() => countRows('login')).toBe(logins + 1);
    expect((await alice.post(`/admin/users/${String(cast.bob.id)}/deactivate`)).status).toBe(303);
    expect((await alice.post(`/admin/users/${String(cast.bob.id)}/reactivate`)).status).toBe(303);
    await letGo();
    await signingIn;
    expect(await isSignedIn(late)).toBe(false);
  });

  it('is over while the person is deactivated, though its row is still there', async () => {
    const bob = await signIn(test.app, cast.bob);
    expect((await bob.get('/workspace')).status).toBe(200);
    await test.db('users').where({ id: cast.bob.id }).update({ deactivated_at: new Date() });
    expect((await bob.get('/workspace')).headers.location).toBe('/auth/login?returnTo=%2Fworkspace');
  });
});

describe('a remembered device', () => {
  it('counts as new once it is forgotten, though its browser has kept the cookie', async () => {
    const bob = await signIn(test.app, cast.bob, { 'user-agent': FIREFOX });
    const page = await bob.get('/account/devices');
    expect(page.text).toContain('Firefox on Windows');
    const path = /action="([^"]+\/forget)"/.exec(page.text)?.[1] ?? '';
    const response = await bob.post(path);
    expect((await bob.follow(response)).text).toContain('No remembered devices');
    expect(await rowsOf(test.db, 'device_forgotten', response)).toMatchObject([{ user_id: cast.bob.id }]);
    expect(await isSignedIn(bob)).toBe(true);
    const again = await bob.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    expect(await rowsOf(test.db, 'login', again)).toMatchObject([{ details: { new_device: true } }]);
    const once = await bob.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    expect(await rowsOf(test.db, 'login', once)).toMatchObject([{ details: { new_device: false } }]);
    expect((await bob.post(path)).status).toBe(404);
  });

  it('cannot be forgotten by somebody else', async () => {
    await signIn(test.app, cast.bob);
    const [{ id } = { id: 0 }] = await test
      .db('known_devices')
      .where({ user_id: cast.bob.id })
      .select<{ id: number }[]>('id');
    const alice = await signIn(test.app, cast.alice);
    expect((await alice.post(`/account/devices/${String(id)}/forget`)).status).toBe(404);
    expect((await alice.get('/account/devices')).text).not.toContain(`/devices/${String(id)}/`);
  });
});
