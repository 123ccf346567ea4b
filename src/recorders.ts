import type { AuditWriter } from './audit/audit-writer.ts';
import type { ActivityBuffer } from './workspace/sessions/activity-buffer.ts';
import type { TrafficBuffer } from './workspace/sessions/traffic-buffer.ts';

/**
 * The buffers that the recorders keep in this process between two writes. server.ts creates them once and
 * closes them last, before the pool.
 */
export interface Recorders {
  auditWriter: AuditWriter;
  /** Absent: every report of activity is written at once. */
  activityBuffer?: ActivityBuffer;
  /** Absent: every request to a workspace is written at once. */
  trafficBuffer?: TrafficBuffer;
}
