import { Carried } from '../db/carried.ts';
import type { Metrics } from '../metrics.ts';
import type { AuditWriter } from './audit-writer.ts';

/** What a process makes once for its audit trail. */
interface AuditSink {
  /** Counts what could not be written, and security events. */
  metrics: Metrics;
  /**
   * Takes the rows that belong to no transaction, and those that a transaction refused. Absent: they are
   * written at once.
   */
  writer?: AuditWriter;
}

/**
 * The sink of a pool. Attached where the pool is made; absent on the command line, where nothing is gathered
 * or counted.
 */
export const auditSink = new Carried<AuditSink>('auditSink');
