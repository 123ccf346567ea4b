import { createHash } from 'node:crypto';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLine, csvSeparators } from '../../src/evidence/csv.ts';
import { evidenceLine, evidenceLinesJsonSchema } from '../../src/evidence/schemas/line-schema.ts';
import { sweepExportProgress } from '../../src/evidence/export-progress.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { buildAuditRow, buildPaidPayment, buildSession, contextOf, readBundle } from './support.ts';

/** Rows of the long download. */
const FILLED = 5000;
const testApp = useTestApp({ hasOddDetails: true });
let cast: Cast;
let alice: Visitor;
let charlie: Visitor;
let server: Server;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  alice = await signIn(testApp.app, cast.alice);
  charlie = await signIn(testApp.app, cast.charlie);
  server = createServer(testApp.app);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  await fillCase();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Something of every kind about Bob, with texts that are hard to write. */
async function fillCase(): Promise<void> {
  const { db } = testApp;
  await buildAuditRow(db, cast.bob, {
    timestamp: '2026-03-01T07:00:00.999999Z',
    ip_address: '2001:db8::1',
    user_agent: '=1+1 "quoted", back\\slash\ttab',
    details: JSON.stringify({ text: 'ğüş 🎉 "\\ \n', nested: { list: [1, 2.5, null] } }),
  });
  await buildAuditRow(db, cast.alice, {
    timestamp: '2026-03-02T07:00:00Z',
    action_type: 'user_role_changed',
    resource_id: String(cast.bob.id),
  });
  await buildAuditRow(db, cast.bob, { resource_id: null, timestamp: '2026-03-01T08:00:00.100Z' });
  const { id } = await buildWorkspace(db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  await buildSession(db, cast.bob, id, { from: '2026-03-01T09:00:00.5Z', to: '2026-03-01T10:00:00Z' });
  await buildPaidPayment(db, cast.bob, { created_at: new Date('2026-03-01T09:00:00Z') });
}

const PERIOD = 'from=2026-03-01&to=2026-03-31';
const pathOf = (query: string): string => `/admin/users/${String(cast.bob.id)}/export-logs?${query}`;
const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the texts that Postgres makes', () => {
  it('have times cut to milliseconds in UTC, and every character as it was', async () => {
    const bundle = await readBundle(testApp.db, cast.alice, cast.bob, {
      from: new Date('2026-03-01T00:00:00Z'),
      to: new Date('2026-03-31T00:00:00Z'),
    });
    expect(bundle.audit_logs.map((row) => row.timestamp)).toEqual([
      '2026-03-02T07:00:00.000Z',
      '2026-03-01T08:00:00.100Z',
      '2026-03-01T07:00:00.999Z',
    ]);
    expect(bundle.audit_logs[2]).toMatchObject({
      ip_address: '2001:db8::1',
      user_agent: '=1+1 "quoted", back\\slash\ttab',
      details: { text: 'ğüş 🎉 "\\ \n', nested: { list: [1, 2.5, null] } },
    });
    // A row about an account that does not say which one is not taken for this person's.
    expect(bundle.audit_logs[1]).toMatchObject({ details: null, ip_address: '203.0.113.20' });
    expect(bundle.workspace_sessions[0]).toMatchObject({
      started_at: '2026-03-01T09:00:00.500Z',
      ended_at: '2026-03-01T10:00:00.000Z',
    });
  });
});

