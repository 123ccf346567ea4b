import type { Knex } from 'knex';
import { parseVkey, vkeyOf } from '../notes/signed-note.ts';
import type { LogSigner } from './log-signer.ts';

/**
 * The public keys of a log, newest first: those that sign now, and those before, which signed older
 * checkpoints. The platform's log has each change.
 */
export async function listKeys(db: Knex, signer: LogSigner, origin: string): Promise<string[]> {
  const former = await db('log_entries')
    .whereRaw(`company_id is null and entry ->> 'kind' = 'key_change'`)
    .orderBy('id', 'desc')
    .select<{ vkey: string }[]>(db.raw(`entry ->> 'from' as vkey`));
  const older = former.flatMap(({ vkey }) => {
    const key = parseVkey(vkey);
    return key === null ? [] : [vkeyOf(origin, key.publicKey)];
  });
  return [...new Set([...signer.vkeysOf(origin), ...older])];
}
