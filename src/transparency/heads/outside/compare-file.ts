import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { LogSigner } from '../../sequence/log-signer.ts';
import { compareHead } from './compare-head.ts';
import { readNewestHead } from './heads-file.ts';
import { haltPublishing } from './halt-publishing.ts';

/**
 * Compares the newest checkpoint in the file of heads with the log here, and stops the publishing when they
 * do not fit. Returns whether it is stopped by it. A line that is no checkpoint of ours is a warning, since
 * then somebody else writes to the file.
 */
export async function compareFile(
  db: Knex,
  context: RequestContext,
  { path, signer }: { path: string; signer: LogSigner },
): Promise<boolean> {
  const note = await readNewestHead(path);
  if (note === null) return false;
  const compared = await compareHead(db, signer, note);
  if (compared.verdict === 'same') return false;
  if (compared.verdict === 'not_ours' || compared.verdict === 'unsigned') {
    context.log.warn({ path }, 'the last line of LOG_HEADS_FILE is no checkpoint of a log here');
    return false;
  }
  const { verdict, checkpoint, ownSize } = compared;
  return haltPublishing(db, context, { found_in: 'file', verdict, ...checkpoint, note, own_size: ownSize });
}
