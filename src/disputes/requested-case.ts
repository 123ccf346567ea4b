import type { Request, Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import { recordOperatorLook, scopeOf } from '../people/company-scope.ts';
import { parseId } from '../web/list-input.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { findCase, type DisputeCase } from './queries.ts';

/**
 * The case of an address (`:id`): of any company for operators, whose look is a row that the company's admin
 * sees, else of one's own. Throws `NotFound` for any other.
 */
export async function requestedCase({ db }: Pick<AppDeps, 'db'>, req: Request): Promise<DisputeCase> {
  const { company, isOperator } = scopeOf(req);
  const disputeId = parseId(req.params['id']);
  const companyId = isOperator ? null : (company?.id ?? null);
  if (disputeId === null || (!isOperator && companyId === null)) throw new NotFound();
  const dispute = await findCase(db, { companyId, disputeId });
  if (dispute === undefined) throw new NotFound();
  if (isOperator && company?.id !== dispute.company_id)
    await recordOperatorLook(db, requestContext(req), dispute.company_id);
  return dispute;
}

/** The address of a case, and of what lies below it. */
export function caseUrl({ id }: Pick<DisputeCase, 'id'>, below = ''): string {
  return `/admin/disputes/${String(id)}${below}`;
}

/** Goes back to the page of a case, which says what was done; null: nothing, since the case had moved on. */
export function backToCase(req: Request, res: Response, dispute: DisputeCase, done: TextKey | null): void {
  setFlash(req, done === null ? 'info' : 'success', formatOf(res).t(done ?? 'disputes.movedOn'));
  res.redirect(303, caseUrl(dispute));
}
