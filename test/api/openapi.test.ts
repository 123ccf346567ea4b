import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import supertest, { type Response } from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { problemType } from '../../src/api/problems.ts';
import { problemStatus } from '../../src/api/problem-names.ts';
import { useTestApp } from '../support/app.ts';
import { buildAccessToken, buildCast } from '../support/programs/build.ts';
import { listRoutes } from '../support/routes.ts';

const test = useTestApp();
const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);

interface Operation {
  parameters: { name: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties: Record<string, object> } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
let document: { paths: Record<string, Record<string, Operation>> };
let bearer: { authorization: string };

beforeAll(async () => {
  document = (await supertest(test.app).get('/api/v1/openapi.json')).body as typeof document;
  ajv.addSchema(document, 'api');
  const { bob } = await buildCast(test.db);
  bearer = (await buildAccessToken(test.db, bob)).bearer;
});

describe('the document of the API', () => {
  it('has every route that is mounted, and no other', () => {
    const mounted = listRoutes(test.app)
      .filter(({ path }) => path.startsWith('/api/v1'))
      .map(({ method, path }) => `${method} ${path.slice('/api/v1'.length).replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(mounted.sort());
    expect(mounted.length).toBeGreaterThan(9);
  });

  it('points at nothing that it does not have', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map((match) => match[1]);
    expect(refs.length).toBeGreaterThan(0);
    for (const ref of new Set(refs)) expect(ajv.getSchema(`api#${ref ?? ''}`), ref).toBeDefined();
  });

  it('says the rules of what is sent', () => {
    const { get, post } = document.paths['/workspaces'] ?? {};
    expect(get?.parameters.find(({ name }) => name === 'limit')?.schema).toMatchObject({
      ...{ type: 'integer', minimum: 1, maximum: 100, default: 25 },
    });
    const body = post?.requestBody?.content['application/json']?.schema;
    expect(body).toMatchObject({
      required: ['name'],
      properties: { name: { type: 'string', minLength: 1, maxLength: 60 } },
    });
    expect(JSON.stringify(body)).toContain('"pattern"');
    const key = post?.parameters.find(({ name }) => name === 'Idempotency-Key');
    expect(key?.schema).toMatchObject({ type: 'string', minLength: 1, maxLength: 200 });
    const fits = ajv.compile({ ...body });
    for (const name of ['a', 'Çağlayan 2', 'x'.repeat(60)]) expect(fits({ name }), name).toBe(true);
    for (const name of ['', ' ', '\u200b', 'x'.repeat(61)]) expect(fits({ name }), name).toBe(false);
  });

  it('says of every route what is answered to a method that it does not have, and so it is', async () => {
    const addresses = Object.entries(document.paths);
    expect(addresses.length).toBeGreaterThan(8);
    for (const [path, methods] of addresses) {
      const has = Object.keys(methods).flatMap((name) => (name === 'get' ? ['get', 'head'] : [name]));
      const at = `/api/v1${path.replace('{id}', '1')}`;
      for (const other of (['get', 'post', 'put', 'patch', 'delete'] as const).filter(
        (m) => !has.includes(m),
      )) {
        const response = await supertest(test.app)[other](at);
        expect([response.status, response.headers.allow], `${other} ${at}`).toEqual([
          405,
          has.map((method) => method.toUpperCase()).join(', '),
        ]);
        for (const method of Object.keys(methods)) expectDescribed(method, path, response);
      }
      const asked = await supertest(test.app).options(at);
      expect([asked.status, asked.headers.allow]).toEqual([204, has.join(', ').toUpperCase()]);
    }
    expect((await supertest(test.app).put('/api/v1/nothing').set(bearer)).status).toBe(404);
  });

  it('says of every route with a token how a request is answered that cannot be read', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        if (path === '/openapi.json') continue;
        const at = `/api/v1${path.replace('{id}', '999999')}`;
        const ask = () => supertest(test.app)[method as 'get' | 'post' | 'delete'](at).set(bearer);
        const unreadable = await ask().type('json').send('{"name":');
        expect(unreadable.status, at).toBe(400);
        expectDescribed(method, path, unreadable);
        expectDescribed(method, path, await ask().type('form').send('name=x'));
        if (!path.includes('{id}')) continue;
        const oddly = `/api/v1${path.replace('{id}', '%zz')}`;
        const odd = await supertest(test.app)[method as 'get' | 'post' | 'delete'](oddly).set(bearer);
        expect(odd.status, at).toBe(400);
        expectDescribed(method, path, odd);
      }
    }
  });

