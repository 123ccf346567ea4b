import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/durations.ts';
import { useTestApp } from '../../support/app.ts';
import { buildAccessToken, buildCast, type Cast } from '../../support/programs/build.ts';
import { buildSecondFactor } from '../../support/programs/second-factor.ts';
import { signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';
import { rowsOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;
const PAGE = '/admin/second-factor';

beforeEach(async () => {
  cast = await buildCast(test.db);
  await test.forgetMails();
});

describe('a company’s rule that everybody needs a second factor', () => {
  it('is told by mail and on every page before its day, and from then on nothing else opens', async () => {
    const [alice, bob, charlie] = await Promise.all([
      signIn(test.app, cast.alice),
      signIn(test.app, cast.bob),
      signIn(test.app, cast.charlie),
    ]);
    const day = new Date(Date.now() + 10 * DAY_MS).toISOString().slice(0, 10);
    expect((await alice.post(PAGE, { from: day })).headers.location).toBe(PAGE);
    expect((await test.mails()).map(({ to }) => to).sort()).toEqual(
      [cast.alice.email, cast.bob.email].sort(),
    );
    expect((await bob.get('/workspace')).text).toContain('Your company asks for a second factor');
    expect((await charlie.get('/workspace')).text).not.toContain('Your company asks for a second factor');
    expect((await alice.get(PAGE)).text).toContain(`value="${day}"`);
    expect((await charlie.get(PAGE)).text).not.toContain(`value="${day}"`);
    await test
      .db('second_factor_policies')
      .where('company_id', cast.acme.id)
      .update({ required_from: new Date(Date.now() - 1000) });
    for (const path of ['/workspace', '/auth/tokens', '/account'])
      expect((await bob.get(path)).headers.location, path).toBe('/account/second-factor');
    expect((await bob.post('/auth/tokens', { name: 'x', days: '30', workspacesRead: 'on' })).status).toBe(
      403,
    );
    expect((await charlie.get('/workspace')).status).toBe(200);
    const [row] = await rowsOf(test.db, 'second_factor_policy_changed');
    expect(row).toMatchObject({ user_id: cast.alice.id, company_id: cast.acme.id });
  });

  it('holds for programs as well, and leaves the ways back into an account open', async () => {
    const { bearer } = await buildAccessToken(test.db, cast.bob);
    const bob = await signIn(test.app, cast.bob);
    const row = { company_id: cast.acme.id, set_by: cast.alice.id, set_at: new Date() };
    await test.db('second_factor_policies').insert({ ...row, required_from: new Date(Date.now() + DAY_MS) });
    const list = () => new Visitor(test.app).get('/api/v1/workspaces', bearer);
    expect((await list()).status).toBe(200);
    await test.db('second_factor_policies').update({ required_from: new Date(Date.now() - 1000) });
    const refused = await list();
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second-factor-required')]);
    expect((await bob.get('/auth/forgot')).status).toBe(200);
    const dead = 'a'.repeat(43);
    for (const path of [`/auth/reset/${dead}`, `/auth/unlock/${dead}`, `/auth/object/${dead}`])
      expect((await bob.get(path)).status, path).toBeGreaterThan(399);
    await buildSecondFactor(test.db, cast.bob);
    expect((await list()).status).toBe(200);
  });

  it('is set by whoever has just shown who they are: an open browser sets none', async () => {
    const alice = await signIn(test.app, cast.alice);
    await test
      .db('browser_sessions')
      .where('user_id', cast.alice.id)
      .update({ sess: test.db.raw("sess #- '{proof}'") });
    const asked = await alice.post(PAGE, { from: '2030-01-01' });
    expect([asked.status, asked.text.includes('value="2030-01-01"')]).toEqual([403, true]);
    expect(await test.db('second_factor_policies').where('company_id', cast.acme.id)).toEqual([]);
  });

  it('is not set by the staff, also where they have chosen the company', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    const answer = await olivia.post(`${PAGE}?company=${String(cast.acme.id)}`, { from: '2030-01-01' });
    expect(answer.status).toBe(403);
    expect(await test.db('second_factor_policies').where('company_id', cast.acme.id)).toEqual([]);
  });

  it('ends with an empty field; a day that is none is shown again with its fault', async () => {
    const alice = await signIn(test.app, cast.alice);
    const wrong = await alice.post(PAGE, { from: '2026-02-31' });
    expect([wrong.status, wrong.text.includes('id="from-error"')]).toEqual([422, true]);
    await alice.post(PAGE, { from: '2030-01-01' });
    await alice.post(PAGE, { from: '' });
    expect(await test.db('second_factor_policies').where('company_id', cast.acme.id)).toEqual([]);
  });
});
