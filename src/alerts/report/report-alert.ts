import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { hashSecret } from '../../secret-token.ts';
import { openIncident, secureForIncident } from '../incidents/open-incident.ts';

/** The alert by the secret of its mail's link, or by its number for the signed-in person whom it is about. */
type Claim = { token: string } | { alertId: number; userId: number };

/** An alert that can still be reported. */
interface OpenAlert {
  id: number;
  company_id: number | null;
  /** Null when the platform's staff looked in: then no account is locked. */
  user_id: number | null;
  event_at: Date;
  rules: string[];
  ip_address: string | null;
  country: string | null;
  country_data_from: Date | null;
  browser: string | null;
}

const columns = [
  'id',
  'company_id',
  'user_id',
  'event_at',
  'rules',
  'ip_address',
  'country',
  'country_data_from',
  'browser',
];

/** The alert that a link is about, while the link is good. Changes nothing. */
export async function findOpenAlert(
  db: Knex,
  context: RequestContext,
  claim: Claim,
): Promise<OpenAlert | undefined> {
  return openAlerts(db, context, claim).first<OpenAlert | undefined>(columns);
}

/**
 * Takes the word of a person that it was not them: once. The account is secured (`secureAccount`) and an
 * incident is opened for the admin, in one transaction. When the platform's staff looked in, only the
 * incident is opened. Undefined when the link is used, too old or unknown.
 */
export async function reportAlert(
  db: Knex,
  context: RequestContext,
  { config, claim }: { config: Config; claim: Claim },
): Promise<{ isSecured: boolean } | undefined> {
  return db.transaction(async (trx) => {
    const alert = await openAlerts(trx, context, claim).forUpdate().first<OpenAlert | undefined>(columns);
    if (alert === undefined) return undefined;
    await trx('alerts').where('id', alert.id).update({ reported_at: context.at });
    const { user_id: userId, company_id: companyId } = alert;
    // The link proves that its sender reads the mailbox, as that of a new password does.
    const by: RequestContext =
      userId === null ? { ...context, companyId } : { ...context, actorType: 'user', userId, companyId };
    await AuditLogger.log(trx, by, {
      action: 'alert_reported',
      success: true,
      resourceType: 'alert',
      resourceId: alert.id,
      companyId,
      details: { rules: alert.rules, by: 'token' in claim ? 'mail-link' : 'account-page' },
    });
    const incidentId = await openIncident(trx, by, {
      config,
      companyId,
      userId,
      alertId: alert.id,
      openedBy: null,
    });
    if (userId === null) return { isSecured: false };
    const eventAt = alert.event_at;
    return { isSecured: await secureForIncident(trx, by, { incidentId, userId, by: null, eventAt }) };
  });
}

function openAlerts(db: Knex, { at }: RequestContext, claim: Claim): Knex.QueryBuilder {
  const query = db('alerts').whereNull('reported_at');
  return 'token' in claim
    ? query.where('report_token_hash', hashSecret(claim.token)).where('report_expires_at', '>', at)
    : query.where({ id: claim.alertId, user_id: claim.userId });
}
