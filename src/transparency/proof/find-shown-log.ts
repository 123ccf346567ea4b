import type { Knex } from 'knex';
import { findHead, type LogRow } from '../queries.ts';

/** A log at the size of its newest checkpoint: what a proof is about. */
export interface ShownLog extends Pick<LogRow, 'id' | 'log_uuid' | 'integrated'> {
  size: number;
  /** The checkpoint as a signed note. */
  checkpoint: string;
}

/** The log of a company, or the platform's (null), as it was published last. Undefined before that. */
export async function findShownLog(db: Knex, companyId: number | null): Promise<ShownLog | undefined> {
  const head = await findHead(db, companyId);
  if (head === undefined) return undefined;
  const { id, log_uuid, integrated } = head.log;
  return { id, log_uuid, integrated, size: head.newest.size, checkpoint: head.newest.note };
}
