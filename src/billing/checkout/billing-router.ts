import type { Request, Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { companyUser } from '../../auth/require-user.ts';
import { formatOf } from '../../web/page-locals.ts';
import { billingPage, type BillingPageInput } from './billing-page.ts';

/** Shows the billing page; with `status`, `values` and `errors` as the answer to a form. */
export async function showBilling(
  deps: AppDeps,
  req: Request,
  res: Response,
  again: { status?: number } & Pick<BillingPageInput, 'values' | 'errors'> = {},
): Promise<void> {
  const { status, ...form } = again;
  // A page that answers a POST has no address to return to.
  if (req.method === 'POST') res.locals.currentPath = '/billing';
  const page = await billingPage(deps.db, {
    user: companyUser(req),
    at: req.receivedAt,
    query: req.query,
    format: formatOf(res),
    config: deps.config,
    ...form,
  });
  res.status(status ?? 200).render('billing/show', page);
}
