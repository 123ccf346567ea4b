import { beforeAll, describe, expect, it } from 'vitest';
import { auditRecord } from '../../src/audit/audit-record.ts';
import { copyRecords, type RecordForm } from '../../src/evidence/copy-records.ts';
import { auditRecordRows, auditRecordsAsJson } from '../../src/evidence/records-as-json.ts';
import type { EvidenceScope } from '../../src/evidence/scope.ts';
import { IndexSet } from '../../src/transparency/proof/index-set.ts';
import { LeafPlaces } from '../../src/transparency/proof/leaf-places.ts';
import type { ShownLog } from '../../src/transparency/proof/find-shown-log.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import { buildAuditRow } from './support.ts';

const database = useTestDatabase();
let cast: Cast;

/** Texts that JSON or the copy escapes, or that look like it, and letters of two to four bytes. */
const AWKWARD = [
  '',
  '\\N',
  '\\',
  '"',
  'a\tb\nc\rd\be\ff\vg',
  '\u0001\u001f\u007f\u0080',
  'İğ€🎉 \u2028',
  '\\u0041\\.',
];

beforeAll(async () => {
  cast = await buildCast(database.db);
  const at = Date.parse('2026-11-30T08:15:00Z');
  for (const [place, text] of AWKWARD.entries())
    await buildAuditRow(database.db, cast.bob, {
      timestamp: new Date(at + 60_000 * place)
        .toISOString()
        .replace('.000Z', ['Z', '.1Z', '.12Z', '.123999Z'][place % 4] ?? 'Z'),
      user_agent: text,
      request_path: text,
      error_message: place % 2 === 0 ? null : text,
      success: place % 2 === 0,
      ip_address: place % 3 === 0 ? null : place % 3 === 1 ? '203.0.113.20' : '2001:db8::1',
      details: { text, [`${text}key`]: [1.5, null, true, { text }] },
    });
});

const scope = (): EvidenceScope => ({
  userId: cast.bob.id,
  companyId: cast.acme.id,
  from: null,
  to: null,
  download: { at: new Date(Date.parse('2098-01-01')), requestId: 'none' },
});

async function read(
  form: RecordForm,
  type: string | null,
  leaves?: Parameters<typeof copyRecords>[2],
): Promise<string> {
  const pieces: Buffer[] = [];
  await database.db.transaction(async (snapshot) => {
    const log: ShownLog = { id: 1, log_uuid: '', integrated: 100, size: 100, checkpoint: '' };
    const rows = auditRecordRows(snapshot, leaves === undefined ? scope() : { ...scope(), log });
    for await (const { bytes } of copyRecords(snapshot, { rows, record: auditRecord, type, form }, leaves))
      pieces.push(bytes);
  });
  return Buffer.concat(pieces).toString();
}

describe('copyRecords', () => {
  it('writes byte for byte what Postgres writes as JSON', async () => {
    const rows = await database.db
      .from(auditRecordsAsJson(database.db, scope()).as('records'))
      .select<{ text: string }[]>(database.db.raw('record::text as text'));
    const texts = rows.map(({ text }) => text);
    expect(texts.length).toBeGreaterThanOrEqual(AWKWARD.length);
    expect(await read('json', null)).toBe(texts.map((text) => `,${text}\n`).join(''));
    expect(await read('ndjson', 'audit_log')).toBe(
      texts.map((text) => `{"type":"audit_log",${text.slice(1)}\n`).join(''),
    );
  });

  it('ends each record with the index of its leaf, and tells which of them the reader cannot make', async () => {
    await buildAuditRow(database.db, cast.alice, {
      timestamp: '2026-11-30T09:00:00Z',
      resource_type: 'user',
      resource_id: String(cast.bob.id),
    });
    const rows = await database
      .db('audit_logs')
      .orderBy('id')
      .select<{ id: number; user_id: number }[]>('id', 'user_id');
    const places = new LeafPlaces();
    const [left, ...placed] = rows;
    for (const [place, { id }] of placed.entries()) places.add(id, 2 * place + 1);
    const passed = { shown: new IndexSet(100), partial: new IndexSet(100) };
    const text = await read('ndjson', null, { places, passed });
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number; log_index: number | null });
    const indexOf = (id: number): number | null => {
      const place = placed.findIndex((row) => row.id === id);
      return place === -1 ? null : 2 * place + 1;
    };
    expect(records.map(({ log_index }) => log_index)).toEqual(records.map(({ id }) => indexOf(id)));
    const shown = records.flatMap(({ log_index }) => log_index ?? []).sort((a, b) => a - b);
    expect(left).toBeDefined();
    expect([...passed.shown.toArray()]).toEqual(shown);
    const others = placed.filter(
      ({ id, user_id }) => user_id === cast.alice.id && records.some((record) => record.id === id),
    );
    expect(others).not.toEqual([]);
    expect([...passed.partial.toArray()]).toEqual(others.map(({ id }) => indexOf(id)));
  });
});
