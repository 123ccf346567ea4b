import type { Knex } from 'knex';
import type { Currency } from '../currency.ts';
import { formatMajor } from '../billing/paytr/minor-units.ts';
import { formatFor } from '../web/format.ts';
import { countEntriesByOthers } from '../workspace/usage/entries-by-others.ts';
import type { UsageFilter } from '../workspace/sessions/session-spans.ts';
import type { UsageStats } from '../workspace/sessions/usage-stats.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';
import { ownAuditRows, paymentsInScope, type EvidenceScope } from './scope.ts';
import type { EvidenceBundle } from './schemas/bundle-schema.ts';

/** The totals of a bundle, over the same rows as its lists. */
export async function summariseEvidence(
  db: Knex,
  scope: EvidenceScope,
  billingCurrency: Currency,
): Promise<EvidenceBundle['summary']> {
  const activity = await findActivity(db, scope);
  const filter: UsageFilter = {
    companyId: scope.companyId,
    userId: scope.userId,
    workspaceId: scope.workspaceId,
    from: scope.from ?? undefined,
    to: scope.to ?? undefined,
  };
  const use = await WorkspaceSessionTracker.usageStats(db, null, filter);
  const paid = await sumPaymentsByCurrency(db, scope);
  const firstUse = latest([use.first_started_at, use.sessions > 0 ? scope.from : null]);
  const lastUse = earliest([use.last_activity_at, use.sessions > 0 ? scope.to : null]);
  return {
    ...boundHours(use),
    counted_sessions: use.counted_sessions,
    partly_counted_sessions: use.partly_counted_sessions,
    uncounted_sessions: use.uncounted_sessions,
    usage_explained: {
      en: formatFor('en').t('admin.usageExplained'),
      tr: formatFor('tr').t('admin.usageExplained'),
    },
    total_sessions: use.sessions,
    sessions_by_admins: await countEntriesByOthers(db, { ...scope, ownerUserId: scope.userId }),
    successful_logins: activity.successful_logins,
    failed_logins: activity.failed_logins,
    failed_logins_known_device: activity.failed_logins_known_device,
    failed_logins_by_others: activity.failed_logins_by_others,
    failed_logins_explained: {
      en: formatFor('en').t('admin.failedLoginsExplained'),
      tr: formatFor('tr').t('admin.failedLoginsExplained'),
    },
    first_activity: earliest([activity.first_act, firstUse])?.toISOString() ?? null,
    last_activity: latest([activity.last_act, lastUse])?.toISOString() ?? null,
    total_payments_amount: toMajor(paid.find((sum) => sum.currency === billingCurrency)?.paid_minor ?? 0),
    billing_currency: billingCurrency,
    total_payments_by_currency: Object.fromEntries(
      paid.map(({ currency, paid_minor }) => [currency, toMajor(paid_minor)]),
    ),
    total_refunds_by_currency: Object.fromEntries(
      (await sumRefundsByCurrency(db, scope)).map((sum) => [sum.currency, toMajor(sum.refunded_minor)]),
    ),
  };
}

/** Minor units as a number of major units: the nearest number to the exact two decimals. */
export function toMajor(minor: number): number {
  return Number(formatMajor(minor));
}

/**
 * The upper bound is rounded up and the lower bound down, so that both stay bounds. Each also appears under
 * its name of version 1.0.
 */
function boundHours({
  connected_seconds,
  active_seconds,
}: UsageStats): Pick<EvidenceBundle['summary'], 'total_workspace_hours' | 'interactive_workspace_hours'> &
  Pick<EvidenceBundle['summary'], 'connected_workspace_hours' | 'active_workspace_hours'> {
  const most = Math.ceil(hundredths(connected_seconds)) / 100;
  const least = Math.floor(hundredths(active_seconds)) / 100;
  return {
    total_workspace_hours: most,
    interactive_workspace_hours: least,
    connected_workspace_hours: most,
    active_workspace_hours: least,
  };
}

/** Hundredths of an hour. */
function hundredths(seconds: number): number {
  return seconds / 36;
}

