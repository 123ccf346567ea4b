import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { formatCheckpoint, type Checkpoint } from '../notes/checkpoint.ts';
import { noteSigner, signNote, vkeyOf } from '../notes/signed-note.ts';

/** Signs the checkpoints of every log of the platform. */
export interface LogSigner {
  /** The first line of a log's checkpoints, which names the log for good. */
  originOf(logUuid: string): string;
  /** The checkpoint as a note, with a signature of each key. */
  sign(checkpoint: Checkpoint): string;
  /** The public keys by which others verify the checkpoints of a log, newest first. */
  vkeysOf(origin: string): string[];
  keys: readonly KeyObject[];
}

/**
 * The signer of the configuration's host and keys. During a change of keys each checkpoint bears the
 * signatures of both. The name of a key is the origin of the log (C2SP tlog-checkpoint).
 */
export function logSigner({ transparency }: Pick<Config, 'transparency'>): LogSigner {
  const { host, signingKeys: keys } = transparency;
  return {
    keys,
    originOf: (logUuid) => `${host}/log/${logUuid}`,
    sign: (checkpoint) =>
      signNote(
        formatCheckpoint(checkpoint),
        keys.map((key) => noteSigner(checkpoint.origin, key)),
      ),
    vkeysOf: (origin) => keys.map((key) => vkeyOf(origin, createPublicKey(key))),
  };
}
