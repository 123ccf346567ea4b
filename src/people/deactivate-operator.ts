import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { endBrowserSessions } from '../auth/browser-sessions/end-browser-sessions.ts';

/**
 * Ends an operator's access at once. The operator's actions stay in the evidence. Only the command line calls
 * this.
 */
export async function deactivateOperator(
  db: Knex,
  context: RequestContext,
  input: { email: string },
): Promise<{ ok: true; userId: number } | { ok: false; reason: 'unknown' | 'already' }> {
  return db.transaction(async (trx) => {
    const operator = await trx('users')
      .where({ email: input.email, role: 'operator' })
      .forNoKeyUpdate()
      .first<{ id: number; deactivated_at: Date | null } | undefined>(['id', 'deactivated_at']);
    if (operator === undefined) return { ok: false, reason: 'unknown' };
    if (operator.deactivated_at !== null) return { ok: false, reason: 'already' };
    await trx('users').where({ id: operator.id }).update({ deactivated_at: context.at });
    await endBrowserSessions(trx, operator.id);
    await AuditLogger.log(trx, context, {
      action: 'operator_deactivated',
      success: true,
      resourceType: 'user',
      resourceId: operator.id,
      details: { email: input.email },
    });
    return { ok: true, userId: operator.id };
  });
}
