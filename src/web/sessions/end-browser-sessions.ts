import type { Knex } from 'knex';

/** Signs a person out of every browser at once. Returns how many browser sessions there were. */
export async function endBrowserSessions(db: Knex, userId: number): Promise<number> {
  return db('browser_sessions')
    .whereRaw("sess -> 'passport' ->> 'user' = ?", [String(userId)])
    .delete();
}
