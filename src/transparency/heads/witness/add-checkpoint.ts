import { describeFault, readBounded } from '../../../outside-answer.ts';

/** The answer of a witness. */
type WitnessAnswer =
  /** Lines of signatures, which nobody has verified yet. */
  | { kind: 'cosigned'; lines: string[] }
  /** The witness has cosigned a checkpoint of `size`, and not of the size that was named. */
  | { kind: 'conflict'; size: number }
  /** The tree is not the one that the witness knows. */
  | { kind: 'inconsistent' }
  | { kind: 'failed'; problem: string };

/** Size of the newest checkpoint that the witness has cosigned, and of the one that it is asked about. */
interface Sizes {
  oldSize: number;
  newSize: number;
}

/** Some lines of signatures, or a number. */
const ANSWER_BYTES_MAX = 16_384;

/**
 * Asks a witness to cosign a checkpoint (C2SP tlog-witness v1.0.0, add-checkpoint). The proof leads from the
 * old size to the new one. Never throws, and follows no redirect.
 */
export async function addCheckpoint(
  { url, timeoutSeconds }: { url: string; timeoutSeconds: number },
  { proof, note, ...sizes }: Sizes & { proof: Buffer[]; note: string },
): Promise<WitnessAnswer> {
  const hashes = proof.map((hash) => `${hash.toString('base64')}\n`);
  try {
    const response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `old ${String(sizes.oldSize)}\n${hashes.join('')}\n${note}`,
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000)),
    });
    const body = await readBounded(response, ANSWER_BYTES_MAX);
    if (body === null) return { kind: 'failed', problem: 'an answer that is too long' };
    return readAnswer(response, body.toString('utf8'), sizes);
  } catch (error) {
    return { kind: 'failed', problem: describeFault(error, timeoutSeconds) };
  }
}

function readAnswer({ status, headers }: Response, body: string, sizes: Sizes): WitnessAnswer {
  if (status === 200) {
    const lines = body.split('\n').filter((line) => line.startsWith('— '));
    return { kind: 'cosigned', lines: lines.map((line) => `${line}\n`) };
  }
  if (status === 422) return { kind: 'inconsistent' };
  const [, digits] = /^(0|[1-9][0-9]{0,15})\n$/.exec(body) ?? [];
  const isSize = headers.get('content-type')?.startsWith('text/x.tlog.size') === true;
  const size = isSize && digits !== undefined ? Number(digits) : null;
  if (status === 409 && size !== null && size !== sizes.oldSize) return { kind: 'conflict', size };
  // The right size was named, and there is nothing to prove: so the roots are not the same.
  if (status === 409 && sizes.oldSize === sizes.newSize) return { kind: 'inconsistent' };
  return { kind: 'failed', problem: `HTTP ${String(status)}` };
}
