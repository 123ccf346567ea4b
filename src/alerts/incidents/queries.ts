import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import type { IncidentOutcome } from './work-on-incident.ts';

/** An incident in a list. */
interface IncidentEntry {
  id: number;
  user_id: number | null;
  person: string | null;
  alert_id: number | null;
  opened_at: Date;
  closed_at: Date | null;
  outcome: IncidentOutcome | null;
  last_step: 'opened' | 'secured' | 'note' | 'closed';
  last_step_at: Date;
}

/** An incident on its page. */
export interface Incident extends IncidentEntry {
  /** Since when its account waits for a new password; null when it does not. */
  password_blocked_at: Date | null;
  /** When the alert happened that it is about; null for an incident without one. */
  event_at: Date | null;
}

/** A step of an incident. */
export interface IncidentStep {
  id: number;
  at: Date;
  kind: 'opened' | 'secured' | 'note' | 'closed';
  by: string | null;
  /** True when that is a member of the platform's staff. */
  is_staff: boolean;
  note: string | null;
  details: Record<string, unknown>;
}

/** The incidents of a company, newest first; only open ones when asked. */
export async function listIncidents(
  db: Knex,
  input: { companyId: number; isOpen: boolean; cursor: Cursor },
): Promise<Page<IncidentEntry>> {
  const query = selectIncidents(db, input.companyId);
  if (input.isOpen) void query.whereNull('incidents.closed_at');
  return readPage<IncidentEntry>(
    db,
    query,
    {
      keys: ['incidents.id'],
      direction: 'desc',
      startsAmong: db('incidents').where('incidents.company_id', input.companyId),
      size: PAGE_SIZE,
    },
    input.cursor,
  );
}

/** An incident of a company. */
export async function findIncident(
  db: Knex,
  input: { companyId: number; incidentId: number },
): Promise<Incident | undefined> {
  return selectIncidents(db, input.companyId)
    .leftJoin('alerts', 'alerts.id', 'incidents.alert_id')
    .where('incidents.id', input.incidentId)
    .select(['person.password_blocked_at', 'alerts.event_at'])
    .first<Incident | undefined>();
}

/** The steps of an incident, oldest first. The caller has looked the incident up in the company's scope. */
export async function listSteps(db: Knex, incidentId: number): Promise<IncidentStep[]> {
  return db('incident_steps')
    .leftJoin('users', 'users.id', 'incident_steps.user_id')
    .where('incident_steps.incident_id', incidentId)
    .orderBy('incident_steps.id')
    .select<IncidentStep[]>([
      'incident_steps.id',
      'incident_steps.at',
      'incident_steps.kind',
      'users.full_name as by',
      db.raw("users.role is not distinct from 'operator' as is_staff"),
      'incident_steps.note',
      'incident_steps.details',
    ]);
}

function selectIncidents(db: Knex, companyId: number): Knex.QueryBuilder {
  return db('incidents')
    .leftJoin('users as person', 'person.id', 'incidents.user_id')
    .joinRaw(
      `cross join lateral (select kind, at from incident_steps
       where incident_id = incidents.id order by id desc limit 1) as last`,
    )
    .where('incidents.company_id', companyId)
    .select([
      'incidents.id',
      'incidents.user_id',
      'person.full_name as person',
      'incidents.alert_id',
      'incidents.opened_at',
      'incidents.closed_at',
      'incidents.outcome',
      'last.kind as last_step',
      'last.at as last_step_at',
    ]);
}
