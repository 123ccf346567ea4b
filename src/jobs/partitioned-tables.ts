/** The tables that are kept in monthly partitions. */
export const partitionedTables = ['audit_logs', 'workspace_sessions'] as const;

/** A month as people read it: `2026-11`. */
export function monthText(month: Date): string {
  return month.toISOString().slice(0, 7);
}
