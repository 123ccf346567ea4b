import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { formErrors, keptValues } from '../auth/form-errors.ts';
import { NotFound } from '../errors.ts';
import { listAcceptances } from '../legal/queries.ts';
import { formatOf } from '../web/page-locals.ts';
import { WorkspaceSessionTracker } from '../workspace/workspace-session-tracker.ts';
import { companyParam } from './admin-scope.ts';
import { countSignIns, listNewestAuditRows } from './audit-queries.ts';
import { describeAuditRow } from './describe-audit-row.ts';
import { listMembershipPeriods } from './evidence-queries.ts';
import { EVIDENCE_SCHEMA_PATH } from './evidence-schema.ts';
import { monthStart } from './month-start.ts';
import { urlWith } from './page-urls.ts';
import { findPerson } from './people-queries.ts';
import { listPaymentsOfPerson } from './queries.ts';

const NEWEST_EVENTS = 10;
const NEWEST_PAYMENTS = 10;

/**
 * The page about one person of a company: facts, use, payments, and the form that asks for the evidence. With errors the
 * status is 422. Throws `NotFound` for a person of another company.
 */
export async function showPerson(
  { db }: AppDeps,
  req: Request,
  res: Response,
  input: { userId: number; companyId: number; errors?: Record<string, string>; periodError?: z.ZodError },
): Promise<void> {
  const { userId, companyId } = input;
  const format = formatOf(res);
  const person = await findPerson(db, input);
  if (person === undefined) throw new NotFound();
  const [acceptances, periods, total, month, signIns, payments, events] = await Promise.all([
    listAcceptances(db, userId),
    listMembershipPeriods(db, input),
    WorkspaceSessionTracker.usageStats(db, null, { companyId, userId }),
    WorkspaceSessionTracker.usageStats(db, null, { companyId, userId, from: monthStart(req.receivedAt) }),
    countSignIns(db, input),
    listPaymentsOfPerson(db, { companyId, userId, limit: NEWEST_PAYMENTS }),
    listNewestAuditRows(db, { companyId, userId, limit: NEWEST_EVENTS }),
  ]);
  const errors = input.periodError === undefined ? input.errors : formErrors(input.periodError, format);
  if (errors !== undefined) res.status(422);
  res.render('admin/user', {
    title: person.full_name,
    person,
    isSelf: req.user?.id === userId,
    acceptances,
    periods,
    use: { total, month },
    signIns,
    payments,
    events: events.map((row) => describeAuditRow(row, format)),
    schemaUrl: EVIDENCE_SCHEMA_PATH,
    auditUrl: urlWith('/admin/audit', { ...companyParam(req), user: userId }),
    values: { role: person.role, ...keptValues(req.query, ['from', 'to']) },
    errors: errors ?? {},
  });
}
