import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger } from '../../../src/audit/audit-logger.ts';
import { findLog, findNewestCheckpoint } from '../../../src/transparency/queries.ts';
import { contextAt } from '../../billing/scene.ts';
import type { TestApp } from '../../support/app.ts';

/** Tables that a backup of the database brings back as they were. */
const OF_THE_LOG = [
  'log_cosignatures',
  'log_checkpoints',
  'log_leaves',
  'log_tiles',
  'log_entries',
  'log_cursors',
  'log_kept_leaves',
  'transparency_logs',
];

/** Writes down something without a company: a leaf of the platform's log. */
export async function happen(app: TestApp, times = 1): Promise<void> {
  for (let count = 0; count < times; count += 1)
    await AuditLogger.log(app.db, contextAt(new Date()), {
      action: 'login',
      success: false,
      details: { email: `${randomUUID()}@example.com` },
    });
}

/** The newest checkpoint of the platform's log, with the log's public name. */
export async function newestHead(app: TestApp): Promise<{ note: string; size: number; uuid: string }> {
  const log = await findLog(app.db, null);
  const newest = log === undefined ? undefined : await findNewestCheckpoint(app.db, log.id);
  return { note: newest?.note ?? '', size: newest?.size ?? 0, uuid: log?.log_uuid ?? '' };
}

/** The state of log and audit trail, to go back to as a restored backup does. */
export async function takeBackup({ database }: TestApp): Promise<() => Promise<void>> {
  const { ownerDb } = database;
  const kept: [string, string][] = [];
  for (const table of OF_THE_LOG) {
    const { rows } = await ownerDb.raw<{ rows: { json: string }[] }>(
      `select coalesce(json_agg(t), '[]')::text as json from ?? t`,
      [table],
    );
    kept.push([table, rows[0]?.json ?? '[]']);
  }
  const last = await ownerDb('audit_logs').max<{ id: number | null }[]>('id as id');
  return () =>
    ownerDb.transaction(async (trx) => {
      await trx.raw('set local session_replication_role = replica');
      await trx('audit_logs')
        .where('id', '>', last[0]?.id ?? 0)
        .delete();
      for (const [table] of kept) await trx(table).delete();
      for (const [table, json] of [...kept].reverse()) await fill(trx, table, json);
    });
}

async function fill(trx: Knex, table: string, json: string): Promise<void> {
  await trx.raw(
    'insert into ?? overriding system value select * from json_populate_recordset(null::??, ?::json)',
    [table, table, json],
  );
}
