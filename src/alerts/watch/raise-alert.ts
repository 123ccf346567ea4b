import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import { findCountry } from '../../origin/find-country.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { seriousRules, type RuleName } from '../rules/rule-settings.ts';
import type { WatchedEvent } from '../rules/watched-event.ts';
import { listAdmins, listOwnAddresses } from '../recipients-queries.ts';
import { queueAlertMail } from './alert-mail.ts';
import { isByStaff, type WatchedRow } from './read-event.ts';

/** A mail may be read late, after a journey. The link can only lock an account, so it is good for a month. */
const LINK_DAYS = 30;

/**
 * Writes an alert, its audit row, and the mail to the person whose account it is; about the platform's staff,
 * to every admin of the company.
 */
export async function raiseAlert(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { row: WatchedRow; event: WatchedEvent; rules: RuleName[]; config: Config },
): Promise<void> {
  const { row, event, rules, config } = input;
  const isOfCompany = isByStaff(row);
  const recipients =
    isOfCompany && row.company_id !== null
      ? await listAdmins(trx, { companyId: row.company_id, kind: 'staff-looks' })
      : await listOwnAddresses(trx, { userId: row.user_id, at: context.at });
  const token = recipients.length === 0 ? null : newSecret();
  const expiresAt = new Date(context.at.getTime() + LINK_DAYS * DAY_MS);
  const alert = {
    company_id: row.company_id,
    user_id: isOfCompany ? null : row.user_id,
    actor_user_id: isOfCompany ? row.user_id : null,
    event_id: row.event_id,
    event_at: row.timestamp,
    action: row.action_type,
    rules,
    is_serious: rules.some((rule) => seriousRules.includes(rule)),
    raised_at: context.at,
    ip_address: row.ip_address,
    country: event.country,
    country_data_from: event.country === null ? null : findCountry(row.ip_address).dataFrom,
    browser: event.browser,
    report_token_hash: token === null ? null : hashSecret(token),
    report_expires_at: token === null ? null : expiresAt,
  };
  const [inserted] = await trx('alerts').insert(alert).returning<{ id: number }[]>('id');
  if (inserted === undefined) throw new Error('Bug! An insert returned no row');
  await logRaised(trx, context, { ...alert, id: inserted.id });
  for (const recipient of token === null ? [] : recipients)
    await queueAlertMail(trx, context, {
      config,
      recipient,
      alert: { ...alert, id: inserted.id },
      token: token ?? '',
      expiresAt,
    });
}

async function logRaised(
  trx: Knex.Transaction,
  context: RequestContext,
  alert: {
    id: number;
    company_id: number | null;
    user_id: number | null;
    event_id: string;
    rules: RuleName[];
    country: string | null;
    country_data_from: Date | null;
  },
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action: 'alert_raised',
    success: true,
    resourceType: 'alert',
    resourceId: alert.id,
    companyId: alert.company_id,
    userId: alert.user_id,
    details: {
      rules: alert.rules,
      about_event: alert.event_id,
      country: alert.country,
      country_data_from: alert.country_data_from?.toISOString() ?? null,
    },
  });
}
