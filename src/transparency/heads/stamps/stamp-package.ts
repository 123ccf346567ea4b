import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import { obtainStamp, type StampConfig } from './obtain-stamp.ts';
import { findStampOf, type StampRow } from './queries.ts';

/**
 * The time stamp of a package, given the SHA-256 of its bytes: the one that it has, or a new one. Null when
 * no authority gave one; the schedule then goes on asking, and a later call finds it. Not for a transaction.
 */
export async function stampPackage(
  db: Knex,
  context: RequestContext,
  { digest, config }: { digest: Buffer; config: StampConfig },
): Promise<StampRow | null> {
  const known = await findStampOf(db, digest);
  if (known !== undefined) return known;
  await obtainStamp(db, context, { subject: 'package', checkpoint: null, digest, config });
  return (await findStampOf(db, digest)) ?? null;
}
