import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { declinableKinds, type DeclinableKind } from '../notice-kinds.ts';

/** The mails that a person declined. */
export async function findDeclined(db: Knex, userId: number): Promise<DeclinableKind[]> {
  const row = await db('notification_choices')
    .where('user_id', userId)
    .first<{ declined: string[] } | undefined>('declined');
  return declinableKinds.filter((kind) => row?.declined.includes(kind));
}

/** Stores which mails a person declines. */
export async function chooseNotices(
  db: Knex,
  context: RequestContext,
  input: { userId: number; declined: DeclinableKind[] },
): Promise<void> {
  await db.transaction(async (trx) => {
    const row = { declined: input.declined, changed_at: context.at };
    await trx('notification_choices')
      .insert({ user_id: input.userId, ...row })
      .onConflict('user_id')
      .merge(row);
    await AuditLogger.log(trx, context, {
      action: 'notifications_changed',
      success: true,
      resourceType: 'user',
      resourceId: input.userId,
      details: { declined: input.declined },
    });
  });
}
