import type { Knex } from 'knex';
import { AuditLogger } from '../../../audit/audit-logger.ts';
import type { RequestContext } from '../../../audit/request-context.ts';
import { describeHalt } from './describe-halt.ts';
import { isHaltedBy, isKnownLoss, type Halt } from './queries.ts';

/** A checkpoint from outside that does not fit the log here. */
type Misfit = Pick<Halt, 'found_in' | 'verdict' | 'origin' | 'size' | 'root' | 'note' | 'own_size'>;

/**
 * Stops the publishing of checkpoints, with an audit row and an alarm in the log, until `resumePublishing`.
 * Nothing more is written for a checkpoint that stopped it already, or whose loss was accepted. Returns
 * whether publishing is stopped by it.
 */
export async function haltPublishing(db: Knex, context: RequestContext, misfit: Misfit): Promise<boolean> {
  if (await isKnownLoss(db, misfit)) return false;
  if (await isHaltedBy(db, misfit)) return true;
  await db.transaction(async (trx) => {
    const [row] = await trx('log_halts')
      .insert({ ...misfit, halted_at: context.at })
      .returning<{ id: number }[]>('id');
    const { found_in, verdict, origin, size, own_size } = misfit;
    await AuditLogger.log(trx, context, {
      action: 'log_publishing_halted',
      success: true,
      resourceType: 'transparency_log',
      ...(row === undefined ? {} : { resourceId: row.id }),
      details: { found_in, verdict, origin, size, own_size },
    });
  });
  context.log.error({ origin: misfit.origin, size: misfit.size }, describeHalt(misfit));
  return true;
}
