import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { findNewestCheckpoint, isPublishingHalted, logColumns, type LogRow } from '../queries.ts';
import { consistencyProof, verifyConsistency } from '../tree/consistency.ts';
import type { SubtreeReader } from '../tree/hash-reader.ts';
import { rootOf } from '../tree/root.ts';
import { addLogEntry } from './add-log-entry.ts';
import type { LogSigner } from './log-signer.ts';
import { readTree } from './read-tree.ts';

type At = Pick<RequestContext, 'at'>;

interface PublishInput {
  signer: LogSigner;
  /** A log whose newest checkpoint is younger is left alone. */
  everySeconds: number;
  /** Only this log. */
  logId?: number;
  /** Most checkpoints to sign. */
  atMost?: number | undefined;
}

/**
 * Third step of the log: signs the root of each log whose newest checkpoint is behind and older than
 * `everySeconds`. Returns how many it signed. A company's checkpoint becomes a leaf of the platform's log, so
 * that the loss of a company's log shows there. Signs nothing while a checkpoint outside does not fit
 * (`heads/outside/`): a second tree of the same name would be signed. For the same reason a log whose newest
 * checkpoint is not its beginning is never signed: throws once the other logs are.
 */
export async function publishCheckpoints(
  db: Knex,
  context: At,
  { signer, everySeconds, logId, atMost }: PublishInput,
): Promise<number> {
  if (await isPublishingHalted(db)) return 0;
  const due = await db('transparency_logs')
    .whereRaw('published < sequenced and published < integrated')
    .whereRaw(
      `not exists (select from log_checkpoints newest where newest.log_id = transparency_logs.id
         and newest.size = transparency_logs.published and newest.published_at > ?)`,
      [new Date(context.at.getTime() - everySeconds * 1000)],
    )
    .modify((query) => {
      if (logId !== undefined) void query.where({ id: logId });
    })
    // In no order: with a bound the same logs would come first each time.
    .orderByRaw('random()')
    .modify((query) => {
      if (atMost !== undefined) void query.limit(atMost);
    })
    .pluck<number[]>('id');
  const broken: number[] = [];
  let count = 0;
  for (const id of due) {
    const outcome = await db.transaction((trx) => publish(trx, context, signer, id));
    if (outcome === 'broken') broken.push(id);
    if (outcome === 'signed') count += 1;
  }
  if (broken.length > 0)
    throw new Error(
      `log ${broken.toSorted((a, b) => a - b).join(', ')} does not continue its newest checkpoint, and is not signed: npm run log -- check`,
    );
  return count;
}

async function publish(
  trx: Knex.Transaction,
  { at }: At,
  signer: LogSigner,
  id: number,
): Promise<'signed' | 'busy' | 'broken'> {
  const log = await trx('transparency_logs')
    .where({ id })
    .whereRaw('published < integrated')
    .forUpdate()
    .skipLocked()
    .first<LogRow | undefined>(logColumns);
  if (log === undefined) return 'busy';
  const size = log.integrated;
  const read = readTree(trx, log);
  const root = await rootOf(size, read);
  if (!(await continues(trx, { id, size, root, read }))) return 'broken';
  const origin = signer.originOf(log.log_uuid);
  const note = signer.sign({ origin, size, root });
  await trx('log_checkpoints').insert({ log_id: id, size, root, note, published_at: at });
  await trx('transparency_logs').where({ id }).update({ published: size });
  if (log.company_id !== null)
    await addLogEntry(trx, {
      ...{ companyId: null, at },
      entry: { kind: 'company_checkpoint', origin, size, root: root.toString('base64') },
    });
  return 'signed';
}

/** Whether the newest checkpoint of a log is the beginning of the tree that is about to be signed. */
async function continues(
  trx: Knex.Transaction,
  { id, size, root, read }: { id: number; size: number; root: Buffer; read: SubtreeReader },
): Promise<boolean> {
  const newest = await findNewestCheckpoint(trx, id);
  if (newest === undefined || newest.size === 0) return true;
  if (newest.size > size) return false;
  const proof = await consistencyProof(newest.size, size, read);
  return verifyConsistency(newest.size, size, newest.root, root, proof);
}
