import { createPublicKey } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { findLog } from '../queries.ts';
import { noteSigner, signNote, vkeyOf } from '../notes/signed-note.ts';
import { addLogEntry } from './add-log-entry.ts';
import type { LogSigner } from './log-signer.ts';

/** The outcome: the two keys, or why nothing was changed. */
type KeyChange = { ok: true; from: string; to: string } | { ok: false; why: string };

/**
 * Writes into the platform's log that the newest key takes the place of the one before, in a statement that
 * both have signed. A key is valid by the index of this leaf and not by a date: a thief of the old key cannot
 * date back what he signs.
 */
export async function changeKey(
  db: Knex,
  { at }: Pick<RequestContext, 'at'>,
  signer: LogSigner,
): Promise<KeyChange> {
  const [newer, older] = signer.keys;
  if (newer === undefined || older === undefined)
    return { ok: false, why: 'LOG_SIGNING_KEYS needs the new key and the old one: new,old' };
  const log = await findLog(db, null);
  if (log === undefined) return { ok: false, why: 'the platform has no log yet' };
  const origin = signer.originOf(log.log_uuid);
  const [to, from] = [newer, older].map((key) => vkeyOf(origin, createPublicKey(key))) as [string, string];
  const known = await db('log_entries')
    .whereRaw(`company_id is null and entry ->> 'kind' = 'key_change' and entry ->> 'to' = ?`, [to])
    .first<{ id: number } | undefined>('id');
  if (known !== undefined) return { ok: false, why: `the change to ${to} is in the log already` };
  const statement = signNote(
    `${origin}\nkey change\n${from}\n${to}\n`,
    [newer, older].map((key) => noteSigner(origin, key)),
  );
  const entry = { kind: 'key_change', from, to, statement };
  await addLogEntry(db, { companyId: null, at, entry });
  return { ok: true, from, to };
}
