import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';

/** Asks a browser for the second factor again from its next sign-in on. False when it was not spared it. */
export async function endTrust(
  db: Knex,
  context: RequestContext,
  { userId, deviceId }: { userId: number; deviceId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const ended = await trx('known_devices')
      .where({ id: deviceId, user_id: userId })
      .where('trusted_until', '>', context.at)
      .update({ trusted_until: null });
    if (ended === 0) return false;
    await AuditLogger.log(trx, context, {
      action: 'device_trust_ended',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      details: { device_id: deviceId },
    });
    return true;
  });
}
