import { Carried } from '../db/carried.ts';
import type { Metrics } from '../metrics.ts';
import type { AuditWriter } from './audit-writer.ts';

/** The parts that a process makes once for its audit trail. */
interface AuditSink {
  /** Counts rows that could not be written, and security events. */
  metrics: Metrics;
  /**
   * Takes the rows that belong to no transaction, and those that were refused in a transaction. Absent: each
   * is written at once.
   */
  writer?: AuditWriter;
}

/**
 * The sink of a pool, attached where the pool is made. Commands have none: there nothing is batched or
 * counted.
 */
export const auditSink = new Carried<AuditSink>('auditSink');
