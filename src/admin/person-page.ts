import type { Knex } from 'knex';
import { NotFound } from '../errors.ts';
import { listAcceptances } from '../legal/queries.ts';
import type { Cursor, Page } from '../db/keyset.ts';
import type { Format } from '../web/format.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';
import { countSignIns, listNewestAuditRows } from './audit-queries.ts';
import type { AdminScope } from '../people/company-scope.ts';
import { describeAuditRows } from './describe-audit-rows.ts';
import { listMembershipPeriods } from '../evidence/queries.ts';
import { startOfMonth } from '../local-calendar.ts';
import { findLockedUntil } from '../auth/lock/queries.ts';
import { countActiveMembers } from '../people/queries.ts';
import { findOpenRecovery } from '../people/recovery/queries.ts';
import { findPerson } from './people-queries.ts';
import { listPaymentsOfPerson, type PaymentEntry } from './queries.ts';

const NEWEST_EVENTS = 10;

/**
 * The page about one person of a company: facts, use, payments and newest events. Throws `NotFound` for a
 * person of another company.
 */
export async function personPage(
  db: Knex,
  format: Format,
  input: { userId: number; companyId: number; at: Date; payments: Cursor; scope: AdminScope },
): Promise<Record<string, unknown> & { payments: Page<PaymentEntry> }> {
  const { userId, companyId, at } = input;
  const person = await findPerson(db, input);
  if (person === undefined) throw new NotFound();
  const [acceptances, periods, total, month, signIns, payments, events, lockedUntil, recovery, admins] =
    await Promise.all([
      listAcceptances(db, userId),
      listMembershipPeriods(db, input),
      WorkspaceSessionTracker.usageStats(db, null, { companyId, userId }),
      WorkspaceSessionTracker.usageStats(db, null, { companyId, userId, from: startOfMonth(at) }),
      countSignIns(db, input),
      listPaymentsOfPerson(db, { companyId, userId, cursor: input.payments }),
      listNewestAuditRows(db, { companyId, userId, limit: NEWEST_EVENTS }),
      findLockedUntil(db, { userId, email: person.email, at }),
      findOpenRecovery(db, { companyId, userId }),
      countActiveMembers(db, companyId, 'admin'),
    ]);
  return {
    title: person.full_name,
    person,
    acceptances,
    periods,
    use: { total, month },
    signIns,
    payments,
    lockedUntil,
    recovery: recovery ?? null,
    isSoleAdmin: person.role === 'admin' && person.deactivated_at === null && admins === 1,
    events: await describeAuditRows(db, events, { companyId, format, scope: input.scope }),
  };
}
