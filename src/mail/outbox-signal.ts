import type { Knex } from 'knex';
import { Carried } from '../db/carried.ts';

/** Wakes the sender of this process when a transaction that wrote a mail has committed. */
export interface OutboxSignal {
  afterCommit(trx: Knex.Transaction): void;
}

/** The signal of a pool. Absent on the command line: the sender of a running process finds the mail. */
export const outboxSignal = new Carried<OutboxSignal>('outboxSignal');
