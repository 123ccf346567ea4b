import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportEvidence, type EvidencePools } from '../../src/evidence/export-evidence.ts';
import { createDownloadSlots, type DownloadOwner } from '../../src/evidence/download-slots.ts';
import { withFirstChunk } from '../../src/db/stream-rows.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import { buildAuditRow, contextOf, expectValid } from './support.ts';

const testApp = useTestApp({ hasOddDetails: true });
let cast: Cast;
let alice: Visitor;
let charlie: Visitor;
let olivia: Visitor;
let server: Server;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  [alice, charlie, olivia] = (await Promise.all(
    [cast.alice, cast.charlie, cast.olivia].map((person) => signIn(testApp.app, person)),
  )) as [Visitor, Visitor, Visitor];
  server = createServer(testApp.app);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const pools = (): EvidencePools => ({
  db: testApp.db,
  reads: testApp.deps.readDb,
  config: testApp.config,
});

const pathOf = (userId: number): string => `/admin/users/${String(userId)}/export-logs`;

describe('the download over HTTP', () => {
  it('is a JSON attachment that fits the published schema', async () => {
    await buildAuditRow(testApp.db, cast.bob);
    const response = await alice.get(pathOf(cast.bob.id));
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename="[a-z0-9.-]+\.json"$/);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers.link).toBe(
      '<http://localhost:3000/schemas/evidence-bundle-1.2.json>; rel="describedby"',
    );
    const bundle = JSON.parse(response.text) as unknown;
    expectValid(bundle);
    expect(bundle.audit_logs).toHaveLength(1);
  });

  it('is audited, and so is an operator’s, without naming the company', async () => {
    const response = await olivia.get(pathOf(cast.bob.id));
    const bundle = JSON.parse(response.text) as unknown;
    expectValid(bundle);
    expect(bundle.generated_by).toMatchObject({ role: 'operator', full_name: 'Olivia' });
    const readRows = (): Promise<unknown[]> =>
      testApp
        .db('audit_logs')
        .where({ user_id: cast.olivia.id, company_id: cast.acme.id })
        .orderBy('id')
        .select('action_type', 'actor_type', 'resource_type', 'resource_id', 'request_path');
    // The file is complete for its reader a moment before its end can be written down.
    await until(async () => (await readRows()).length === 3);
    expect(await readRows()).toEqual([
      {
        action_type: 'operator_company_viewed',
        actor_type: 'operator',
        resource_type: 'company',
        resource_id: String(cast.acme.id),
        request_path: pathOf(cast.bob.id),
      },
      {
        action_type: 'evidence_exported',
        actor_type: 'operator',
        resource_type: 'user',
        resource_id: String(cast.bob.id),
        request_path: pathOf(cast.bob.id),
      },
      {
        action_type: 'evidence_export_finished',
        actor_type: 'operator',
        resource_type: 'user',
        resource_id: String(cast.bob.id),
        request_path: pathOf(cast.bob.id),
      },
    ]);
  });

  it('of another company’s person or of an operator is not found, and nothing is audited', async () => {
    const count = async (): Promise<number> =>
      (await testApp.db('audit_logs').where({ action_type: 'evidence_exported' })).length;
    const before = await count();
    expect((await charlie.get(pathOf(cast.bob.id))).status).toBe(404);
    expect((await olivia.get(pathOf(cast.olivia.id))).status).toBe(404);
    expect((await olivia.get(pathOf(999_999))).status).toBe(404);
    expect(await count()).toBe(before);
  });

  it('takes days in Istanbul, both of them whole, and exact times', async () => {
    const days = await alice.get(`${pathOf(cast.bob.id)}?from=2026-03-01&to=2026-03-31`);
    expect((JSON.parse(days.text) as { period: unknown }).period).toEqual({
      from: '2026-02-28T21:00:00.000Z',
      to: '2026-03-31T21:00:00.000Z',
    });
    const times = await alice.get(`${pathOf(cast.bob.id)}?from=2026-03-01T00:00:00%2B03:00&to=`);
    expect((JSON.parse(times.text) as { period: unknown }).period).toEqual({
      from: '2026-02-28T21:00:00.000Z',
      to: null,
    });
  });

  it.each([
    ['from=2026-02-30', 'Enter a date such as'],
    ['from=yesterday', 'Enter a date such as'],
    ['to=%00', 'Enter a date such as'],
    ['from=2026-01-01&from=2026-01-02', 'Enter a date such as'],
    ['to=99999-01-01', 'Enter a date such as'],
    ['from=2026-04-01&to=2026-03-01', 'The end must come after the start.'],
  ])('shows the form again with the fault for ?%s', async (query, fault) => {
    const response = await alice.get(`${pathOf(cast.bob.id)}?${query}`);
    expect(response.status).toBe(422);
    expect(response.text).toContain(fault);
    expect(response.text).toContain('aria-invalid="true"');
  });
});

