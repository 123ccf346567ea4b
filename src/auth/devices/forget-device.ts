import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';

/**
 * Forgets a browser: it is a new one at its next sign-in, and what was remembered for it no longer counts.
 * Its browser sessions go on. False when the person has no such device.
 */
export async function forgetDevice(
  db: Knex,
  context: RequestContext,
  input: { userId: number; deviceId: number },
): Promise<boolean> {
  const { userId, deviceId } = input;
  return db.transaction(async (trx) => {
    const [device] = await trx('known_devices')
      .where({ id: deviceId, user_id: userId })
      .whereNull('forgotten_at')
      // The number keeps the column unique; no token has this hash.
      .update({ forgotten_at: context.at, token_hash: `forgotten-${String(deviceId)}` })
      .returning<{ user_agent: string | null; created_at: Date }[]>(['user_agent', 'created_at']);
    if (device === undefined) return false;
    await AuditLogger.log(trx, context, {
      action: 'device_forgotten',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      details: { device_id: deviceId, ...device },
    });
    return true;
  });
}
