import { describe, expect, it } from 'vitest';
import { COPIED_NULL, copyRows, unescapeCopied } from '../../src/db/copy-rows.ts';
import { inSnapshot } from '../../src/db/stream-rows.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

/** Rows of nothing but what COPY escapes, of many lengths, so that a character lies across two pieces. */
const ROWS = 3000;
const AWKWARD = `
  (select n, repeat(E'\\\\', n % 97) || repeat(E'"\\n\\t\\b\\f\\r\\v', n % 7) || 'ğ\u0001🎉\\N' as text, null as nothing
   from generate_series(1, ${String(ROWS)}) as n order by n) as awkward`;

const expected = Array.from({ length: ROWS }, (_, index) => {
  const n = index + 1;
  return [String(n), '\\'.repeat(n % 97) + '"\n\t\b\f\r\v'.repeat(n % 7) + 'ğ\u0001🎉\\N', null];
});

describe('copyRows', () => {
  it('gives every column as it is, wherever the pieces are cut', async () => {
    const found: (string | null)[][] = [];
    let batches = 0;
    await database.db.transaction(async (snapshot) => {
      const query = snapshot.select('n', 'text', 'nothing').from(snapshot.raw(AWKWARD));
      for await (const lines of copyRows(snapshot, query)) {
        batches += 1;
        for (const line of lines) found.push(line.split('\t').map(textOf));
      }
    });
    expect(found).toEqual(expected);
    expect(batches).toBeGreaterThan(3);
  });

  it('gives up on a database that gives nothing, and leaves the connection to nobody', async () => {
    const [key, limitMs] = [4711, 50];
    await database.db.transaction(async (holder) => {
      await holder.raw('select pg_advisory_xact_lock(?)', [key]);
      const waiting = inSnapshot(database.db, new AbortController().signal, (snapshot) => {
        const query = snapshot.select(snapshot.raw('pg_advisory_xact_lock(?)::text as record', [key]));
        return copyRows(snapshot, query, limitMs);
      });
      await expect(waiting.next()).rejects.toThrow('Postgres gave nothing for 0.05 seconds');
    });
    expect(await database.db.select(database.db.raw('1 as one')).first()).toEqual({ one: 1 });
  });

  it('never lets a text be part of the statement', async () => {
    const hostile = `'; drop table users; --\\`;
    await database.db.transaction(async (snapshot) => {
      const query = snapshot.select(snapshot.raw('?::text as text', [hostile]));
      for await (const lines of copyRows(snapshot, query)) expect(lines.map(textOf)).toEqual([hostile]);
    });
  });
});

function textOf(cell: string): string | null {
  return cell === COPIED_NULL ? null : Buffer.from(unescapeCopied(cell), 'latin1').toString();
}