describe('the published schema', () => {
  it('is open to everybody and describes every field in a sentence', async () => {
    const response = await new Visitor(testApp.app).get('/schemas/evidence-bundle-1.2.json');
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/schema\+json/);
    const schema = JSON.parse(response.text) as Record<string, unknown>;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'http://localhost:3000/schemas/evidence-bundle-1.2.json',
    });
    expect(listUndescribed(schema)).toEqual([]);
  });
});

function listUndescribed(schema: Record<string, unknown>, path = ''): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>);
  const items = schema.items as Record<string, unknown> | undefined;
  return [
    ...properties.flatMap(([name, field]) => [
      ...(typeof field.description === 'string' && field.description.endsWith('.')
        ? []
        : [`${path}/${name}`]),
      ...listUndescribed(field, `${path}/${name}`),
    ]),
    ...(items === undefined ? [] : listUndescribed(items, `${path}[]`)),
  ];
}

/** Many rows at once, so that a download takes more than one batch and more than a socket's buffer. */
async function fillTrail(userId: number, rows: number, actionType = 'logout'): Promise<void> {
  await testApp.db.raw(
    `insert into audit_logs (timestamp, user_id, company_id, actor_type, action_type, request_id, details, success)
     select now() - make_interval(secs => n), ?, ?, 'user', ?, 'fill', jsonb_build_object('text', repeat('x', 1600)), true
     from generate_series(1, ?::int) as n`,
    [userId, cast.acme.id, actionType, rows],
  );
}

async function countOpenTransactions(): Promise<number> {
  const { rows } = await testApp.database.ownerDb.raw<{ rows: { open: number }[] }>(
    `select count(*) as open from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend' and xact_start is not null`,
  );
  return rows[0]?.open ?? 0;
}

/** Asked without a pause, the server and Postgres would have no time for what is waited for. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { timeout: 15_000, interval: 20 }).toBe(true);
}

/** Opens the download on a real socket; nothing is read until the caller reads. */
async function openDownload(visitor: Visitor, path: string): Promise<IncomingMessage> {
  const probe = visitor.rawGet('/healthz');
  const { cookies } = probe as unknown as { cookies: string };
  await probe;
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ port, path, host: '127.0.0.1', headers: { cookie: cookies } }, resolve)
      .on('error', reject)
      .end();
  });
}

