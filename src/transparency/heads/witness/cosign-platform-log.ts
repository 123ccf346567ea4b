import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { findCosignatures } from '../../notes/cosignature.ts';
import { parseVkey, type Vkey } from '../../notes/signed-note.ts';
import { findHead, isPublishingHalted, type LogRow } from '../../queries.ts';
import { logSigner } from '../../sequence/log-signer.ts';
import { readTree } from '../../sequence/read-tree.ts';
import { consistencyProof } from '../../tree/consistency.ts';
import { haltPublishing } from '../outside/halt-publishing.ts';
import { addCheckpoint } from './add-checkpoint.ts';
import { findCosignedSize } from './queries.ts';

/** A question whose old size the witness corrects, and the one with the right size. */
const QUESTIONS_MAX = 2;

interface Options {
  config: Pick<Config, 'transparency'>;
  /** Asks also when the witness has cosigned the newest checkpoint: it then compares the root again. */
  again?: boolean;
}

type Outcome = { noWitness: true } | { halted: true } | { cosigned: number } | { failed: number };

/**
 * Has the newest checkpoint of the platform's log cosigned by the witness, which signs only what goes on from
 * everything that it has signed before. Where it knows a longer or another tree, publishing stops.
 */
export async function cosignPlatformLog(
  db: Knex,
  context: RequestContext,
  { config, again = false }: Options,
): Promise<Outcome> {
  const { witness } = config.transparency;
  if (witness === null) return { noWitness: true };
  if (await isPublishingHalted(db)) return { halted: true };
  const head = await findHead(db, null);
  if (head === undefined) return { cosigned: 0 };
  const { log, newest } = head;
  const key = parseVkey(witness.vkey);
  if (key === null) throw new Error('WITNESS_KEY: is no vkey');
  let oldSize = await findCosignedSize(db, log.id, key.name);
  if (oldSize === newest.size && !again) return { cosigned: 0 };
  // A witness that knows more than is known here is asked with what is known here, and corrects it.
  oldSize = Math.min(oldSize, newest.size);
  for (let count = 0; count < QUESTIONS_MAX; count += 1) {
    const proof = oldSize === 0 ? [] : await consistencyProof(oldSize, newest.size, readTree(db, log));
    const answer = await addCheckpoint(witness, {
      ...{ oldSize, newSize: newest.size, proof, note: newest.note },
    });
    if (answer.kind === 'cosigned') return store(db, context, { newest, key, lines: answer.lines });
    if (answer.kind === 'failed') return failed(context, answer.problem);
    if (answer.kind === 'inconsistent')
      return halt(db, context, { config, log, verdict: 'different', size: oldSize });
    if (answer.size > log.integrated)
      return halt(db, context, { config, log, verdict: 'shorter', size: answer.size });
    // Signed by another process meanwhile: the next run asks about that one.
    if (answer.size > newest.size) return { cosigned: 0 };
    oldSize = answer.size;
  }
  return failed(context, 'the witness changed its mind about the size');
}

async function store(
  db: Knex,
  context: RequestContext,
  {
    newest,
    key,
    lines,
  }: { newest: { log_id: number; size: number; note: string }; key: Vkey; lines: string[] },
): Promise<Outcome> {
  const line = lines.find((one) => findCosignatures(newest.note + one, [key])?.length === 1);
  if (line === undefined) return failed(context, 'no signature in the answer is by WITNESS_KEY');
  const { log_id, size } = newest;
  await db('log_cosignatures')
    .insert({ log_id, size, witness: key.name, line, cosigned_at: context.at })
    .onConflict(['log_id', 'size', 'witness'])
    .ignore();
  return { cosigned: 1 };
}

function failed(context: RequestContext, problem: string): Outcome {
  context.log.warn({ problem }, 'the witness did not cosign');
  return { failed: 1 };
}

async function halt(
  db: Knex,
  context: RequestContext,
  {
    config,
    log,
    verdict,
    size,
  }: { config: Options['config']; log: LogRow; verdict: 'shorter' | 'different'; size: number },
): Promise<Outcome> {
  const origin = logSigner(config).originOf(log.log_uuid);
  const misfit = { found_in: 'witness' as const, verdict, origin, size, root: null, note: null };
  const isHalted = await haltPublishing(db, context, { ...misfit, own_size: log.integrated });
  return isHalted ? { halted: true } : failed(context, 'the witness knows a tree that is a known loss');
}
