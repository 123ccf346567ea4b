import supertest, { type Test } from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import {
  buildAccessToken,
  buildCast,
  buildCompany,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { backdate, unique } from '../workspace/scene.ts';

const test = useTestApp();
let cast: Cast;
let bearer: { authorization: string };
let bob: BuiltUser;

beforeAll(async () => {
  cast = await buildCast(test.db);
  await test.db('subscriptions').update({
    plan: 'enterprise',
    period_started_at: new Date(),
    period_ends_at: new Date(Date.now() + 9e8),
  });
  await newcomer();
});

/** A person of Acme with a token of their own, so that no story uses up another's requests. */
async function newcomer(): Promise<void> {
  bob = await buildUser(test.db, { company_id: cast.acme.id });
  bearer = (await buildAccessToken(test.db, bob)).bearer;
}

const ask = (method: 'get' | 'post' | 'delete', path: string): Test =>
  supertest(test.app)[method](`/api/v1${path}`).set(bearer);

const problemOf = (response: { body: unknown; type: string; status: number }): [number, string, string] => [
  response.status,
  response.type,
  (response.body as { type: string }).type.replace('urn:youarecoder:problem:', ''),
];
const PROBLEM = 'application/problem+json';
const INVALID = 'Bearer realm="api", error="invalid_token"';

describe('who may come in', () => {
  it.each([
    ['nothing', {}, 'Bearer realm="api"'],
    ['another scheme', { authorization: 'Basic Zm9vOmJhcg==' }, 'Bearer realm="api"'],
    ['no token of ours', { authorization: 'Bearer hello' }, INVALID],
    ['one that does not exist', { authorization: `Bearer yac_${'A'.repeat(43)}` }, INVALID],
    ['odd bytes', { authorization: 'Bearer yac_\u00e7\u00f6' }, INVALID],
  ])('refuses %s, and says how to come in (RFC 6750)', async (_what, headers, challenge) => {
    const response = await supertest(test.app).get('/api/v1/workspaces').set(headers);
    expect(problemOf(response)).toEqual([401, PROBLEM, 'invalid-token']);
    expect(response.headers['www-authenticate']).toBe(challenge);
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('never takes a cookie, nor a token from the address or the body', async () => {
    const visitor = await signIn(test.app, bob);
    expect((await visitor.get('/workspace')).status).toBe(200);
    expect((await visitor.get('/api/v1/workspaces')).status).toBe(401);
    const { token } = await buildAccessToken(test.db, bob);
    const inQuery = await supertest(test.app).get(`/api/v1/workspaces?access_token=${token}`);
    const inBody = await supertest(test.app)
      .post('/api/v1/workspaces')
      .send({ name: 'x', access_token: token });
    expect([inQuery.status, inBody.status]).toEqual([401, 401]);
    expect(inQuery.headers['set-cookie']).toBeUndefined();
  });

  it.each([
    ['revoked', { revoked_at: new Date() }],
    ['expired', { created_at: new Date(Date.now() - 9e7), expires_at: new Date(Date.now() - 1000) }],
  ])('refuses one that is %s, and records it for its owner', async (reason, overrides) => {
    const { id, bearer: ended } = await buildAccessToken(test.db, bob, overrides);
    const response = await supertest(test.app).get('/api/v1/workspaces').set(ended);
    expect(problemOf(response)).toEqual([401, PROBLEM, 'invalid-token']);
    const rows = await test.db('audit_logs').where({ action_type: 'token_refused', resource_id: id });
    expect(rows).toMatchObject([
      {
        user_id: bob.id,
        company_id: cast.acme.id,
        actor_type: 'anonymous',
        success: false,
        error_message: reason,
      },
    ]);
  });

  it('lets look and nothing else while the subscription has lapsed', async () => {
    const company = await buildCompany(test.db, { trial_ends_at: new Date(Date.now() - 1000) });
    const person = await buildUser(test.db, { company_id: company.id });
    const { bearer: lapsed } = await buildAccessToken(test.db, person);
    const place = await buildWorkspace(test.db, { company_id: company.id, owner_user_id: person.id });
    const at = `/api/v1/workspaces/${String(place.id)}`;
    for (const path of ['/api/v1/workspaces', at, '/api/v1/sessions'])
      expect((await supertest(test.app).get(path).set(lapsed)).status).toBe(200);
    for (const path of ['/api/v1/workspaces', `${at}/start`, `${at}/sessions`]) {
      const response = await supertest(test.app).post(path).set(lapsed).send({ name: 'late' });
      expect(problemOf(response)).toEqual([403, PROBLEM, 'subscription-lapsed']);
    }
    expect((await supertest(test.app).post(`${at}/stop`).set(lapsed)).status).toBe(200);
  });

  it('refuses who has not accepted the legal texts in force', async () => {
    const person = await buildUser(test.db, { company_id: cast.acme.id, accepts: false });
    const { bearer: early } = await buildAccessToken(test.db, person);
    const response = await supertest(test.app).get('/api/v1/workspaces').set(early);
    expect(problemOf(response)).toEqual([403, PROBLEM, 'acceptance-required']);
  });

  it('notes the last use at most once a minute', async () => {
    const before = new Date(Date.now() - 30_000);
    const { id, bearer: used } = await buildAccessToken(test.db, bob, { last_used_at: before });
    const lastUse = async (): Promise<Date> =>
      (await test.db('access_tokens').where({ id }).first('last_used_at')).last_used_at;
    await supertest(test.app).get('/api/v1/workspaces').set(used).expect(200);
    expect(await lastUse()).toEqual(before);
    await test
      .db('access_tokens')
      .where({ id })
      .update({ last_used_at: new Date(Date.now() - 61_000) });
    await supertest(test.app).get('/api/v1/workspaces').set(used).expect(200);
    expect((await lastUse()).getTime()).toBeGreaterThan(Date.now() - 20_000);
  });
});

describe('what is no route, no JSON, too much', () => {
  it.each([
    ['get', '/api', 404, 'not-found'],
    ['post', '/api/v2/workspaces', 404, 'not-found'],
    ['get', '/api/v1/nothing', 404, 'not-found'],
    ['get', '/api/v1/workspaces/0', 404, 'not-found'],
    ['get', '/api/v1/workspaces/abc', 404, 'not-found'],
    ['delete', '/api/v1/workspaces/99999999999999999999', 404, 'not-found'],
    ['get', '/api/v1/sessions/999999', 404, 'not-found'],
    ['get', '/api/v1/workspaces/%zz', 400, 'malformed-request'],
    ['get', '/api/v1/workspaces?limit=101', 422, 'invalid-input'],
    ['get', '/api/v1/workspaces?limit=5&limit=6', 422, 'invalid-input'],
    ['get', '/api/v1/sessions?cursor=x', 422, 'invalid-input'],
  ] as const)('%s %s is %i %s', async (method, path, status, problem) => {
    const response = await supertest(test.app)[method](path).set(bearer);
    expect(problemOf(response)).toEqual([status, PROBLEM, problem]);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'name=x', 415, 'unsupported-media-type'],
    ['text', 'text/plain', '{"name":"x"}', 415, 'unsupported-media-type'],
    ['another alphabet', 'application/json; charset=koi8-r', '{"name":"x"}', 415, 'unsupported-media-type'],
    ['half a document', 'application/json', '{"name":', 400, 'malformed-request'],
    ['a bare text', 'application/json', '"x"', 400, 'malformed-request'],
    ['a list', 'application/json', '[]', 422, 'invalid-input'],
    ['no name', 'application/json', '{}', 422, 'invalid-input'],
    ['a name of blanks', 'application/json', '{"name":"  "}', 422, 'invalid-input'],
    ['a number', 'application/json', '{"name":5}', 422, 'invalid-input'],
    ['too much', 'application/json', JSON.stringify({ name: 'x'.repeat(20_000) }), 413, 'too-large'],
  ])('refuses %s', async (_what, type, body, status, problem) => {
    const response = await ask('post', '/workspaces').set('content-type', type).send(body);
    expect(problemOf(response)).toEqual([status, PROBLEM, problem]);
  });

  it('refuses a body in gzip, and says which field is wrong in the reader’s language', async () => {
    const zipped = await ask('post', '/workspaces')
      .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .send('{"name":"x"}');
    expect(problemOf(zipped)).toEqual([415, PROBLEM, 'unsupported-media-type']);
    const turkish = await ask('post', '/workspaces').set('accept-language', 'tr').send({ name: '' });
    expect(turkish.body.title).toBe('İstekte bir hata var');
    expect(turkish.body.errors).toEqual([{ in: 'body', name: 'name', detail: expect.any(String) }]);
    expect(turkish.headers['content-language']).toBe('tr');
  });
});

describe('workspaces', () => {
  it('are created, listed page by page, shown and deleted', async () => {
    await newcomer();
    for (const name of ['one', 'two', 'three']) {
      const created = await ask('post', '/workspaces').send({ name: unique(name) });
      expect(created.status).toBe(201);
      expect(created.headers.location).toBe(`/api/v1/workspaces/${created.body.id}`);
    }
    const first = await ask('get', '/workspaces?limit=2');
    expect(first.body.data).toHaveLength(2);
    const second = await ask('get', `/workspaces?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.data).toHaveLength(1);
    expect(second.body.next_cursor).toBeNull();
    const { id } = second.body.data[0] as { id: number };
    expect((await ask('get', `/workspaces/${id}`)).body).toEqual(second.body.data[0]);
    expect((await ask('delete', `/workspaces/${id}`)).status).toBe(204);
    expect((await ask('get', `/workspaces/${id}`)).status).toBe(404);
    expect((await ask('delete', `/workspaces/${id}`)).status).toBe(404);
  });

  it('of others are not there, in lists and by cursor neither', async () => {
    await newcomer();
    const foreign = await buildWorkspace(test.db, {
      company_id: cast.globex.id,
      owner_user_id: cast.charlie.id,
    });
    const list = await ask('get', `/workspaces?cursor=${foreign.id}`);
    expect(list.body).toEqual({ data: [], next_cursor: null });
  });

  it('are refused beyond the plan, and under a name that is taken', async () => {
    const company = await buildCompany(test.db);
    const person = await buildUser(test.db, { company_id: company.id });
    bearer = (await buildAccessToken(test.db, person)).bearer;
    expect((await ask('post', '/workspaces').send({ name: 'same' })).status).toBe(201);
    const taken = await ask('post', '/workspaces').set('idempotency-key', 'k').send({ name: 'SAME' });
    expect(problemOf(taken)).toEqual([409, PROBLEM, 'name-taken']);
    for (let n = 0; n < 30; n += 1) await ask('post', '/workspaces').send({ name: `more ${n}` });
    const full = await ask('post', '/workspaces').set('idempotency-key', 'k').send({ name: 'one more' });
    expect(problemOf(full)).toEqual([403, PROBLEM, 'plan-limit']);
  });
});

describe('an idempotency key', () => {
  const create = (key: string, name: string): Test =>
    ask('post', '/workspaces').set('idempotency-key', key).send({ name });

  it('gets the first answer again, also at the same moment, and one workspace', async () => {
    await newcomer();
    const name = unique('once');
    const answers = await Promise.all(Array.from({ length: 8 }, () => create('a-key', name)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(7);
    expect(await test.db('workspaces').where({ name })).toHaveLength(1);
    expect(
      await test.db('audit_logs').where({ action_type: 'workspace_create', user_id: bob.id, success: true }),
    ).toHaveLength(1);
  });

  it('with another body is refused', async () => {
    await newcomer();
    await create('a-key', unique('first')).expect(201);
    const other = await create('a-key', unique('second'));
    expect(problemOf(other)).toEqual([422, PROBLEM, 'idempotency-key-reused']);
  });

  it('belongs to one person, holds for a day, and is kept for nothing that was refused', async () => {
    await newcomer();
    const name = unique('mine');
    await create('a-key', name).expect(201);
    const first = bob;
    await newcomer();
    expect((await create('a-key', name)).status).toBe(409);
    expect((await create('a-key', unique('other name'))).status).toBe(201);
    await test
      .db('api_idempotency_keys')
      .where({ user_id: bob.id })
      .update({ created_at: new Date(Date.now() - 9e7), expires_at: new Date(Date.now() - 1000) });
    expect((await create('a-key', unique('a day later'))).status).toBe(201);
    expect(await test.db('api_idempotency_keys').where({ user_id: first.id })).toHaveLength(1);
  });

  it('of two people who chose the same one is two keys, whatever becomes of either request', async () => {
    await newcomer();
    const [first, second] = [unique('of one'), unique('of the other')];
    const one = await create('shared-key', first);
    const bearerOfOne = bearer;
    await newcomer();
    const other = await create('shared-key', second);
    // Refused, so that this key of the second person is free again, and no other.
    await create('refused-key', first).expect(409);
    expect([one.status, other.status]).toEqual([201, 201]);
    const again = await create('shared-key', second);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([other.body, 'true']);
    bearer = bearerOfOne;
    await create('refused-key', unique('free')).expect(201);
    const replay = await create('shared-key', first);
    expect([replay.body, replay.headers['idempotent-replayed']]).toEqual([one.body, 'true']);
  });

  it('of odd shape is refused', async () => {
    for (const key of ['with blank', 'x'.repeat(201)]) {
      const response = await create(key, unique('odd'));
      expect(problemOf(response)).toEqual([422, PROBLEM, 'invalid-input']);
      expect(response.body.errors[0]).toMatchObject({ in: 'header', name: 'Idempotency-Key' });
    }
  });
});

describe('sessions', () => {
  it('are opened once, touched and ended, with their evidence', async () => {
    await newcomer();
    const workspace = await ask('post', '/workspaces').send({ name: unique('used') });
    const opened = await ask('post', `/workspaces/${workspace.body.id}/sessions`);
    expect(opened.status).toBe(201);
    expect(opened.body).toMatchObject({ access_method: 'api', ended_at: null });
    const again = await ask('post', `/workspaces/${workspace.body.id}/sessions`);
    expect([again.status, again.body.id]).toEqual([200, opened.body.id]);
    const { id } = opened.body as { id: number };
    const touched = await ask('post', `/sessions/${id}/touch`);
    expect(touched.body).toMatchObject({ state: 'active', session: { id } });
    const ended = await ask('post', `/sessions/${id}/end`);
    expect(ended.body).toMatchObject({ id, end_reason: 'closed' });
    expect((await ask('post', `/sessions/${id}/end`)).body).toEqual(ended.body);
    const late = await ask('post', `/sessions/${id}/touch`);
    expect(problemOf(late)).toEqual([409, PROBLEM, 'session-ended']);
    expect(late.body.reason).toBe('closed');
    expect((await ask('get', '/sessions')).body).toEqual({ data: [ended.body], next_cursor: null });
    const actions = await test.db('audit_logs').where({ user_id: bob.id }).orderBy('id').pluck('action_type');
    expect(actions).toEqual(['workspace_create', 'workspace_access', 'workspace_access', 'workspace_closed']);
  });

  it('count what is reported a minute later, and begin anew after half an hour', async () => {
    await newcomer();
    const workspace = await ask('post', '/workspaces').send({ name: unique('long') });
    const opened = await ask('post', `/workspaces/${workspace.body.id}/sessions`);
    const { id } = opened.body as { id: number };
    await backdate(test.database.ownerDb, id, new Date(Date.now() - 60_000));
    const counted = await ask('post', `/sessions/${id}/touch`);
    expect(counted.body.session.interactive_seconds).toBe(60);
    await backdate(test.database.ownerDb, id, new Date(Date.now() - 31 * 60_000));
    const restarted = await ask('post', `/sessions/${id}/touch`);
    expect(restarted.body.state).toBe('restarted');
    expect(restarted.body.session.id).not.toBe(id);
    expect((await ask('get', `/sessions/${id}`)).body.end_reason).toBe('idle');
    const page = await ask('get', '/sessions?limit=1');
    const next = await ask('get', `/sessions?limit=1&cursor=${page.body.next_cursor}`);
    expect([page, next].map(({ body }) => body.data[0].id)).toEqual([restarted.body.session.id, id]);
  });

  it('opened with one token are not another token’s to touch or end', async () => {
    await newcomer();
    const workspace = await ask('post', '/workspaces').send({ name: unique('two tokens') });
    const { id } = (await ask('post', `/workspaces/${workspace.body.id}/sessions`)).body as { id: number };
    bearer = (await buildAccessToken(test.db, bob)).bearer;
    expect((await ask('post', `/sessions/${id}/touch`)).status).toBe(404);
    expect((await ask('post', `/sessions/${id}/end`)).status).toBe(404);
    expect((await ask('get', `/sessions/${id}`)).body.ended_at).toBeNull();
  });
});

describe('a program that asks too often', () => {
  it('is asked to wait, and nobody else is', async () => {
    await newcomer();
    let last = await ask('get', '/workspaces');
    for (let n = 0; n < 130 && last.status === 200; n += 1) last = await ask('get', '/workspaces');
    expect(problemOf(last)).toEqual([429, PROBLEM, 'rate-limited']);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    await newcomer();
    expect((await ask('get', '/workspaces')).status).toBe(200);
  });

  it('writes no more evidence of refusals than thirty a minute, and keeps out nobody with a valid token', async () => {
    const { id, bearer: revoked } = await buildAccessToken(test.db, bob, { revoked_at: new Date() });
    const statuses: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      const response = await supertest(test.app)
        .get('/api/v1/workspaces')
        .set({ ...revoked });
      statuses.push(response.status);
    }
    expect(statuses.at(-1)).toBe(429);
    const rows = await test.db('audit_logs').where({ action_type: 'token_refused', resource_id: id });
    expect(rows.length).toBeLessThanOrEqual(30);
    expect((await ask('get', '/workspaces')).status).toBe(200);
  });
});