describe('a long download', () => {
  it('shows one moment: what is committed while it runs is not inside', async () => {
    await fillTrail(cast.bob.id, 1000);
    const download = await exportEvidence(pools(), contextOf(cast.alice), {
      userId: cast.bob.id,
      companyId: cast.acme.id,
      from: null,
      to: null,
      by: cast.alice,
    });
    await testApp.db('workspaces').insert({
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
      name: 'made meanwhile',
      port: 29_000,
      created_at: new Date(),
    });
    const workspace = await testApp
      .db('workspaces')
      .where({ name: 'made meanwhile' })
      .first<{ id: number }>('id');
    await testApp.db('workspace_sessions').insert({
      company_id: cast.acme.id,
      workspace_id: workspace.id,
      user_id: cast.bob.id,
      started_at: new Date(),
      last_activity_at: new Date(),
      session_id: 'b'.repeat(64),
      access_method: 'web',
    });
    await buildAuditRow(testApp.db, cast.bob, { request_id: 'committed-meanwhile' });
    let text = '';
    for await (const chunk of download.chunks) text += chunk.toString();
    const bundle = JSON.parse(text) as unknown;
    expectValid(bundle);
    expect(text).not.toContain('committed-meanwhile');
    expect(bundle.workspace_sessions).toEqual([]);
    expect(bundle.summary.total_sessions).toBe(0);
    expect(bundle.audit_logs.filter((row) => row.request_id === 'fill')).toHaveLength(1000);
  });

  it('keeps memory flat however slowly it is read', async () => {
    await fillTrail(cast.alice.id, 15_000);
    const download = await exportEvidence(pools(), contextOf(cast.alice), {
      userId: cast.alice.id,
      companyId: cast.acme.id,
      from: null,
      to: null,
      by: cast.alice,
    });
    let bytes = 0;
    let largestChunk = 0;
    for await (const chunk of download.chunks) {
      bytes += chunk.length;
      largestChunk = Math.max(largestChunk, chunk.length);
      await new Promise((turn) => setImmediate(turn));
    }
    expect(bytes).toBeGreaterThan(9_000_000);
    // A chunk is one batch of rows; nothing is read ahead of the reader.
    expect(largestChunk).toBeLessThan(400_000);
  });

  it('gives its connection back when the reader goes away in the middle', async () => {
    const response = await openDownload(alice, pathOf(cast.alice.id));
    expect(response.statusCode).toBe(200);
    await new Promise((read) => response.once('data', read));
    response.pause();
    expect(await countOpenTransactions()).toBeGreaterThan(0);
    response.destroy();
    await until(async () => (await countOpenTransactions()) === 0);
  });

  it('cuts the connection when the database fails in the middle, so that half a file is no file', async () => {
    const response = await openDownload(alice, pathOf(cast.alice.id));
    let text = '';
    response.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    await new Promise((read) => response.once('data', read));
    response.pause();
    // Listened for from now on: a response that breaks while nobody listens only closes.
    const ended = new Promise<string>((end) => {
      response.on('error', () => {
        end('cut');
      });
      response.on('close', () => {
        end(response.complete ? 'complete' : 'cut');
      });
    });
    await testApp.database.ownerDb.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
    );
    response.resume();
    expect(await ended).toBe('cut');
    expect(() => void JSON.parse(text)).toThrow(SyntaxError);
    expect((await alice.get('/admin/users')).status).toBe(200);
  });
});

describe('a fault before the first byte', () => {
  it('is an error page and not half a file', async () => {
    const failing = (async function* (): AsyncGenerator<string, void> {
      await Promise.reject(new Error('no connection'));
      yield 'never';
    })();
    await expect(withFirstChunk(failing)).rejects.toThrow('no connection');
  });
});

describe('download slots', () => {
  const of = (userId: number, companyId: number, isOperator = false): DownloadOwner => ({
    userId,
    companyId,
    isOperator,
  });
  const held = new Promise<void>(() => undefined);

  it('wait for one of the same person that is just being written down', async () => {
    const slots = createDownloadSlots(6);
    let end: () => void = () => undefined;
    const first = slots.run(of(1, 1), () => new Promise<void>((done) => (end = done)));
    const second = slots.run(of(1, 1), () => Promise.resolve('second'));
    end();
    await first;
    expect(await second).toBe('second');
  });

  it('give each person one, and keep nobody from theirs by what another person of the company holds', async () => {
    const slots = createDownloadSlots(10);
    void slots.run(of(1, 1), () => held);
    await expect(slots.run(of(1, 1), () => held)).rejects.toMatchObject({ status: 429 });
    await expect(slots.run(of(2, 1), () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('leave one to other companies, and those of operators to operators', async () => {
    const slots = createDownloadSlots(10);
    for (const userId of [1, 2]) void slots.run(of(userId, 1), () => held);
    await expect(slots.run(of(3, 1), () => held)).rejects.toMatchObject({ status: 429 });
    void slots.run(of(4, 2), () => held);
    await expect(slots.run(of(5, 3), () => held)).rejects.toMatchObject({ status: 429 });
    for (const userId of [91, 92]) {
      await expect(slots.run(of(userId, 1, true), () => Promise.resolve('done'))).resolves.toBe('done');
      void slots.run(of(userId, 1, true), () => held);
    }
    await expect(slots.run(of(93, 1, true), () => held)).rejects.toMatchObject({ status: 429 });
  });

  it('are given back, also by a download that breaks', async () => {
    const slots = createDownloadSlots(6);
    await expect(slots.run(of(1, 1), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(slots.run(of(1, 1), () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
