import type { Request, RequestHandler } from 'express';
import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import { requestContext, type RequestContext } from '../audit/request-context.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { parseId } from '../web/list-input.ts';
import { findCompany, type CompanyRow } from './queries.ts';

/** The company that an admin page is about. */
export interface AdminScope {
  /** Null while an operator has not chosen one. */
  company: CompanyRow | null;
  /** True for the platform's staff, whose links and forms must carry the company. */
  isOperator: boolean;
  /** The end of every address on the page: empty for admins, `?company=3` for operators. */
  query: string;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express merges its request type through this namespace
  namespace Express {
    interface Request {
      adminScope?: AdminScope;
    }
  }
}

/**
 * Finds the company of an admin page: an admin's own, or the one that an operator names by `?company=`.
 * Nothing is stored, so two tabs never mix companies. Every look of an operator into a company is an audit
 * row that its admin can see. Throws `NotFound` for an unknown company, and for an admin who names another
 * one.
 */
export function adminScope(db: Knex): RequestHandler {
  return async (req, res, next) => {
    if (req.user === undefined) throw new NotSignedIn();
    const isOperator = req.user.role === 'operator';
    const asked = readCompanyId(req);
    if (!isOperator && asked !== null && asked !== req.user.company_id) throw new NotFound();
    const companyId = isOperator ? asked : req.user.company_id;
    const company = companyId === null ? null : ((await findCompany(db, companyId)) ?? null);
    if (companyId !== null && company === null) throw new NotFound();
    if (isOperator && company !== null) await recordOperatorLook(db, requestContext(req), company.id);
    const query = isOperator && company !== null ? `?company=${String(company.id)}` : '';
    req.adminScope = { company, isOperator, query };
    res.locals.scope = req.adminScope;
    next();
  };
}

/** Sends an operator who has not chosen a company to the chooser. */
export const requireChosenCompany: RequestHandler = (req, res, next) => {
  if (req.adminScope?.company === null) res.redirect(303, '/admin');
  else next();
};

/** The scope that `adminScope` found. */
export function scopeOf(req: Request): AdminScope {
  if (req.adminScope === undefined) throw new Error('Bug! the route is not behind adminScope');
  return req.adminScope;
}

/** The company of a page behind `requireChosenCompany`. */
export function companyOf(req: Request): CompanyRow {
  const { company } = scopeOf(req);
  if (company === null) throw new Error('Bug! the route is not behind requireChosenCompany');
  return company;
}

/** The company as a parameter of an address, for operators. An admin's company needs no parameter. */
export function companyParam(req: Request): { company: number | null } {
  const { isOperator, company } = scopeOf(req);
  return { company: isOperator ? (company?.id ?? null) : null };
}

/** Records, for the company's admin to see, that the platform's staff looked into the company. */
export async function recordOperatorLook(
  db: Knex,
  context: RequestContext,
  companyId: number,
): Promise<void> {
  await AuditLogger.log(db, context, {
    action: 'operator_company_viewed',
    success: true,
    resourceType: 'company',
    resourceId: companyId,
    companyId,
  });
}

function readCompanyId(req: Request): number | null {
  const { company } = req.query;
  if (company === undefined) return null;
  const companyId = parseId(company);
  if (companyId === null) throw new NotFound();
  return companyId;
}
