import type { Knex } from 'knex';

/** A browser in which a person is signed in. */
interface BrowserSessionEntry {
  /** SHA-256 of the session's id: names it, and opens nothing. */
  sid: string;
  signed_in_at: Date;
  last_seen_at: Date | null;
  ip_address: string | null;
  user_agent: string | null;
}

/** More than anybody has; nobody is shown a list without end. */
const SHOWN_MAX = 200;

/** The browsers in which a person is signed in at `at`, the one that was used last first. */
export async function listBrowserSessions(
  db: Knex,
  input: { userId: number; since: Date; at: Date },
): Promise<BrowserSessionEntry[]> {
  return db('browser_sessions')
    .where('user_id', input.userId)
    .where('expire', '>', input.at)
    .where('signed_in_at', '>', input.since)
    .orderByRaw('last_seen_at desc nulls last, signed_in_at desc')
    .limit(SHOWN_MAX)
    .select<BrowserSessionEntry[]>(['sid', 'signed_in_at', 'last_seen_at', 'ip_address', 'user_agent']);
}
