import type { Halt } from './queries.ts';

const PLACES = { file: 'LOG_HEADS_FILE', mail: 'a copy that an operator compared', witness: 'the witness' };

/** Says in one sentence each what was found, and what to do. */
export function describeHalt({
  found_in,
  verdict,
  origin,
  size,
  own_size,
}: Pick<Halt, 'found_in' | 'verdict' | 'origin' | 'size' | 'own_size'>): string {
  const head = `the checkpoint of ${String(size)} records in ${PLACES[found_in]}`;
  const words = {
    shorter: `has only ${String(own_size)} records here and does not reach ${head}`,
    different: `has other records than ${head}`,
    unknown_log: `is not in this database, though there is ${head}`,
  };
  return (
    `the log ${origin} ${words[verdict]}: nothing is published any more. ` +
    'If a backup was restored, see "A restored backup" in src/transparency/README.md'
  );
}