describe('evidence as lines of JSON', () => {
  it('holds what the bundle holds: a first line, a line for each record, a last line that proves it whole', async () => {
    const bundle = JSON.parse((await alice.get(pathOf(PERIOD))).text) as Record<string, unknown[]>;
    const { response, text } = await read(pathOf(`${PERIOD}&format=ndjson`));
    expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers['content-disposition']).toMatch(/\.ndjson"$/);
    expect(response.headers.link).toBe(
      '<http://localhost:3000/schemas/evidence-lines-1.2.json>; rel="describedby"',
    );
    const lines = linesOf(text);
    expect(lines.map((line) => line.type)).toEqual([
      'bundle',
      ...['audit_log', 'audit_log', 'audit_log'],
      'workspace_session',
      'payment',
      'invoice',
      'proof',
      'summary',
    ]);
    const without = ({ type: _type, ...rest }: Record<string, unknown>): Record<string, unknown> => rest;
    expect(lines.slice(1, 4).map(without)).toEqual(bundle.audit_logs);
    expect(lines.slice(4, 5).map(without)).toEqual(bundle.workspace_sessions);
    expect(lines.slice(5, 6).map(without)).toEqual(bundle.payments);
    expect(without(lines.at(-1) ?? {})).toEqual(bundle.summary);
  });

  it('fits the schema that is published for it', async () => {
    const published = await alice.get('/schemas/evidence-lines-1.2.json');
    expect(published.headers['content-type']).toMatch(/^application\/schema\+json/);
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    addFormats.default(ajv);
    const validate = ajv.compile(evidenceLinesJsonSchema('http://localhost:3000'));
    expect(JSON.parse(published.text)).toEqual(evidenceLinesJsonSchema('http://localhost:3000'));
    const { text } = await read(pathOf('format=ndjson'));
    for (const line of linesOf(text)) {
      expect(validate(line), ajv.errorsText(validate.errors)).toBe(true);
      // The published schema is open and ours is closed, so that every field we write is described.
      evidenceLine.parse(line);
    }
    expect(validate({ type: 'audit_log', id: 1 })).toBe(false);
  });
});

describe('the schemas that are published', () => {
  const compile = async (name: string): Promise<ValidateFunction> => {
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    addFormats.default(ajv);
    return ajv.compile(JSON.parse((await alice.get(`/schemas/${name}.json`)).text) as object);
  };

  it('fit a file of a later version, which has more fields, more lists and more values', async () => {
    const bundle = JSON.parse((await alice.get(pathOf('format=json'))).text) as Record<string, object[]>;
    const validate = await compile('evidence-bundle-1.2');
    const added = { schema_version: '1.3', attempts_by_others: [{ id: 1 }] };
    const later: Record<string, unknown> = structuredClone({ ...bundle, ...added });
    addEverywhere(later);
    Object.assign((later.payments as object[])[0]!, { status: 'refunded' });
    expect(validate(later), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...later, schema_version: '1.10' })).toBe(true);
    for (const other of ['1.1', '2.0', '1', '1.', '1.02', '11.3', 1.2, null])
      expect(validate({ ...later, schema_version: other }), String(other)).toBe(false);
    expect(validate({ ...later, summary: undefined })).toBe(false);
    expect(validate({ ...later, user: { ...(later.user as object), id: 'one' } })).toBe(false);
  });

  it('fit the lines of a later version, of which some are of a type that nobody knows yet', async () => {
    const validate = await compile('evidence-lines-1.2');
    const { text } = await read(pathOf('format=ndjson'));
    for (const line of linesOf(text)) {
      addEverywhere(line);
      expect(validate(line), JSON.stringify(validate.errors)).toBe(true);
    }
    expect(validate({ type: 'attempt_by_others', anything: [1] })).toBe(true);
    expect(validate({ type: 'summary' })).toBe(false);
    expect(validate({ anything: 1 })).toBe(false);
  });

  it.each([
    ['evidence-bundle-1.0', '4b49a7e5e39669ed9d2651ebf69130b85cf33f59087a5c50b0b752115ff93edf'],
    ['evidence-lines-1.0', '86388a0d12806714c780be0f642c760677141a31ad09a1ae1d311d986a135342'],
    ['evidence-bundle-1.1', 'adc0148a51c7f031c0833625bf727430e0ffa2a07e414301966a00931c5ce672'],
    ['evidence-lines-1.1', '8a50cbce717a15d022576b5dfc23c510cb5685f193b82b125db383eec70ec1f4'],
  ])('stay as they were, byte for byte: %s', async (name, sha256) => {
    const { text } = await alice.get(`/schemas/${name}.json`);
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  });
});

/** Gives every object in it a field that no version has; what is open already, such as `details`, too. */
function addEverywhere(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) addEverywhere(inner);
  const isSums = Object.keys(value).every((key) => /^[A-Z]{3}$/.test(key));
  if (!Array.isArray(value)) Object.assign(value, isSums ? { CHF: 1 } : { a_later_field: 'x' });
}

