import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/durations.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/visitor.ts';
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

  it('ends with an empty field; a day that is none is shown again with its fault', async () => {
    const alice = await signIn(test.app, cast.alice);
    const wrong = await alice.post(PAGE, { from: '2026-02-31' });
    expect([wrong.status, wrong.text.includes('id="from-error"')]).toEqual([422, true]);
    await alice.post(PAGE, { from: '2030-01-01' });
    await alice.post(PAGE, { from: '' });
    expect(await test.db('second_factor_policies').where('company_id', cast.acme.id)).toEqual([]);
  });
});
