import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { publishCompanyLog } from '../../sequence/keep-logs.ts';
import { logSigner } from '../../sequence/log-signer.ts';
import { compareFile } from './compare-file.ts';

/**
 * `publishCompanyLog` after a look into the file of heads, as before the scheduled work: a database that was
 * restored a moment ago signs nothing for somebody who downloads.
 */
export async function publishCompanyGuarded(
  db: Knex,
  context: RequestContext,
  { config, companyId }: { config: Pick<Config, 'transparency'>; companyId: number },
): Promise<void> {
  const signer = logSigner(config);
  const { headsFile: path } = config.transparency;
  if (path !== null) await compareFile(db, context, { path, signer });
  await publishCompanyLog(db, context, { signer, companyId });
}
