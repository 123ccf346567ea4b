import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildAccessToken, buildCast, buildUser, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';

const test = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(test.db);
});

const TOKEN = /yac_[\w-]{43}/;
const FORM = { name: 'nightly build', days: '30', workspacesRead: 'on', sessionsWrite: 'on' };

const statusOf = async (bearer: { authorization: string }): Promise<number> =>
  (await supertest(test.app).get('/api/v1/workspaces').set(bearer)).status;

describe('a new access token', () => {
  it('is shown once, works, and is kept only as a hash', async () => {
    const bob = await signIn(test.app, cast.bob);
    const made = await bob.post('/auth/tokens', FORM);
    expect(made.headers['cache-control']).toBe('no-store');
    const token = TOKEN.exec(made.text)![0];
    expect((await bob.get('/auth/tokens')).text).toContain('nightly build');
    expect((await bob.get('/auth/tokens')).text).not.toMatch(TOKEN);
    expect(await statusOf({ authorization: `Bearer ${token}` })).toBe(200);
    const [row] = await test.db('access_tokens').where({ user_id: cast.bob.id, name: FORM.name });
    expect(row.scopes).toEqual(['workspaces:read', 'sessions:write']);
    expect(JSON.stringify(row)).not.toContain(token.slice(4));
    const [evidence] = await test
      .db('audit_logs')
      .where({ action_type: 'token_created', resource_id: row.id });
    expect(evidence).toMatchObject({ user_id: cast.bob.id, company_id: cast.acme.id, success: true });
    expect(evidence.details).toMatchObject({ name: FORM.name, scopes: row.scopes });
  });

  it.each([
    ['no name', { ...FORM, name: ' ' }, 'Give the token a name.'],
    ['a name that nobody sees', { ...FORM, name: '\u200B' }, 'no invisible characters'],
    ['nothing that it may do', { name: 'x', days: '30' }, 'Choose at least one permission'],
    ['no end', { ...FORM, days: '' }, 'Please choose one of the options.'],
    ['an end beyond a year', { ...FORM, days: '366' }, 'Please choose one of the options.'],
  ])('is not made with %s', async (_what, form, text) => {
    const bob = await signIn(test.app, cast.bob);
    const before = await test.db('access_tokens').count('* as count').first();
    const answer = await bob.post('/auth/tokens', form);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(text);
    expect(await test.db('access_tokens').count('* as count').first()).toEqual(before);
  });

  it('is not made when a person has twenty that can be used', async () => {
    const person = await buildUser(test.db, { company_id: cast.acme.id });
    for (let n = 0; n < 20; n += 1) await buildAccessToken(test.db, person);
    const visitor = await signIn(test.app, person);
    expect((await visitor.post('/auth/tokens', FORM)).status).toBe(422);
    await test.db('access_tokens').where({ user_id: person.id }).limit(1).update({ revoked_at: new Date() });
    expect((await visitor.post('/auth/tokens', FORM)).status).toBe(200);
  });
});

describe('how long an access token lasts', () => {
  it.each(['3650', '366', '0', '-7', '7.5', ''])('is never %j days', async (days) => {
    const bob = await signIn(test.app, cast.bob);
    const form = { ...FORM, name: 'for ever', days };
    expect((await bob.post('/auth/tokens', form)).status).toBe(422);
    expect(await test.db('access_tokens').where({ name: 'for ever' })).toEqual([]);
  });

  it('is a year at most of what the form offers, and what the database takes', async () => {
    const bob = await signIn(test.app, cast.bob);
    const { text } = await bob.get('/auth/tokens');
    const field = /<select[^>]*name="days"[\s\S]*?<\/select>/.exec(text)?.[0] ?? '';
    const offered = [...field.matchAll(/<option value="(\d+)"/g)].map(([, days]) => Number(days));
    expect(offered).toEqual([7, 30, 90, 365]);
    const expires_at = new Date(Date.now() + 367 * 86_400_000);
    await expect(buildAccessToken(test.db, cast.bob, { expires_at })).rejects.toThrow(
      'ck_access_tokens_expiry',
    );
  });
});

describe('an access token ends', () => {
  it('when its owner revokes it, and with it what it has open', async () => {
    const bob = await signIn(test.app, cast.bob);
    const { id, bearer } = await buildAccessToken(test.db, cast.bob);
    const created = await supertest(test.app)
      .post('/api/v1/workspaces')
      .set(bearer)
      .send({ name: 'to revoke' });
    const opened = await supertest(test.app)
      .post(`/api/v1/workspaces/${created.body.id}/sessions`)
      .set(bearer);
    expect(opened.status).toBe(201);
    expect((await bob.post(`/auth/tokens/${id}/revoke`)).status).toBe(303);
    expect(await statusOf(bearer)).toBe(401);
    const session = await test.db('workspace_sessions').where({ id: opened.body.id }).first();
    expect(session).toMatchObject({ end_reason: 'revoked', ended_at: session.last_activity_at });
    const [row] = await test.db('audit_logs').where({ action_type: 'token_revoked', resource_id: id });
    expect(row.details).toMatchObject({ reason: 'by-owner', sessions_ended: 1 });
    const again = await bob.post(`/auth/tokens/${id}/revoke`);
    expect((await bob.follow(again)).text).toContain('had already been revoked');
  });

  it('with the access of its owner, and does not come back with it', async () => {
    const person = await buildUser(test.db, { company_id: cast.acme.id });
    const { id, bearer } = await buildAccessToken(test.db, person);
    const alice = await signIn(test.app, cast.alice);
    await alice.post(`/admin/users/${person.id}/deactivate`);
    expect(await statusOf(bearer)).toBe(401);
    await alice.post(`/admin/users/${person.id}/reactivate`);
    expect(await statusOf(bearer)).toBe(401);
    const [row] = await test.db('audit_logs').where({ action_type: 'token_revoked', resource_id: id });
    expect(row).toMatchObject({ user_id: cast.alice.id, company_id: cast.acme.id });
    expect(row.details).toMatchObject({ reason: 'deactivated', owner_user_id: person.id });
  });

  it('is somebody else’s to revoke for nobody, not even the admin', async () => {
    const { id, bearer } = await buildAccessToken(test.db, cast.bob);
    for (const other of [cast.alice, cast.charlie]) {
      const visitor = await signIn(test.app, other);
      expect((await visitor.post(`/auth/tokens/${id}/revoke`)).status).toBe(404);
      expect((await visitor.get('/auth/tokens')).text).not.toContain(`/auth/tokens/${id}/revoke`);
    }
    expect(await statusOf(bearer)).toBe(200);
  });
});

describe('the list of access tokens', () => {
  it('has pages', async () => {
    const person = await buildUser(test.db, { company_id: cast.acme.id, locale: 'tr' });
    for (let n = 0; n < 21; n += 1)
      await buildAccessToken(test.db, person, n === 0 ? { revoked_at: new Date() } : {});
    const visitor = await signIn(test.app, person);
    const first = await visitor.get('/auth/tokens');
    const older = /rel="next" href="([^"]+)"/.exec(first.text)![1]!;
    const second = await visitor.get(older);
    expect(second.text).toContain('Geri alındı');
    expect(second.text.match(/<th scope="row"/g)).toHaveLength(1);
    expect((await visitor.get('/auth/tokens?before=x')).status).toBe(200);
  });
});
