import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { addStep } from './incident-steps.ts';
import { openIncident, secureForIncident } from './open-incident.ts';

export const incidentOutcomes = ['takeover', 'attempt', 'false-alarm', 'unclear'] as const;
export type IncidentOutcome = (typeof incidentOutcomes)[number];

interface Asked {
  companyId: number;
  incidentId: number;
}

/**
 * Opens an incident about an alert, for an admin who doubts it. Throws `NotFound` for another company's
 * alert.
 */
export async function openFromAlert(
  db: Knex,
  context: RequestContext,
  { config, ...asked }: { companyId: number; alertId: number; config: Config },
): Promise<number> {
  return db.transaction(async (trx) => {
    const alert = await trx('alerts')
      .where({ company_id: asked.companyId, id: asked.alertId })
      .forUpdate()
      .first<{ id: number; user_id: number | null } | undefined>(['id', 'user_id']);
    if (alert === undefined) throw new NotFound();
    const known = await trx('incidents').where('alert_id', alert.id).first<{ id: number } | undefined>('id');
    if (known !== undefined) return known.id;
    return openIncident(trx, context, {
      config,
      companyId: asked.companyId,
      userId: alert.user_id,
      alertId: alert.id,
      openedBy: personOf(context),
    });
  });
}

/** Adds a note to an open incident. `ok: false` when it is closed. */
export async function addNote(
  db: Knex,
  context: RequestContext,
  input: Asked & { note: string },
): Promise<{ ok: boolean }> {
  return whileOpen(db, input, async (trx) => {
    await addStep(trx, context, {
      incidentId: input.incidentId,
      kind: 'note',
      userId: personOf(context),
      note: input.note,
    });
    await log(trx, context, input, 'incident_noted', {});
    return true;
  });
}

/** Closes an incident with what it was. `ok: false` when it is closed already. */
export async function closeIncident(
  db: Knex,
  context: RequestContext,
  input: Asked & { outcome: IncidentOutcome },
): Promise<{ ok: boolean }> {
  return whileOpen(db, input, async (trx) => {
    const { outcome } = input;
    const closedBy = personOf(context);
    await trx('incidents')
      .where('id', input.incidentId)
      .update({ closed_at: context.at, closed_by: closedBy, outcome });
    const step = {
      incidentId: input.incidentId,
      kind: 'closed',
      userId: closedBy,
      details: { outcome },
    } as const;
    await addStep(trx, context, step);
    await log(trx, context, input, 'incident_closed', { outcome });
    return true;
  });
}

/**
 * Secures the account of an open incident. `ok: false` when it is closed, or there is no account to secure.
 */
export async function secureByAdmin(
  db: Knex,
  context: RequestContext,
  input: Asked,
): Promise<{ ok: boolean }> {
  const { incidentId } = input;
  return whileOpen(db, input, async (trx, { user_id: userId, event_at }) =>
    userId === null
      ? false
      : secureForIncident(trx, context, {
          incidentId,
          userId,
          by: personOf(context),
          eventAt: event_at ?? context.at,
        }),
  );
}

interface Incident {
  user_id: number | null;
  closed_at: Date | null;
  /** When the alert happened that it is about. */
  event_at: Date | null;
}

async function whileOpen(
  db: Knex,
  { companyId, incidentId }: Asked,
  work: (trx: Knex.Transaction, incident: Incident) => Promise<boolean>,
): Promise<{ ok: boolean }> {
  return db.transaction(async (trx) => {
    const incident = await trx('incidents')
      .where({ company_id: companyId, id: incidentId })
      .forUpdate()
      .first<Incident | undefined>([
        'user_id',
        'closed_at',
        trx('alerts').whereRaw('alerts.id = incidents.alert_id').select('event_at').as('event_at'),
      ]);
    if (incident === undefined) throw new NotFound();
    return { ok: incident.closed_at === null && (await work(trx, incident)) };
  });
}

async function log(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, incidentId }: Asked,
  action: 'incident_noted' | 'incident_closed',
  details: Record<string, unknown>,
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action,
    success: true,
    resourceType: 'incident',
    resourceId: incidentId,
    companyId,
    details,
  });
}

function personOf({ userId }: RequestContext): number {
  if (userId === null) throw new NotSignedIn();
  return userId;
}
