import type { Knex } from 'knex';

/**
 * Signs a person out of every browser at once, also of one whose session is only being stored. Returns how
 * many browser sessions there were. Locks the person until the transaction ends.
 */
export async function endBrowserSessions(db: Knex, userId: number): Promise<number> {
  await raiseSessionVersion(db, userId);
  return db('browser_sessions').where({ user_id: userId }).delete();
}

/** From now on browser sessions of earlier sign-ins are over. Returns the number that new ones must have. */
export async function raiseSessionVersion(db: Knex, userId: number): Promise<number> {
  const [row] = await db('users')
    .where({ id: userId })
    .increment('session_version', 1)
    .returning<{ session_version: number }[]>('session_version');
  if (row === undefined) throw new Error(`Bug! there is no person ${String(userId)}`);
  return row.session_version;
}