  it('describes what is really answered', async () => {
    const ask = (method: 'get' | 'post' | 'delete', path: string) =>
      supertest(test.app)[method](`/api/v1${path}`).set(bearer);
    const created = await ask('post', '/workspaces').send({ name: 'described' });
    const at = `/workspaces/${created.body.id}`;
    const opened = await ask('post', `${at}/sessions`);
    const of = `/sessions/${opened.body.id}`;
    const answers: [string, string, Response][] = [
      ['post', '/workspaces', created],
      ['post', '/workspaces', await ask('post', '/workspaces').send({ name: '' })],
      ['post', '/workspaces', await ask('post', '/workspaces').send({ name: 'Described' })],
      ['post', '/workspaces', await ask('post', '/workspaces').type('form').send('name=x')],
      ['get', '/openapi.json', await ask('get', '/openapi.json')],
      ['get', '/workspaces', await ask('get', '/workspaces')],
      ['get', '/workspaces', await supertest(test.app).get('/api/v1/workspaces')],
      ['get', '/workspaces/{id}', await ask('get', at)],
      ['get', '/workspaces/{id}', await ask('get', '/workspaces/999999')],
      ['post', '/workspaces/{id}/sessions', opened],
      ['post', '/workspaces/{id}/sessions', await ask('post', `${at}/sessions`)],
      ['get', '/sessions', await ask('get', '/sessions')],
      ['get', '/sessions', await ask('get', '/sessions?limit=0')],
      ['get', '/sessions/{id}', await ask('get', of)],
      ['post', '/sessions/{id}/touch', await ask('post', `${of}/touch`)],
      ['post', '/sessions/{id}/end', await ask('post', `${of}/end`)],
      ['post', '/sessions/{id}/touch', await ask('post', `${of}/touch`)],
      ['post', '/workspaces/{id}/start', await ask('post', `${at}/start`)],
      ['post', '/workspaces/{id}/stop', await ask('post', `${at}/stop`)],
      ['delete', '/workspaces/{id}', await ask('delete', at)],
    ];
    for (const [method, path, response] of answers) expectDescribed(method, path, response);
    expect(answers.map(([, , { status }]) => status)).toEqual([
      201, 422, 409, 415, 200, 200, 401, 200, 404, 201, 200, 200, 422, 200, 200, 200, 409, 200, 200, 204,
    ]);
  });
});

/** The status is foreseen, the type is, the body fits, and has no field that the document does not name. */
function expectDescribed(method: string, path: string, response: Response): void {
  const where = `${method} ${path} ${response.status}`;
  const described = document.paths[path]?.[method]?.responses[String(response.status)];
  expect(described, where).toBeDefined();
  const schema = described?.content?.[response.type]?.schema as { $ref: string } | undefined;
  if (response.status === 204) return;
  expect(schema, where).toBeDefined();
  const validate = ajv.getSchema(`api${schema?.$ref ?? ''}`)!;
  expect(validate(response.body), `${where}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  const known = Object.keys((validate.schema as { properties: object }).properties);
  expect(known, where).toEqual(expect.arrayContaining(Object.keys(response.body as object)));
  if (response.status < 400) return;
  const name = (Object.keys(problemStatus) as (keyof typeof problemStatus)[]).find(
    (problem) => problemType(problem) === (response.body as { type: string }).type,
  );
  expect(described?.description.split(', '), where).toContain(name);
}
