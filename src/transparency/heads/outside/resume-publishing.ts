import type { Knex } from 'knex';
import { AuditLogger } from '../../../audit/audit-logger.ts';
import type { RequestContext } from '../../../audit/request-context.ts';
import { addLogEntry } from '../../sequence/add-log-entry.ts';
import { listOpenHalts, type Halt } from './queries.ts';

/**
 * Lets checkpoints be published again in spite of what was found outside, with the reason in the words of the
 * person who decided. The decision is a leaf of the platform's log and an audit row. Returns what had stopped
 * it; empty when nothing had.
 */
export async function resumePublishing(
  db: Knex,
  context: RequestContext,
  { reason }: { reason: string },
): Promise<Halt[]> {
  return db.transaction(async (trx) => {
    const halts = await listOpenHalts(trx);
    for (const { id, found_in, verdict, origin, size, root, own_size } of halts) {
      await trx('log_resumptions').insert({ halt_id: id, resumed_at: context.at, reason });
      const lost = { verdict, origin, size, root: root?.toString('base64') ?? null, own_size };
      const entry = { kind: 'resumed', ...lost, reason };
      await addLogEntry(trx, { companyId: null, at: context.at, entry });
      await AuditLogger.log(trx, context, {
        action: 'log_publishing_resumed',
        success: true,
        resourceType: 'transparency_log',
        resourceId: id,
        details: { found_in, verdict, origin, size, own_size, reason },
      });
    }
    return halts;
  });
}
