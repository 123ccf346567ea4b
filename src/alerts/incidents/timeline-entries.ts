import type { SentencePart } from '../../admin/audit-sentence.ts';
import type { DescribedRow } from '../../admin/describe-audit-row.ts';
import type { AdminScope } from '../../people/company-scope.ts';
import type { Format } from '../../web/format.ts';
import type { AlertEntry } from '../alert-queries.ts';
import { describeAlerts } from '../describe-alert.ts';
import type { IncidentStep } from './queries.ts';
import type { IncidentOutcome } from './work-on-incident.ts';

/** Something in the line of time of an incident. */
export interface TimelineEntry {
  at: Date;
  kind: 'opened' | 'event' | 'alert' | 'step';
  tone: 'success' | 'danger' | 'neutral';
  title: SentencePart[];
  /** A mark that stands behind the title. */
  badge: string | null;
  /** The person who took a step; the titles of other entries name whoever acted. */
  by: string | null;
  ip: string | null;
  /** Facts in short lines. */
  notes: SentencePart[][];
  /** The words of a note, as they were typed. */
  words: string | null;
}

/** A row of the audit trail in the line of time. */
export function eventEntry(row: DescribedRow, { t }: Format): TimelineEntry {
  return {
    ...blank(row.at, 'event'),
    tone: row.success ? 'success' : 'danger',
    title: row.sentence,
    badge: row.success ? null : t('admin.failure'),
    ip: row.ip,
    notes: row.notes,
  };
}

/** An alert in the line of time, with a link to the incident that is about it, unless this is the one. */
export function alertEntry(
  alert: AlertEntry,
  { format, incidentId, reader }: { format: Format; incidentId: number; reader: Pick<AdminScope, 'query'> },
): TimelineEntry {
  const { t, locale } = format;
  const [shown] = describeAlerts([alert], locale);
  const place = shown?.countryText ?? t('alerts.countryUnknown');
  const other = alert.incident_id === incidentId ? null : alert.incident_id;
  return {
    ...blank(alert.event_at, 'alert'),
    tone: 'danger',
    title: plain(alert.rules.map((rule) => t(`alerts.rule_${rule}`)).join(', ')),
    badge: t(alert.is_serious ? 'alerts.seriousAlert' : 'alerts.alert'),
    ip: alert.ip_address,
    notes: [
      plain([place, alert.browser, t(`alerts.state_${shown?.state ?? 'open'}`)].filter(Boolean).join(' · ')),
      ...(other === null
        ? []
        : [
            [
              {
                text: t('alerts.seeIncident'),
                href: `/admin/alerts/incidents/${String(other)}${reader.query}`,
              },
            ],
          ]),
    ],
  };
}

/** A step that somebody took in the incident. */
export function stepEntry(step: IncidentStep, { t }: Format): TimelineEntry {
  return {
    ...blank(step.at, step.kind === 'opened' ? 'opened' : 'step'),
    title: plain(t(`alerts.step_${step.kind}`)),
    by: byWhom(step, t),
    notes: stepNotes(step, t),
    words: step.note,
  };
}

function byWhom({ by, is_staff }: IncidentStep, t: Format['t']): string {
  if (by === null) return t('alerts.byPerson');
  return is_staff ? t('auditWord.staffMember', { name: by }) : by;
}

function stepNotes({ kind, details }: IncidentStep, t: Format['t']): SentencePart[][] {
  const count = (name: string): number => (typeof details[name] === 'number' ? details[name] : 0);
  if (kind === 'opened' && typeof details.alert_id === 'number')
    return [plain(t('alerts.stepAlert', { id: details.alert_id }))];
  if (kind === 'closed') return [plain(t(`alerts.outcome_${String(details.outcome) as IncidentOutcome}`))];
  if (kind !== 'secured') return [];
  const ended = {
    browsers: count('browser_sessions_ended'),
    tokens: count('access_tokens_revoked'),
    keys: count('ssh_keys_removed'),
    devices: count('devices_forgotten'),
    factors: count('second_factors_removed'),
  };
  return [plain(t('alerts.securedDetails', ended))];
}

function blank(at: Date, kind: TimelineEntry['kind']): TimelineEntry {
  return { at, kind, tone: 'neutral', title: [], badge: null, by: null, ip: null, notes: [], words: null };
}

function plain(text: string): SentencePart[] {
  return [{ text, href: null }];
}
