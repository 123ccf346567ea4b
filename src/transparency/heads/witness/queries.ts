import type { Knex } from 'knex';

/** Size of the newest checkpoint of a log that a witness has cosigned; 0 when there is none. */
export async function findCosignedSize(db: Knex, logId: number, witness: string): Promise<number> {
  const row = await db('log_cosignatures')
    .where({ log_id: logId, witness })
    .max<{ size: number | null }[]>('size as size');
  return row[0]?.size ?? 0;
}

/** A checkpoint with the signatures of witnesses below its own. */
export async function withCosignatures(
  db: Knex,
  { log_id, size, note }: { log_id: number; size: number; note: string },
): Promise<string> {
  const lines = await db('log_cosignatures')
    .where({ log_id, size })
    .orderBy('witness')
    .pluck<string[]>('line');
  return note + lines.join('');
}
