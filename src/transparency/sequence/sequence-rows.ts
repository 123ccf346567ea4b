import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { leafType, type LeafType } from '../leaves/leaf-types.ts';
import type { LeafRecord } from '../leaves/leaf.ts';
import { appendLeaves } from './append-leaves.ts';
import { listProgress, settle, settlePart, type Progress } from './cursors.ts';
import { tryLockSequencing } from './sequencing-lock.ts';
import { listWithoutLeaf } from './without-leaf.ts';

/** Rows in one transaction: enough to be quick, few enough that others wait a tenth of a second at most. */
const BATCH_ROWS = 5000;

/** Audit rows that tell of the end of a workspace session (details.workspace_session_id). */
const SESSION_ENDS = ['workspace_closed', 'workspace_session_expired'];

/**
 * First step of the log: every committed row of evidence that has no leaf yet gets the next index of its log.
 * Returns how many did. Safe to run anywhere at any time: one process works, the others return at once.
 *
 * 1. Rows of one table are looked through in the order of their ids. Ids are given before their transactions
 *    commit, so rows appear out of order; `cursors.ts` says up to where no further row can appear.
 * 2. A row that appears late, or comes from the spool, gets a later index.
 * 3. Ended workspace sessions and paid payments are found by the audit rows of the same transaction.
 * 4. After `atMost` rows it stops; the next call goes on.
 */
export async function sequenceRows(
  db: Knex,
  context: Pick<RequestContext, 'at'>,
  { atMost = Infinity }: { atMost?: number | undefined } = {},
): Promise<number> {
  let count = 0;
  for (const progress of await listProgress(db))
    count += await sequenceTable(db, context, { progress, atMost: atMost - count });
  return count;
}

async function sequenceTable(
  db: Knex,
  { at }: Pick<RequestContext, 'at'>,
  { progress, atMost }: { progress: Progress; atMost: number },
): Promise<number> {
  const type = leafType(progress.type);
  let count = 0;
  for (let after: number | null = progress.settledTo; after !== null;) {
    const from: number = after;
    if (count >= atMost) {
      await settlePart(db, progress, from);
      return count;
    }
    const batch = await db.transaction((trx) => sequenceBatch(trx, at, type, from));
    if (batch === 'busy') return count;
    count += batch.count;
    after = batch.last;
  }
  await settle(db, progress);
  return count;
}

/** One batch of rows with ids above `after`. `last` is null when there are no more. */
async function sequenceBatch(
  trx: Knex.Transaction,
  at: Date,
  type: LeafType,
  after: number,
): Promise<'busy' | { count: number; last: number | null }> {
  if (!(await tryLockSequencing(trx))) return 'busy';
  const found = await listWithoutLeaf(trx, type, (query) => {
    void query.where(`${type.table}.id`, '>', after).limit(BATCH_ROWS);
  });
  const records = type.type === 'audit_log' ? [...found, ...(await listFinal(trx, found))] : found;
  await appendLeaves(trx, at, records);
  const last = found.length === BATCH_ROWS ? (found.at(-1)?.id ?? null) : null;
  return { count: records.length, last };
}

/** The final sessions and payments without a leaf that some audit rows tell of. */
async function listFinal(trx: Knex.Transaction, audit: LeafRecord[]): Promise<LeafRecord[]> {
  const sessions = audit.flatMap(({ plain, personal }) =>
    SESSION_ENDS.includes(String(plain['action_type'])) ? idIn(personal['details']) : [],
  );
  const payments = audit.flatMap(({ plain }) =>
    plain['resource_type'] === 'payment' && /^\d{1,15}$/.test(String(plain['resource_id']))
      ? [Number(plain['resource_id'])]
      : [],
  );
  return [
    ...(await listByIds(trx, leafType('workspace_session'), sessions)),
    ...(await listByIds(trx, leafType('payment_settlement'), payments)),
  ];
}

function idIn(details: unknown): number[] {
  const id = (details as Record<string, unknown> | null)?.['workspace_session_id'];
  return Number.isSafeInteger(id) ? [id as number] : [];
}

async function listByIds(trx: Knex.Transaction, type: LeafType, ids: number[]): Promise<LeafRecord[]> {
  if (ids.length === 0) return [];
  return listWithoutLeaf(trx, type, (query) => {
    void query.whereRaw(`${type.table}.id = any(?::bigint[])`, [ids]);
  });
}