function earliest(times: (Date | null)[]): Date | null {
  return sorted(times)[0] ?? null;
}

function latest(times: (Date | null)[]): Date | null {
  return sorted(times).at(-1) ?? null;
}

function sorted(times: (Date | null)[]): Date[] {
  return times.filter((time) => time !== null).sort((a, b) => a.getTime() - b.getTime());
}

interface Logins {
  successful_logins: number;
  failed_logins: number;
  failed_logins_known_device: number;
  failed_logins_by_others: number;
}

interface Activity extends Logins {
  first_act: Date | null;
  last_act: Date | null;
}

/** Counts in an index and reads one row at either end: a person may have done a million things in between. */
async function findActivity(db: Knex, scope: EvidenceScope): Promise<Activity> {
  // Actions of the gateway or of a stranger with the account are in the list, but they are not this person's
  // activity.
  const acts = ownAuditRows(db, scope).whereRaw(
    `(actor_type = 'user' or (actor_type = 'anonymous' and success))`,
  );
  const ends = await db
    .select({
      first_act: acts.clone().orderBy('timestamp').limit(1).select('timestamp'),
      last_act: acts.clone().orderBy('timestamp', 'desc').limit(1).select('timestamp'),
    })
    .first<Pick<Activity, 'first_act' | 'last_act'>>();
  return { ...ends, ...(await countLogins(db, scope)) };
}

/**
 * A record counts for as many attempts as its details say, or for one. An attempt is "by others" when it came
 * from a browser that had never signed in and from an address from which nobody ever has, at any time.
 *
 * Only failures are read as rows. Successes may be very many, and are counted in their index.
 */
async function countLogins(db: Knex, scope: EvidenceScope): Promise<Logins> {
  const attempts = `case when details ->> 'attempts' ~ '^[0-9]{1,9}$' then (details ->> 'attempts')::bigint else 1 end`;
  const isKnown = `coalesce(details ->> 'known_device' = 'true', false)`;
  const successes = loginsOf(db, scope).where('success', true).count();
  const ownAddresses = loginsOf(db, { ...scope, from: null, to: null })
    .where('success', true)
    .whereNotNull('ip_address')
    .distinct('ip_address');
  const isForeign = `(details ->> 'several_addresses' is not null or ip_address <> all (array(:ownAddresses)))`;
  const sum = (condition: string): string =>
    `coalesce(sum(${attempts}) filter (where ${condition}), 0)::bigint`;
  return loginsOf(db, scope)
    .where('success', false)
    .select(
      db.raw('? as successful_logins', [successes]),
      db.raw(`${sum('true')} as failed_logins`),
      db.raw(`${sum(isKnown)} as failed_logins_known_device`),
      db.raw(`${sum(`not ${isKnown} and ${isForeign}`)} as failed_logins_by_others`, { ownAddresses }),
    )
    .first<Logins>();
}

/** Postgres sees by itself that no sign-in is the download, and reads no row to look. */
function loginsOf(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return ownAuditRows(db, scope).whereRaw(`action_type = 'login'`);
}

/** Summed in SQL in minor units. Amounts of different currencies are never added. */
async function sumPaymentsByCurrency(
  db: Knex,
  scope: EvidenceScope,
): Promise<{ currency: Currency; paid_minor: number }[]> {
  return paymentsInScope(db, scope)
    .where('payments.status', 'success')
    .groupBy('payments.currency')
    .orderBy('payments.currency')
    .select('payments.currency')
    .select(db.raw('sum(coalesce(payments.charged_minor, payments.amount_minor))::bigint as paid_minor'));
}

/** The same for what was given back of the payments in scope. */
async function sumRefundsByCurrency(
  db: Knex,
  scope: EvidenceScope,
): Promise<{ currency: Currency; refunded_minor: number }[]> {
  return paymentsInScope(db, scope)
    .join('refunds', 'refunds.payment_id', 'payments.id')
    .where('refunds.state', 'done')
    .groupBy('refunds.currency')
    .orderBy('refunds.currency')
    .select('refunds.currency')
    .select(db.raw('sum(refunds.amount_minor)::bigint as refunded_minor'));
}
