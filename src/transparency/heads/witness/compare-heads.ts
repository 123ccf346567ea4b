import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { logSigner } from '../../sequence/log-signer.ts';
import { compareFile } from '../outside/compare-file.ts';
import { describeHalt } from '../outside/describe-halt.ts';
import { listOpenHalts } from '../outside/queries.ts';
import { cosignPlatformLog } from './cosign-platform-log.ts';

type Outcome = { halted: true } | { places: number };

/**
 * Compares the log with what is kept outside: the file of heads, and the witness. At the start of a process
 * and once a day; the alarm is repeated each time until somebody decides.
 */
export async function compareHeads(
  db: Knex,
  context: RequestContext,
  { config }: { config: Pick<Config, 'transparency'> },
): Promise<Outcome> {
  const { headsFile: path } = config.transparency;
  if (path !== null) await compareFile(db, context, { path, signer: logSigner(config) });
  const answer = await cosignPlatformLog(db, context, { config, again: true });
  const halts = await listOpenHalts(db);
  for (const halt of halts) context.log.error({ haltedAt: halt.halted_at }, describeHalt(halt));
  if (halts.length > 0) return { halted: true };
  return { places: (path === null ? 0 : 1) + ('cosigned' in answer ? 1 : 0) };
}
