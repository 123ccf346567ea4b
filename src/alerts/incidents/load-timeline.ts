import type { Knex } from 'knex';
import { describeAuditRows } from '../../admin/describe-audit-rows.ts';
import { DAY_MS } from '../../durations.ts';
import type { EvidenceScope } from '../../evidence/scope.ts';
import type { AdminScope } from '../../people/company-scope.ts';
import type { Format } from '../../web/format.ts';
import { listAlertsBetween, type AlertEntry } from '../alert-queries.ts';
import { listSteps, type Incident } from './queries.ts';
import { listRowsAround } from './timeline-queries.ts';
import { alertEntry, eventEntry, stepEntry, type TimelineEntry } from './timeline-entries.ts';

/** So many days before an incident, and after its end, belong to its line of time. */
const AROUND_DAYS = 7;

/** Rows of the audit trail that the page shows. Steps and alerts are few, and always shown. */
export const ROWS_MAX = 300;

interface Timeline {
  entries: TimelineEntry[];
  /** The alerts among the entries. */
  alerts: AlertEntry[];
  /** True when there are more rows of the audit trail than the page shows. */
  isCut: boolean;
}

/**
 * An incident in one line of time, oldest first: the alerts about the account, who came into it, what became
 * of its keys, and what was done about it. The line begins some days before the alert, and ends some days
 * after the incident was closed.
 */
export async function loadTimeline(
  db: Knex,
  of: {
    companyId: number;
    incident: Incident;
    download: EvidenceScope['download'];
    format: Format;
    reader: AdminScope;
  },
): Promise<Timeline> {
  const { companyId, incident, download, format, reader } = of;
  const around = {
    companyId,
    userId: incident.user_id,
    ...timeAround(incident, download.at),
    limit: ROWS_MAX + 1,
  };
  const [steps, alerts, rows] = await Promise.all([
    listSteps(db, incident.id),
    listAlertsBetween(db, around),
    listRowsAround(db, { ...around, download }),
  ]);
  const words = { companyId, format, scope: reader };
  const lines = await describeAuditRows(db, rows.slice(0, ROWS_MAX), words);
  return {
    entries: inOrder([
      ...lines
        .flatMap((line) => (line.looks.length > 0 ? line.looks : [line]))
        .map((line) => eventEntry(line, format)),
      ...alerts.map((alert) => alertEntry(alert, { format, incidentId: incident.id, reader })),
      ...steps.map((step) => stepEntry(step, format)),
    ]),
    alerts,
    isCut: rows.length > ROWS_MAX,
  };
}

function timeAround({ opened_at, closed_at, event_at }: Incident, at: Date): { from: Date; to: Date } {
  const began = Math.min(opened_at.getTime(), event_at?.getTime() ?? Infinity);
  const ended = (closed_at ?? at).getTime();
  return { from: new Date(began - AROUND_DAYS * DAY_MS), to: new Date(ended + AROUND_DAYS * DAY_MS) };
}

/**
 * An alert has the time of its event, and a report the time of all that followed from it. At one time the
 * order is: a report, events, alerts, other steps.
 */
function inOrder(entries: TimelineEntry[]): TimelineEntry[] {
  const rank = ({ kind }: TimelineEntry): number => ['opened', 'event', 'alert', 'step'].indexOf(kind);
  return entries.toSorted((a, b) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b));
}
