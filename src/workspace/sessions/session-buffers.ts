import type { Knex } from 'knex';
import { Carried } from '../../db/carried.ts';
import type { ActivityBuffer } from './activity-buffer.ts';
import type { TrafficBuffer } from './traffic-buffer.ts';

/** What a process keeps in memory about workspace sessions between two writes. */
export interface SessionBuffers {
  /** Absent: every report of activity is written at once. */
  activity?: ActivityBuffer;
  /** Absent: every request to a workspace is written at once. */
  traffic?: TrafficBuffer;
}

/** The buffers of a pool. Attached where the pool is made; absent on the command line. */
export const sessionBuffers = new Carried<SessionBuffers>('sessionBuffers');

/**
 * Writes what this process has in memory about sessions, so that the next statement sees it. Never rejects.
 */
export async function flushSessionBuffers(db: Knex): Promise<void> {
  const buffers = sessionBuffers.of(db);
  await buffers?.activity?.flush();
  await buffers?.traffic?.flush();
}
