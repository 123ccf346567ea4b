import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { isPublishingHalted, logColumns, type LogRow } from '../queries.ts';
import { rootOf } from '../tree/root.ts';
import { addLogEntry } from './add-log-entry.ts';
import type { LogSigner } from './log-signer.ts';
import { readTree } from './read-tree.ts';

type At = Pick<RequestContext, 'at'>;

/**
 * Third step of the log: signs the root of each log whose newest checkpoint is behind and older than
 * `everySeconds`. Returns how many it signed. A company's checkpoint becomes a leaf of the platform's log, so
 * that the loss of a company's log shows there. Signs nothing while a checkpoint outside does not fit
 * (`heads/outside/`): a second tree of the same name would be signed.
 */
export async function publishCheckpoints(
  db: Knex,
  context: At,
  { signer, everySeconds, logId }: { signer: LogSigner; everySeconds: number; logId?: number },
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
    .orderBy('id')
    .pluck<number[]>('id');
  let count = 0;
  for (const id of due) {
    if (await db.transaction((trx) => publish(trx, context, signer, id))) count += 1;
  }
  return count;
}

async function publish(trx: Knex.Transaction, { at }: At, signer: LogSigner, id: number): Promise<boolean> {
  const log = await trx('transparency_logs')
    .where({ id })
    .whereRaw('published < integrated')
    .forUpdate()
    .skipLocked()
    .first<LogRow | undefined>(logColumns);
  if (log === undefined) return false;
  const size = log.integrated;
  const root = await rootOf(size, readTree(trx, log));
  const origin = signer.originOf(log.log_uuid);
  const note = signer.sign({ origin, size, root });
  await trx('log_checkpoints').insert({ log_id: id, size, root, note, published_at: at });
  await trx('transparency_logs').where({ id }).update({ published: size });
  if (log.company_id !== null)
    await addLogEntry(trx, {
      ...{ companyId: null, at },
      entry: { kind: 'company_checkpoint', origin, size, root: root.toString('base64') },
    });
  return true;
}
