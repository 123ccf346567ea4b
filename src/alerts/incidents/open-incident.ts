import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { secureAccount } from '../../people/password/secure-account.ts';
import { listAdmins } from '../recipients-queries.ts';
import { queueIncidentMail } from './incident-mail.ts';
import { addStep } from './incident-steps.ts';

interface NewIncident {
  companyId: number | null;
  /** Null when the company as a whole is concerned. */
  userId: number | null;
  alertId: number | null;
  /** The admin or operator who opens it; null when the person reported it. */
  openedBy: number | null;
}

/**
 * Opens an incident in the caller's transaction, or adds the report to the one that is open about the same
 * account, and tells the company's admins by mail. Returns its id.
 */
export async function openIncident(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, ...input }: NewIncident & { config: Config },
): Promise<number> {
  const open = await findOpenIncident(trx, input);
  const incidentId = open ?? (await insertIncident(trx, context, input));
  await addStep(trx, context, {
    incidentId,
    kind: 'opened',
    userId: input.openedBy,
    details: input.alertId === null ? {} : { alert_id: input.alertId },
  });
  if (open !== undefined) return incidentId;
  await AuditLogger.log(trx, context, {
    action: 'incident_opened',
    success: true,
    resourceType: 'incident',
    resourceId: incidentId,
    companyId: input.companyId,
    details: { alert_id: input.alertId, about_user_id: input.userId },
  });
  if (input.companyId === null) return incidentId;
  const admins = await listAdmins(trx, { companyId: input.companyId, kind: 'incidents' });
  const about = await findName(trx, input.userId);
  for (const recipient of admins.filter(({ id }) => id !== input.openedBy && id !== input.userId))
    await queueIncidentMail(trx, context, { config, recipient, incidentId, about });
  return incidentId;
}

/** Secures the account of an incident, and writes down what that ended. */
export async function secureForIncident(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { incidentId: number; userId: number; by: number | null; eventAt: Date },
): Promise<boolean> {
  const cause = input.by === null ? 'reported' : 'by-admin';
  const { userId, eventAt } = input;
  const secured = await secureAccount(trx, context, { userId, cause, eventAt });
  if (secured === undefined) return false;
  await addStep(trx, context, {
    incidentId: input.incidentId,
    kind: 'secured',
    userId: input.by,
    details: { ...secured },
  });
  return true;
}

async function findName(trx: Knex.Transaction, userId: number | null): Promise<string | null> {
  if (userId === null) return null;
  const person = await trx('users').where('id', userId).first<{ full_name: string } | undefined>('full_name');
  return person?.full_name ?? null;
}

async function findOpenIncident(
  trx: Knex.Transaction,
  { companyId, userId }: NewIncident,
): Promise<number | undefined> {
  const row = await trx('incidents')
    .whereRaw('company_id is not distinct from ?', [companyId])
    .whereRaw('user_id is not distinct from ?', [userId])
    .whereNull('closed_at')
    .forUpdate()
    .first<{ id: number } | undefined>('id');
  return row?.id;
}

async function insertIncident(
  trx: Knex.Transaction,
  context: RequestContext,
  input: NewIncident,
): Promise<number> {
  const [row] = await trx('incidents')
    .insert({
      company_id: input.companyId,
      user_id: input.userId,
      alert_id: input.alertId,
      opened_at: context.at,
      opened_by: input.openedBy,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return row.id;
}
