import type { Knex } from 'knex';
import { readCheckpoint, type Checkpoint } from '../../notes/checkpoint.ts';
import { parseVkey, verifyNote } from '../../notes/signed-note.ts';
import { findLogByUuid, LOG_UUID } from '../../queries.ts';
import { listKeys } from '../../sequence/list-keys.ts';
import type { LogSigner } from '../../sequence/log-signer.ts';
import { readTree } from '../../sequence/read-tree.ts';
import { rootOf } from '../../tree/root.ts';

/** How a checkpoint from outside fits the logs here. */
export type Comparison =
  /** The log here begins with its leaves. */
  | { verdict: 'same'; checkpoint: Checkpoint }
  /** The log here has less leaves, or other ones, or is not there: something was taken away or changed. */
  | { verdict: 'shorter' | 'different' | 'unknown_log'; checkpoint: Checkpoint; ownSize: number }
  /** A checkpoint that fits no log here and bears no signature of ours: anybody can write one. */
  | { verdict: 'unsigned'; checkpoint: Checkpoint }
  /** A note of another host's log, or no checkpoint. */
  | { verdict: 'not_ours' };

/** Compares a signed checkpoint that was kept elsewhere with the log here of the same name. */
export async function compareHead(db: Knex, signer: LogSigner, note: string): Promise<Comparison> {
  const checkpoint = readCheckpoint(note);
  if (checkpoint === null) return { verdict: 'not_ours' };
  const uuid = checkpoint.origin.slice(-36);
  if (!LOG_UUID.test(uuid) || signer.originOf(uuid) !== checkpoint.origin) return { verdict: 'not_ours' };
  const log = await findLogByUuid(db, uuid);
  const ownSize = log?.integrated ?? 0;
  if (log !== undefined && checkpoint.size <= ownSize) {
    const root = await rootOf(checkpoint.size, readTree(db, log));
    if (root.equals(checkpoint.root)) return { verdict: 'same', checkpoint };
  }
  const keys = await listKeys(db, signer, checkpoint.origin);
  if (!isSigned(note, keys)) return { verdict: 'unsigned', checkpoint };
  const verdict = log === undefined ? 'unknown_log' : checkpoint.size > ownSize ? 'shorter' : 'different';
  return { verdict, checkpoint, ownSize };
}

/** A former key counts as well: old mails bear its signature. */
function isSigned(note: string, vkeys: string[]): boolean {
  const keys = vkeys.map((text) => parseVkey(text)).filter((key) => key !== null);
  return verifyNote(note, keys) !== null;
}