describe('evidence as CSV', () => {
  it('has the columns of the company’s audit CSV, nothing of a colleague, and no formula', async () => {
    const company = await alice.get('/admin/audit.csv?action=locale_changed');
    const response = await alice.get(pathOf(`${PERIOD}&format=csv`));
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
    const rows = response.text.split('\r\n');
    expect(rows[0]).toBe(company.text.split('\r\n')[0]);
    expect(rows).toHaveLength(5);
    expect(rows[1]).toContain('user_role_changed');
    expect(rows[1]).not.toContain('Alice');
    expect(rows[1]).not.toContain('203.0.113.20');
    expect(rows[3]).toContain('2026-03-01T07:00:00.999Z');
    expect(rows[3]).toContain(`,Bob,${cast.bob.email},`);
    expect(rows[3]).toContain(`"'=1+1 ""quoted"", back\\slash\ttab"`);
  });
});

describe('a CSV in a spreadsheet', () => {
  const attacks = ['=', '+', '-', '@', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20'].flatMap((start) =>
    ['', ';', ',', '\t', '|', '\r\n', '\n', '; ', ';"', ';\u200B', '\t\t', ' ;  "'].map(
      (before) => `${before === '' ? '' : `curl${before}`}${start}HYPERLINK(1)`,
    ),
  );

  it.each(['comma', 'semicolon'] as const)(
    'has no formula of a stranger in it, whichever separator the reader takes: %s',
    (separator) => {
      for (const text of attacks) {
        for (const value of [text, { user_agent: text, list: [1, -2] }]) {
          const line = csvLine([7, value, 'x'], separator);
          for (const read of [',', ';', '\t', '|']) {
            // Both a reader that knows quotes and one that takes none.
            for (const cell of [
              ...line.split(/[\r\n]/).flatMap((row) => row.split(read)),
              ...cellsOf(line, read),
            ])
              expect(cell, line).not.toMatch(
                /^[\s"\p{Cf}]*(?:[=@\uFF1D\uFF0B\uFF0D\uFF20]|[+-](?!\d+[\]}]))/u,
              );
          }
          if (typeof value === 'object')
            expect(JSON.parse(cellsOf(line, csvSeparators[separator])[1] ?? '')).toEqual(value);
        }
      }
    },
  );

  it('is in columns where Turkish Excel opens it, and by commas for everybody else or who asks', async () => {
    const { db } = testApp;
    await db('users').where({ id: cast.alice.id }).update({ locale: 'tr' });
    for (const path of [pathOf(`${PERIOD}&format=csv`), '/admin/audit.csv?action=locale_changed']) {
      expect((await alice.get(path)).text).toMatch(/^\uFEFFid;timestamp;/);
      expect((await alice.get(`${path}&separator=comma`)).text).toMatch(/^\uFEFFid,timestamp,/);
      expect((await alice.get(`${path}&separator=tab`)).status).toBe(400);
    }
    await db('users').where({ id: cast.alice.id }).update({ locale: 'en' });
    expect((await alice.get(pathOf(`${PERIOD}&format=csv`))).text).toMatch(/^\uFEFFid,timestamp,/);
  });
});

/** As RFC 4180 reads a line: quotes count at the start of a cell. */
function cellsOf(line: string, separator: string): string[] {
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"([^${separator}\r\n]*)|([^${separator}\r\n]*))(?:[${separator}]|\r?\n|\r|$)`,
    'g',
  );
  return [...line.matchAll(cell)].map(([, quoted, rest = '', plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"') + rest,
  );
}

describe('a form of file that we do not have', () => {
  it.each(['xml', 'JSON', '', 'json&format=csv'])('is refused: %s', async (format) => {
    const begun = { action_type: 'evidence_exported' };
    const before = await testApp.db('audit_logs').where(begun).pluck<number[]>('id');
    expect((await alice.get(pathOf(`format=${format}`))).status).toBe(400);
    expect(await testApp.db('audit_logs').where(begun).pluck<number[]>('id')).toEqual(before);
  });
});

describe('compression', () => {
  const ask = async (acceptEncoding: string | null): Promise<{ response: IncomingMessage; body: Buffer }> => {
    const response = await open(pathOf(PERIOD), { 'accept-encoding': acceptEncoding ?? undefined });
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { response, body: Buffer.concat(pieces) };
  };

  it.each(['gzip', 'br, gzip;q=0.5', '*', 'identity;q=0.1, gzip;q=0.2'])(
    'by gzip is used for %s',
    async (acceptEncoding) => {
      const { response, body } = await ask(acceptEncoding);
      expect(response.headers['content-encoding']).toBe('gzip');
      expect(response.headers.vary).toMatch(/accept-encoding/i);
      expect(JSON.parse(gunzipSync(body).toString())).toMatchObject({ schema_version: '1.2' });
    },
  );

  it.each([null, 'br', 'gzip;q=0', 'identity, gzip;q=0.5', 'identity;q=0, gzip;q=0'])(
    'is not used for %s',
    async (acceptEncoding) => {
      const { response, body } = await ask(acceptEncoding);
      expect(response.headers['content-encoding']).toBeUndefined();
      expect(response.headers.vary).toMatch(/accept-encoding/i);
      expect(JSON.parse(body.toString())).toMatchObject({ schema_version: '1.2' });
    },
  );
});

describe('the end of a download', () => {
  it('is audited with its form, its rows, bytes and seconds', async () => {
    const response = await alice.get(pathOf(PERIOD));
    const end = await endOf(String(response.headers['x-request-id']));
    expect(end).toMatchObject({
      success: true,
      company_id: cast.acme.id,
      resource_id: String(cast.bob.id),
      details: {
        format: 'json',
        rows: { audit_logs: 3, workspace_sessions: 1, payments: 1, invoices: 1 },
        bytes: Buffer.byteLength(response.text),
        seconds: expect.any(Number) as number,
      },
    });
    const csv = await alice.get('/admin/audit.csv?result=failure');
    expect(await endOf(String(csv.headers['x-request-id']))).toMatchObject({
      action_type: 'audit_export_finished',
      success: true,
      details: { rows: 0 },
    });
  });

  it('is audited as a failure when the reader goes away, and nothing of it goes on in Postgres', async () => {
    await fillTrail();
    const token = 'a-token-of-a-reader-who-leaves';
    const response = await open(pathOf(`progress=${token}`), {});
    await new Promise((read) => response.once('data', read));
    response.destroy();
    const end = await endOf(String(response.headers['x-request-id']));
    expect(end).toMatchObject({ success: false, error_message: 'reader-gone' });
    const { rows } = (end as { details: { rows: { audit_logs: number } } }).details;
    expect(rows.audit_logs).toBeLessThan(FILLED);
    await until(async () => (await countOpenTransactions()) === 0);
    const progress = await alice.get(`/admin/exports/${token}/progress`);
    expect(JSON.parse(progress.text)).toMatchObject({ state: 'failed' });
  });

  it('comes when the reader is gone while Postgres still works on the next rows: they are cancelled', async () => {
    const release = await holdBackRows();
    try {
      const response = await open(pathOf(PERIOD), {});
      await new Promise((read) => response.once('data', read));
      await until(async () => (await countWaiting()) > 0);
      response.destroy();
      await until(async () => (await countOpenTransactions()) === 0);
      expect(await endOf(String(response.headers['x-request-id']))).toMatchObject({
        success: false,
        error_message: 'reader-gone',
      });
    } finally {
      await release();
    }
  });
});

describe('the progress of a download', () => {
  it('is shown to the person who started it, and ends with all rows', async () => {
    const token = 'f9a1c9f2-5a8e-4b52-9d4e-6b9f0a1c2d3e';
    const path = `/admin/exports/${token}/progress`;
    expect((await alice.get(path)).status).toBe(404);
    await alice.get(pathOf(`${PERIOD}&progress=${token}`));
    await until(async () => (JSON.parse((await alice.get(path)).text) as { state: string }).state === 'done');
    expect(JSON.parse((await alice.get(path)).text)).toEqual({ state: 'done', rows: 6, total: 6 });
    expect((await charlie.get(path)).status).toBe(404);
    expect((await alice.get('/admin/exports/short/progress')).status).toBe(404);
  });

  it('moves while the file is being sent, with a total that was counted beside it', async () => {
    const token = 'token-of-a-download-that-takes-long';
    const response = await open(pathOf(`progress=${token}`), {});
    response.pause();
    const progress = async (): Promise<{ state: string; rows: number; total: number }> =>
      JSON.parse((await alice.get(`/admin/exports/${token}/progress`)).text) as never;
    await until(async () => (await progress()).total > FILLED);
    expect(await progress()).toMatchObject({ state: 'running' });
    expect((await progress()).rows).toBeLessThan(FILLED);
    response.resume();
    await until(async () => (await progress()).state === 'done');
    expect((await progress()).rows).toBe((await progress()).total);
  });

  it('of a process that died is a failure, and is forgotten after a day', async () => {
    const token = 'token-of-a-process-that-died';
    const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
    const row = { user_id: cast.alice.id, token, state: 'running', rows_done: 7 };
    await testApp.db('export_progress').insert({ ...row, updated_at: ago(60) });
    const progress = await alice.get(`/admin/exports/${token}/progress`);
    expect(JSON.parse(progress.text)).toEqual({ state: 'failed', rows: 7, total: null });
    await testApp
      .db('export_progress')
      .where({ token })
      .update({ updated_at: ago(25 * 3600) });
    expect(await sweepExportProgress(testApp.db, contextOf(cast.alice))).toEqual({ downloads: 1 });
    expect((await alice.get(`/admin/exports/${token}/progress`)).status).toBe(404);
  });
});

describe('the form on a person’s page', () => {
  it('offers the three forms of file and a token of its own, also without a script', async () => {
    const page = await alice.get(`/admin/users/${String(cast.bob.id)}`);
    for (const text of ['One JSON document', 'JSON line by line', 'Audit records, CSV']) {
      expect(page.text).toContain(text);
    }
    const token = /name="progress" value="([0-9a-f-]{36})"/.exec(page.text)?.[1];
    expect(token).toBeDefined();
    const again = await alice.get(`/admin/users/${String(cast.bob.id)}`);
    expect(again.text).not.toContain(token);
  });
});

async function read(path: string): Promise<{ response: IncomingMessage; text: string }> {
  const response = await open(path, {});
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece as string;
  return { response, text };
}

async function open(path: string, headers: Record<string, string | undefined>): Promise<IncomingMessage> {
  const probe = alice.rawGet('/healthz');
  const { cookies } = probe as unknown as { cookies: string };
  await probe;
  const { port } = server.address() as AddressInfo;
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    request({ port, path, host: '127.0.0.1', headers: { cookie: cookies, ...given } }, resolve)
      .on('error', reject)
      .end();
  });
}

