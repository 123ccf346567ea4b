import type { Knex } from 'knex';

/** A checkpoint from outside that stopped the publishing. */
export interface Halt {
  id: number;
  halted_at: Date;
  found_in: 'file' | 'mail' | 'witness';
  verdict: 'shorter' | 'different' | 'unknown_log';
  origin: string;
  size: number;
  root: Buffer | null;
  note: string | null;
  own_size: number;
}

/** Far longer than it takes. */
const HALTS_TIMEOUT_MS = 10_000;

const HALT_COLUMNS = [
  'log_halts.id',
  'log_halts.halted_at',
  'log_halts.found_in',
  'log_halts.verdict',
  'log_halts.origin',
  'log_halts.size',
  'log_halts.root',
  'log_halts.note',
  'log_halts.own_size',
];

/**
 * Everything that stops the publishing now, the oldest first. Empty: nothing does. Throws after `timeoutMs`
 * without an answer.
 */
export async function listOpenHalts(db: Knex, timeoutMs = HALTS_TIMEOUT_MS): Promise<Halt[]> {
  return db('log_halts')
    .leftJoin('log_resumptions', 'log_resumptions.halt_id', 'log_halts.id')
    .whereNull('log_resumptions.halt_id')
    .orderBy('log_halts.id')
    .timeout(timeoutMs)
    .select<Halt[]>(HALT_COLUMNS);
}

type Head = Pick<Halt, 'origin' | 'size' | 'root'>;

/** Whether this very checkpoint stops the publishing already. */
export async function isHaltedBy(db: Knex, { origin, size, root }: Head): Promise<boolean> {
  const halts = await listOpenHalts(db);
  return halts.some(
    (halt) =>
      halt.origin === origin &&
      halt.size === size &&
      (halt.root === null ? root === null : root !== null && halt.root.equals(root)),
  );
}

/**
 * Whether a decision to go on covers a checkpoint.
 *
 * 1. The very checkpoint of the decision is covered wherever it is found.
 * 2. In a mail, one of the lost records is covered as well: between the size here at the time and the size
 *    outside. Nobody knows which of them were handed out.
 * 3. The file is not: its last line is from after the decision as soon as something was published.
 */
export async function isKnownLoss(
  db: Knex,
  { origin, size, root, found_in }: Head & Pick<Halt, 'found_in'>,
): Promise<boolean> {
  const found = await db('log_halts')
    .join('log_resumptions', 'log_resumptions.halt_id', 'log_halts.id')
    .where({ 'log_halts.origin': origin })
    .whereRaw(
      `(log_halts.size = ? and (log_halts.root is null or log_halts.root = ?)
        or ? and log_halts.verdict = 'shorter' and ? > log_halts.own_size and ? <= log_halts.size)`,
      [size, root, found_in === 'mail', size, size],
    )
    .first<{ id: number } | undefined>('log_halts.id');
  return found !== undefined;
}
