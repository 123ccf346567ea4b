/** A message of the verifier: a name, and what fills its words in braces. */
export type Message = [key: string, values?: Record<string, unknown>];

export interface Report {
  /** 0 verified, 3 without a policy, 1 not verified, 2 a version that is not known. */
  code: 0 | 1 | 2 | 3;
  /** How many records the log holds as they stand in the file. */
  records: number;
  /** How many of them have nothing withheld. */
  complete?: number;
  verdict: Message;
  notes: Message[];
}

export function verifyBundle(
  lines: Iterable<string> | AsyncIterable<string>,
  texts?: { policy?: string | undefined; held?: string | undefined },
): Promise<Report>;
export function say(lang: string, key: string, values?: Record<string, unknown>): string;
export function canonical(value: unknown): string;
export function subsetRoot(
  leaves: { index: number; hash: string }[],
  size: number,
  hashes: string[],
): string | undefined;
export function inclusionRoot(index: number, size: number, leaf: string, proof: string[]): string | undefined;
export function isBeginning(
  oldSize: number,
  newSize: number,
  oldRoot: string,
  newRoot: string,
  proof: string[],
): boolean;
