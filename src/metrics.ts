import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process' counters; `registry` is what `/metrics` prints. */
export interface Metrics {
  registry: Registry;
  /**
   * Audit rows that could not be written, by action. Above zero somebody must look: the event is in the error
   * log.
   */
  auditWriteFailures: Counter<'action'>;
  /** Audit rows put into the spool, by reason. */
  auditSpooled: Counter<'reason'>;
  /** Audit rows taken from the spool into the table. */
  auditReplayed: Counter;
  /** Audit events that are not in the table yet. Set when `/metrics` is read. */
  auditBacklog: Gauge<'where'>;
  /** Bytes in the spool. */
  auditSpoolBytes: Gauge;
  /** Bytes in folders of other databases beside the spool. */
  auditOtherFolderBytes: Gauge;
  /** Seconds since the oldest audit event that is not in the table yet; 0 when there is none. */
  auditOldestUnwritten: Gauge;
  /** Reads that a replica may serve, by the server that served them and the reason. */
  databaseReads: Counter<'target' | 'reason'>;
  /** Reports of activity that are not in the database yet. Set when `/metrics` is read. */
  activityPendingTouches: Gauge;
  /** Writes of the session buffer, and its looks at sessions in use, by result (ok, failed). */
  activityFlushes: Counter<'result'>;
  /** Reports of activity that the buffer has written. */
  activityFlushedTouches: Counter;
  /** Callbacks by outcome (paid, repeat, bad-hash …). */
  paymentCallbacks: Counter<'outcome'>;
  /** Pending payments without any news. Set when `/metrics` is read. Above zero an operator must look. */
  paymentsStuck: Gauge;
  /**
   * Seconds since the oldest audit row without a place in its log; 0 when there is none. Set on `/metrics`.
   */
  logOldestUnsequenced: Gauge;
  /** Worthless posts of strangers by kind, including those that the table had no room for. */
  securityEvents: Counter<'kind'>;
  /** Runs of scheduled work by job and result (ok, failed). */
  jobRuns: Counter<'job' | 'result'>;
  /** Mails by what became of them (relayed, failed, uncertain). */
  mails: Counter<'state'>;
  /** Lines of the log that could not be written: the disk is full, or the reader has stalled. */
  logLinesLost: Counter;
  /** Request durations in seconds by route pattern. Never by address: each route is one label. */
  httpRequests: Histogram<'method' | 'route' | 'status'>;
}

/** Creates a registry of its own, so that two apps in one process (tests) do not share counters. */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    auditWriteFailures: new Counter({
      name: 'audit_write_failures_total',
      help: 'Audit rows that could not be written; the events are in the error log',
      labelNames: ['action'],
      registers,
    }),
    auditSpooled: new Counter({
      name: 'audit_spooled_events_total',
      help: 'Audit rows put into the spool by reason (unreachable, queue-full, refused)',
      labelNames: ['reason'],
      registers,
    }),
    auditReplayed: new Counter({
      name: 'audit_replayed_events_total',
      help: 'Audit rows taken from the spool to the database',
      registers,
    }),
    auditBacklog: new Gauge({
      name: 'audit_unwritten_events',
      help: 'Audit rows that are not in the database yet, by where they are (queue, spool)',
      labelNames: ['where'],
      registers,
    }),
    auditSpoolBytes: new Gauge({
      name: 'audit_spool_bytes',
      help: 'Size of the audit spool of this process',
      registers,
    }),
    auditOtherFolderBytes: new Gauge({
      name: 'audit_other_folder_bytes',
      help: 'Audit events that wait in folders of other databases and that this process does not write',
      registers,
    }),
    auditOldestUnwritten: new Gauge({
      name: 'audit_oldest_unwritten_seconds',
      help: 'Age of the oldest audit event that is not in the database yet, 0 when there is none',
      registers,
    }),
    databaseReads: new Counter({
      name: 'database_reads_total',
      help: 'Reads that the replica may serve by target (primary, replica) and reason',
      labelNames: ['target', 'reason'],
      registers,
    }),
    activityPendingTouches: new Gauge({
      name: 'activity_pending_touches',
      help: 'Reports of activity that are not in the database yet',
      registers,
    }),
    activityFlushes: new Counter({
      name: 'activity_flushes_total',
      help: 'Writes of reported activity and looks at sessions in use by result; what a failed write had is in the next',
      labelNames: ['result'],
      registers,
    }),
    activityFlushedTouches: new Counter({
      name: 'activity_flushed_touches_total',
      help: 'Reports of activity written to the database together with others',
      registers,
    }),
    paymentCallbacks: new Counter({
      name: 'payment_callbacks_total',
      help: 'Gateway callbacks by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    logOldestUnsequenced: new Gauge({
      name: 'log_oldest_unsequenced_seconds',
      help: 'Seconds since the oldest audit row that has no place in the transparency log yet; 0 when there is none',
      registers,
    }),
    paymentsStuck: new Gauge({
      name: 'payments_stuck',
      help: 'Pending payments of which the gateway has said nothing for too long',
      registers,
    }),
    securityEvents: new Counter({
      name: 'security_events_total',
      help: 'Requests refused as forged, unsigned or without access, by kind; the newest are at /admin/security',
      labelNames: ['kind'],
      registers,
    }),
    mails: new Counter({
      name: 'mails_total',
      help: 'Mails by what became of them (relayed, failed, uncertain); the outbox says more',
      labelNames: ['state'],
      registers,
    }),
    jobRuns: new Counter({
      name: 'scheduled_job_runs_total',
      help: 'Runs of scheduled work by job and result',
      labelNames: ['job', 'result'],
      registers,
    }),
    logLinesLost: new Counter({
      name: 'log_lines_lost_total',
      help: 'Log lines that could not be written: full disk, or a reader that stands still',
      registers,
    }),
    httpRequests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Request duration by method, route pattern and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
  };
}
