import type { Knex } from 'knex';

/** Rounds of questions without a stamp, and when the last one was. */
export interface Tries {
  rounds: number;
  last_asked_at: Date | null;
}

/** The rounds for the platform's log since its newest stamp. */
export async function findPlatformTries(db: Knex): Promise<Tries> {
  const rows = await db('log_stamps')
    .where({ subject: 'platform_checkpoint' })
    .whereRaw(
      `asked_at > coalesce((select max(stamp.asked_at) from log_stamps stamp
         where stamp.subject = 'platform_checkpoint' and stamp.verdict = 'verified'), '-infinity')`,
    )
    .select<Tries[]>(db.raw('count(distinct asked_at) as rounds'), db.raw('max(asked_at) as last_asked_at'));
  return rows[0] ?? { rounds: 0, last_asked_at: null };
}

/** A stamp that was verified, as pages and packages show it. */
export interface StampRow {
  id: number;
  asked_at: Date;
  checkpoint: string | null;
  digest: Buffer;
  query: Buffer;
  reply: Buffer;
  authority: string;
  serial: string;
  generated_at: Date;
  chain: string;
  is_independent: boolean;
}

const STAMP_COLUMNS = [
  'id',
  'asked_at',
  'checkpoint',
  'digest',
  'query',
  'reply',
  'authority',
  'serial',
  'generated_at',
  'chain',
  'is_independent',
];

/** The newest stamp over a head of the platform's log. */
export function findNewestStamp(db: Knex): Promise<StampRow | undefined> {
  return db('log_stamps')
    .where({ subject: 'platform_checkpoint', verdict: 'verified' })
    .orderBy('asked_at', 'desc')
    .first<StampRow | undefined>(STAMP_COLUMNS);
}

/** The stamp of a package by its digest. */
export function findStampOf(db: Knex, digest: Buffer): Promise<StampRow | undefined> {
  return db('log_stamps')
    .where({ digest, verdict: 'verified' })
    .orderBy('id')
    .first<StampRow | undefined>(STAMP_COLUMNS);
}

/** Digests of packages that were asked about since a time and have no stamp yet, with their tries. */
export async function listUnstampedPackages(
  db: Knex,
  since: Date,
): Promise<{ digest: Buffer; rounds: number; last_asked_at: Date }[]> {
  return db('log_stamps')
    .where({ subject: 'package' })
    .groupBy('digest')
    .havingRaw(`not bool_or(verdict = 'verified') and min(asked_at) >= ?`, [since])
    .orderByRaw('min(id)')
    .limit(100)
    .select('digest', db.raw('count(distinct asked_at) as rounds'), db.raw('max(asked_at) as last_asked_at'));
}

/** The oldest and the newest verified stamp over heads of the platform's log. */
export async function listVerifiedHeadStamps(db: Knex): Promise<(StampRow & { checkpoint: string })[]> {
  const verified = (): Knex.QueryBuilder =>
    db('log_stamps').where({ subject: 'platform_checkpoint', verdict: 'verified' });
  return db('log_stamps')
    .whereIn('id', [verified().min('id'), verified().max('id')])
    .orderBy('id')
    .select<(StampRow & { checkpoint: string })[]>(STAMP_COLUMNS);
}
