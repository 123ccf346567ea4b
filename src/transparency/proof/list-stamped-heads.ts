import type { Knex } from 'knex';
import { readCheckpoint } from '../notes/checkpoint.ts';
import { listVerifiedHeadStamps } from '../heads/stamps/queries.ts';
import type { ShownLog } from './find-shown-log.ts';

/** A head of the platform's log that an authority stamped, as a proof has it. */
interface StampedHead {
  size: number;
  /** Size of the newest head of the company that is a leaf below; null when there was none. */
  companySize: number | null;
  stamp: {
    checkpoint: string;
    query: string;
    reply: string;
    authority: string;
    generated_at: Date;
    independent: boolean;
  };
}

/** The oldest and the newest stamp over heads of the platform's log, as far as `platform` has grown. */
export async function listStampedHeads(
  db: Knex,
  { platform, origin }: { platform: ShownLog; origin: string },
): Promise<StampedHead[]> {
  const heads: StampedHead[] = [];
  for (const stamp of await listVerifiedHeadStamps(db)) {
    const size = readCheckpoint(stamp.checkpoint)?.size;
    if (size === undefined || size > platform.size) continue;
    heads.push({
      size,
      companySize: await findCompanySize(db, { platform, origin, below: size }),
      stamp: {
        checkpoint: stamp.checkpoint,
        query: stamp.query.toString('base64'),
        reply: stamp.reply.toString('base64'),
        authority: stamp.authority,
        generated_at: stamp.generated_at,
        independent: stamp.is_independent,
      },
    });
  }
  return heads;
}

async function findCompanySize(
  db: Knex,
  { platform, origin, below }: { platform: ShownLog; origin: string; below: number },
): Promise<number | null> {
  const found = await db('log_entries')
    .join('log_leaves as leaf', (on) => {
      on.on('leaf.record_id', 'log_entries.id').andOnVal('leaf.type', 'log_entry');
    })
    .where('leaf.log_id', platform.id)
    .where('leaf.leaf_index', '<', below)
    .whereRaw(`log_entries.entry ->> 'origin' = ?`, [origin])
    .orderBy('log_entries.id', 'desc')
    .first<{ size: number } | undefined>(db.raw(`(log_entries.entry ->> 'size')::bigint as size`));
  return found?.size ?? null;
}
