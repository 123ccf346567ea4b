import type { Knex } from 'knex';

/**
 * Writes what the log itself has to say (a change of keys, a dropped month), which becomes a leaf with the
 * next round: of the company's log, or of the platform's (null).
 */
export async function addLogEntry(
  db: Knex,
  { companyId, at, entry }: { companyId: number | null; at: Date; entry: Record<string, unknown> },
): Promise<void> {
  await db('log_entries').insert({ company_id: companyId, at, entry: JSON.stringify(entry) });
}
