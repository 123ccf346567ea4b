import { boundedText } from './storable-text.ts';

const PROBLEM_MAX = 300;

/** The body of an answer from outside. Null when it is longer than `bytesMax`: nobody asked for so much. */
export async function readBounded(response: Response, bytesMax: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const chunks: AsyncIterable<Uint8Array> | Uint8Array[] = response.body ?? [];
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > bytesMax) return null;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Why there was no answer, in bounded words. */
export function describeFault(error: unknown, timeoutSeconds: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${String(timeoutSeconds)} seconds`;
  // fetch says only "fetch failed". Its cause says why.
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  return boundedText(message, PROBLEM_MAX);
}