async function endOf(requestId: string): Promise<unknown> {
  let row: unknown;
  await until(async () => {
    row = await testApp
      .db('audit_logs')
      .where({ request_id: requestId })
      .whereIn('action_type', ['evidence_export_finished', 'audit_export_finished'])
      .first();
    return row !== undefined;
  });
  return row;
}

/** More than a connection holds, in few rows: what a row costs is its indexes. */
async function fillTrail(): Promise<void> {
  await testApp.db.raw(
    `insert into audit_logs (timestamp, user_id, company_id, actor_type, action_type, request_id, details, success)
     select now() - make_interval(secs => n), ?, ?, 'user', 'logout', 'fill', jsonb_build_object('text', repeat('x', 8000)), true
     from generate_series(1, ?::int) as n`,
    [cast.bob.id, cast.acme.id, FILLED],
  );
}

/** Another transaction that keeps the sessions to itself: a download comes as far as them and waits. */
async function holdBackRows(): Promise<() => Promise<void>> {
  const trx = await testApp.database.ownerDb.transaction();
  await trx.raw('lock table workspace_sessions in access exclusive mode');
  return async () => {
    await trx.rollback();
  };
}

async function countWaiting(): Promise<number> {
  return countActivity(`wait_event_type = 'Lock' and query like 'copy%'`);
}

/**
 * Counts the open transactions of the app's role. The app's role may not see the times of the owner's, who
 * holds back rows.
 */
async function countOpenTransactions(): Promise<number> {
  return countActivity('xact_start is not null');
}

async function countActivity(condition: string): Promise<number> {
  const { rows } = await testApp.db.raw<{ rows: { count: number }[] }>(
    `select count(*) as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend' and ${condition}`,
  );
  return rows[0]?.count ?? 0;
}

/** Asked without a pause, the server and Postgres would have no time for what is waited for. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { timeout: 15_000, interval: 20 }).toBe(true);
}
