import { afterEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { NotFound } from '../src/errors.ts';
import { createMetrics } from '../src/metrics.ts';
import { createReadDb, type ReadDb } from '../src/read-db.ts';
import { useTestDatabase } from './support/database.ts';

const database = useTestDatabase();

const opened: ReadDb[] = [];

afterEach(async () => {
  for (const readDb of opened.splice(0)) await readDb.close();
});

function open(url: string | null, restMs = 60_000): { readDb: ReadDb; warnings: string[]; reads: Reads } {
  const warnings: string[] = [];
  const metrics = createMetrics();
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const replica = { url, poolMax: 2, waitMs: 2000, restMs };
  const readDb = createReadDb({ primary: database.db, replica, log, metrics });
  opened.push(readDb);
  const reads: Reads = async () => {
    const { values } = await metrics.databaseReads.get();
    return values.map(
      ({ labels, value }) => `${String(labels.target)} ${String(labels.reason)} ${String(value)}`,
    );
  };
  return { readDb, warnings, reads };
}

type Reads = () => Promise<string[]>;

/** Nobody listens on it. */
const NOBODY = 'postgres://nobody:nothing@127.0.0.1:9/nothing';

describe('reads that a replica may serve', () => {
  it('go to the primary without a question when there is no replica', async () => {
    const { readDb, reads } = open(null);
    const asked: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void asked.push(sql);
    database.db.on('query', listen);
    const answer = await readDb.read('viewer', (db) => db.raw<{ rows: unknown[] }>('select 1 as one'));
    database.db.off('query', listen);
    expect(answer.rows).toEqual([{ one: 1 }]);
    expect(asked).toEqual(['select 1 as one']);
    expect(await reads()).toEqual(['primary no-replica 1']);
    expect(readDb.state()).toEqual({ status: 'none', reason: null });
  });

  it('go to the primary when the replica is away, which is said once and not tried again for a while', async () => {
    const { readDb, warnings, reads } = open(NOBODY);
    for (const use of ['viewer', 'export', 'viewer'] as const) {
      expect(await readDb.read(use, (db) => Promise.resolve(db === database.db))).toBe(true);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"reason":"unreachable"');
    expect(warnings[0]).not.toContain('nothing@');
    expect(await reads()).toEqual(['primary unreachable 3']);
    expect(readDb.state()).toEqual({ status: 'left-alone', reason: 'unreachable' });
  });

  it('ask the replica again after its rest', async () => {
    const asked: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void asked.push(sql);
    const { readDb } = open(NOBODY, 0);
    database.db.on('query', listen);
    for (let time = 0; time < 2; time += 1) await readDb.read('viewer', () => Promise.resolve());
    database.db.off('query', listen);
    expect(asked).toHaveLength(2);
  });

  it('never go to a server that takes writes: it may be a primary of its own since yesterday', async () => {
    const { readDb, reads } = open(database.appUrl);
    expect(await readDb.read('export', (db) => Promise.resolve(db === database.db))).toBe(true);
    expect(await reads()).toEqual(['primary not-a-replica 1']);
  });

  it('hand on what the work itself refuses', async () => {
    const { readDb } = open(null);
    await expect(readDb.read('viewer', () => Promise.reject(new NotFound()))).rejects.toThrow(NotFound);
  });
});
