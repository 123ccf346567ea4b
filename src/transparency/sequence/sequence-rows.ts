import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { leafType, type LeafType } from '../leaves/leaf-types.ts';
import type { LeafRecord } from '../leaves/leaf.ts';
import { appendLeaves, hashRecords, Overtaken } from './append-leaves.ts';
import { listProgress, settle, settlePart, type Progress } from './cursors.ts';
import { tryKeepKeys, tryLockSequencing } from './sequencing-lock.ts';
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
 * 5. While a batch is hashed, the one before is stored, on a connection of its own.
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
  if (atMost <= 0) return 0;
  const type = leafType(progress.type);
  let count = 0;
  let before: Promise<number> | null = null;
  try {
    for (let after = progress.settledTo; ;) {
      const batch = await readBatch(db, type, { after, isFirst: before === null });
      const stored = storeBatch(batch, at, before);
      // Whoever waits for it below hears of a fault.
      stored.catch(() => undefined);
      const rows = batch.records.length;
      const earlier: Promise<number> | null = before;
      before = stored;
      count += (await earlier) ?? 0;
      const isEnd = rows < BATCH_ROWS;
      after = batch.records.at(-1)?.id ?? after;
      if (!isEnd && count + rows < atMost) continue;
      count += await stored;
      await (isEnd ? settle(db, progress) : settlePart(db, progress, after));
      return count;
    }
  } catch (error) {
    if (error instanceof Overtaken) return count;
    throw error;
  } finally {
    await Promise.allSettled([before]);
  }
}

/** Rows of one kind that have no leaf, read in a transaction that is still open. */
interface Batch {
  trx: Knex.Transaction;
  type: LeafType;
  records: LeafRecord[];
}

/**
 * Reads the next rows with ids above `after`. The first batch of a call has the lock of the sequence from the
 * start, so that of several processes only one reads. Throws `Overtaken`.
 */
async function readBatch(
  db: Knex,
  type: LeafType,
  { after, isFirst }: { after: number; isFirst: boolean },
): Promise<Batch> {
  const trx = await db.transaction();
  return orRollBack(trx, async () => {
    if (!(await tryKeepKeys(trx)) || (isFirst && !(await tryLockSequencing(trx)))) throw new Overtaken();
    const records = await listWithoutLeaf(trx, type, (query) => void query.limit(BATCH_ROWS), after);
    return { trx, type, records };
  });
}

/**
 * Hashes a batch, and stores its leaves once the batch before is stored. Returns how many. Throws
 * `Overtaken`.
 */
async function storeBatch(
  { trx, type, records }: Batch,
  at: Date,
  before: Promise<unknown> | null,
): Promise<number> {
  return orRollBack(trx, async () => {
    const hashed = await hashRecords(trx, at, records);
    await before;
    if (!(await tryLockSequencing(trx))) throw new Overtaken();
    await appendLeaves(trx, at, hashed);
    // Behind the lock: the batch before may have told of the same ones.
    const final = type.type === 'audit_log' ? await listFinal(trx, records) : [];
    await appendLeaves(trx, at, await hashRecords(trx, at, final));
    await trx.commit();
    return records.length + final.length;
  });
}

async function orRollBack<T>(trx: Knex.Transaction, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await trx.rollback();
    throw error;
  }
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
