import type { Knex } from 'knex';
import type { Certificate } from 'pkijs';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { boundedText } from '../../../storable-text.ts';
import { askAuthority } from './ask-authority.ts';
import { readPinnedRoots } from './pinned-roots.ts';
import { encodeQuery, randomNonce } from './time-stamp-query.ts';
import { verifyReply, type VerifiedStamp } from './verify-reply.ts';

/** The SHA-256 of what is stamped, and the bytes themselves where they are a checkpoint. */
type StampSubject =
  | { subject: 'platform_checkpoint'; checkpoint: string; digest: Buffer }
  | { subject: 'package'; checkpoint: null; digest: Buffer };

/** The parts of the configuration that stamps need. */
export type StampConfig = Pick<Config, 'production' | 'stamps'>;

type Outcome = 'stamped' | 'failed';

/**
 * Asks the authorities in turn until one gives a stamp, and keeps every question with what came of it. A
 * fault of an authority or the network is an outcome, never an error. Not for a transaction: the questions
 * take seconds. Throws when the file of pinned roots cannot be read.
 */
export async function obtainStamp(
  db: Knex,
  context: RequestContext,
  { config, ...what }: StampSubject & { config: StampConfig },
): Promise<Outcome> {
  const { authorities, rootsFile } = config.stamps;
  if (authorities.length === 0 || rootsFile === null) return 'failed';
  const roots = await readPinnedRoots(rootsFile);
  for (const address of authorities) {
    const asked = await askOne(address, what.digest, { at: context.at, roots, config });
    const host = new URL(address).host;
    await db('log_stamps').insert({ ...what, asked_host: host, asked_at: context.at, ...asked });
    if (asked.verdict === 'verified') return 'stamped';
    const { verdict, problem } = asked;
    context.log.warn({ host, verdict, problem }, 'a time stamp authority gave no stamp');
  }
  return 'failed';
}

interface Asked {
  query: Buffer;
  reply: Buffer | null;
  verdict: 'verified' | 'refused' | 'no_answer';
  problem: string | null;
  is_independent: boolean;
  authority?: string;
  serial?: string;
  generated_at?: Date;
  chain?: string;
}

async function askOne(
  address: string,
  digest: Buffer,
  { at, roots, config }: { at: Date; roots: Certificate[]; config: StampConfig },
): Promise<Asked> {
  const { timeoutSeconds, toleranceSeconds } = config.stamps;
  const nonce = randomNonce();
  const query = encodeQuery(digest, nonce);
  const answer = await askAuthority(address, query, timeoutSeconds);
  const failed = { query, is_independent: false };
  if (!answer.ok) return { ...failed, reply: null, verdict: 'no_answer', problem: answer.problem };
  const verdict = await verifyReply(answer.reply, {
    ...{ digest, nonce, roots },
    notBefore: new Date(at.getTime() - toleranceSeconds * 1000),
    // The clock, not `at`: a run of the schedule may have worked for minutes before it asks.
    notAfter: new Date(Date.now() + toleranceSeconds * 1000),
  });
  if (!verdict.ok)
    return { ...failed, reply: answer.reply, verdict: 'refused', problem: boundedText(verdict.problem, 300) };
  const { authority, serial, generatedAt, chain } = verdict.stamp;
  return {
    ...{ query, reply: answer.reply, verdict: 'verified', problem: null },
    ...{ authority, serial, generated_at: generatedAt, chain },
    is_independent: isIndependent(verdict.stamp, config),
  };
}

/**
 * Whether a stamp may be shown as that of somebody else. Only in production, where the roots were pinned for
 * it, and never when a certificate of the chain calls itself a test.
 */
function isIndependent({ names }: VerifiedStamp, { production }: StampConfig): boolean {
  return production && !names.some((name) => /\btest\b/i.test(name));
}
