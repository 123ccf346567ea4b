import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { findHead, isPublishingHalted } from '../../queries.ts';
import { keepLogs } from '../../sequence/keep-logs.ts';
import { logSigner } from '../../sequence/log-signer.ts';
import { compareFile } from './compare-file.ts';
import { appendHead, readNewestHead } from './heads-file.ts';

type Outcome = { sequenced: number; published: number } & ({ halted: true } | object);

/**
 * Bounds of a run, which comes every ten seconds: half a second of work for each, so that neither the
 * requests of this process nor other scheduled work wait for a backlog. Sustained, that is a thousand rows a
 * second.
 */
const A_RUN = { rows: 10_000, checkpoints: 200 };

/**
 * The scheduled work of the log: brings every log up to date. Before that it compares the file of heads, so
 * that a restored database publishes nothing that contradicts it, and afterwards the platform's newest
 * checkpoint goes into the file.
 */
export async function keepLogsGuarded(
  db: Knex,
  context: RequestContext,
  { config }: { config: Pick<Config, 'transparency'> },
): Promise<Outcome> {
  const signer = logSigner(config);
  const { publishSeconds, headsFile: path } = config.transparency;
  const isHalted =
    (await isPublishingHalted(db)) || (path !== null && (await compareFile(db, context, { path, signer })));
  const done = await keepLogs(db, context, { signer, publishSeconds, atMost: A_RUN });
  if (isHalted) return { ...done, halted: true };
  if (path !== null) await noteNewestHead(db, path);
  return done;
}

async function noteNewestHead(db: Knex, path: string): Promise<void> {
  const head = await findHead(db, null);
  if (head !== undefined && (await readNewestHead(path)) !== head.newest.note)
    await appendHead(path, head.newest.note);
}
