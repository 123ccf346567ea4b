import type { Knex } from 'knex';
import type { Config } from '../../../config/config.ts';
import { findLog } from '../../queries.ts';
import { logSigner } from '../../sequence/log-signer.ts';

/**
 * The public keys by which the checkpoints of a company's log are verified, as one text; those of the
 * platform's log before the company has one. Null before both.
 */
export async function findLogKey(
  db: Knex,
  { companyId, config }: { companyId: number; config: Pick<Config, 'transparency'> },
): Promise<string | null> {
  const log = (await findLog(db, companyId)) ?? (await findLog(db, null));
  if (log === undefined) return null;
  const signer = logSigner(config);
  return signer.vkeysOf(signer.originOf(log.log_uuid)).join(', ');
}
