import type { Knex } from 'knex';
import type { Config } from '../../../config/config.ts';
import { findLog, findNewestCheckpoint, isPublishingHalted } from '../../queries.ts';
import { listKeys } from '../../sequence/list-keys.ts';
import { logSigner } from '../../sequence/log-signer.ts';
import { findNewestStamp, type StampRow } from '../stamps/queries.ts';
import { withCosignatures } from '../witness/queries.ts';
import { listKeyChanges } from './queries.ts';

/** The platform's log as its public page shows it. */
interface PublicLog {
  /** Null before the first checkpoint. */
  newest: { origin: string; address: string; size: number; publishedAt: Date; note: string } | null;
  /** Newest first. A key counts from one record of the platform's log to another; the newest has no end. */
  keys: { vkey: string; from: number; to: number | null }[];
  stamp: Pick<StampRow, 'authority' | 'generated_at' | 'is_independent'> | null;
  witness: string | null;
  isHalted: boolean;
}

/** Reads what the public page of the log shows. */
export async function describePublicLog(db: Knex, config: Pick<Config, 'transparency'>): Promise<PublicLog> {
  const signer = logSigner(config);
  const log = await findLog(db, null);
  const newest = log === undefined ? undefined : await findNewestCheckpoint(db, log.id);
  const origin = log === undefined ? '' : signer.originOf(log.log_uuid);
  const changes = log === undefined ? [] : await listKeyChanges(db, log.id);
  const vkeys = log === undefined ? [] : await listKeys(db, signer, origin);
  return {
    newest:
      log === undefined || newest === undefined
        ? null
        : {
            ...{ origin, address: `/log/${log.log_uuid}/checkpoint`, size: newest.size },
            ...{ publishedAt: newest.published_at, note: await withCosignatures(db, newest) },
          },
    keys: vkeys.map((vkey, age) => ({
      ...{ vkey, from: changes[age] ?? 0 },
      to: age === 0 ? null : (changes[age - 1] ?? null),
    })),
    stamp: (await findNewestStamp(db)) ?? null,
    witness: config.transparency.witness?.vkey ?? null,
    isHalted: await isPublishingHalted(db),
  };
}
