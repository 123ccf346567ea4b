import type { AuditWriter } from './audit/audit-writer.ts';

/** What the recorders keep in this process between two writes. Made once by server.ts and closed last but for the pool. */
export interface Recorders {
  auditWriter: AuditWriter;
}
