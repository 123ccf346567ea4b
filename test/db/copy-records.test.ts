import { describe, expect, it } from 'vitest';
import { copyRecords } from '../../src/db/copy-records.ts';
import { inSnapshot } from '../../src/db/stream-rows.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

/**
 * Rows of nothing but what COPY escapes, of many lengths, so that a pair of backslashes lies across two
 * pieces.
 */
const ROWS = 3000;
const AWKWARD = `
  (select jsonb_build_object('n', n, 'text', repeat(E'\\\\', n % 97) || repeat(E'"\\n', n % 7) || 'ğ\u0001🎉') as record
   from generate_series(1, ${String(ROWS)}) as n order by n) as awkward`;

const expected = Array.from({ length: ROWS }, (_, index) => {
  const n = index + 1;
  return { n, text: '\\'.repeat(n % 97) + '"\n'.repeat(n % 7) + 'ğ\u0001🎉' };
});

describe('copyRecords', () => {
  it.each(['json', 'ndjson'] as const)('gives every record as Postgres wrote it, as %s', async (form) => {
    let text = '';
    let pieces = 0;
    let records = 0;
    await database.db.transaction(async (snapshot) => {
      const query = snapshot.select('record').from(snapshot.raw(AWKWARD));
      for await (const piece of copyRecords(snapshot, query, form)) {
        text += piece.bytes.toString('latin1');
        records += piece.records;
        pieces += 1;
      }
    });
    const whole = Buffer.from(text, 'latin1').toString();
    const found: unknown =
      form === 'json'
        ? JSON.parse(`[${whole.slice(1)}]`)
        : JSON.parse(`[${whole.trim().split('\n').join(',')}]`);
    expect(found).toEqual(expected);
    expect(records).toBe(ROWS);
    expect(pieces).toBeGreaterThan(3);
  });

  it('gives up on a database that gives nothing, and leaves the connection to nobody', async () => {
    const [key, limitMs] = [4711, 50];
    await database.db.transaction(async (holder) => {
      await holder.raw('select pg_advisory_xact_lock(?)', [key]);
      const waiting = inSnapshot(database.db, new AbortController().signal, (snapshot) => {
        const query = snapshot.select(snapshot.raw('pg_advisory_xact_lock(?)::text as record', [key]));
        return copyRecords(snapshot, query, 'json', limitMs);
      });
      await expect(waiting.next()).rejects.toThrow('Postgres gave nothing for 0.05 seconds');
    });
    expect(await database.db.select(database.db.raw('1 as one')).first()).toEqual({ one: 1 });
  });

  it('never lets a text be part of the statement', async () => {
    const hostile = `'; drop table users; --\\`;
    await database.db.transaction(async (snapshot) => {
      const query = snapshot.select(snapshot.raw('to_json(?::text) as record', [hostile]));
      for await (const { bytes } of copyRecords(snapshot, query, 'ndjson')) {
        expect(JSON.parse(bytes.toString())).toBe(hostile);
      }
    });
  });
});
