import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyUser, requireCompanyAdmin } from '../../auth/require-user.ts';
import { InvalidInput } from '../../errors.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { countryChoices } from '../../web/locales/country-name.ts';
import type { Format } from '../../web/format.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { missingBuyerFacts, statesPlace } from '../consent/buyer-facts.ts';
import { billingDetailsForm, billingFields, orderQuery, type BillingField } from '../input.ts';
import { findBillingDetails } from '../queries.ts';
import { setBillingDetails } from '../set-billing-details.ts';
import { showBilling } from './billing-router.ts';

/** The form's fields as they were typed. */
type Typed = Record<BillingField, string>;
type OrderQuery = z.output<typeof orderQuery>;

/**
 * `/details`: the buyer for contracts and invoices. As a page of its own it stands between the choice of a
 * plan and its order, until an order has what it needs.
 */
export function createDetailsRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/details', requireCompanyAdmin, (req, res) => showDetails(deps, req, res));
  router.post('/details', requireCompanyAdmin, (req, res) => saveDetails(deps, req, res));
  return router;
}

/** Without an order to go on with, the form stands on the billing page. */
async function showDetails(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const order = orderQuery.safeParse(req.query);
  if (!order.success) {
    res.redirect(303, '/billing#details');
    return;
  }
  await renderDetails(deps, req, res, { order: order.data, errors: {} });
}

async function renderDetails(
  deps: AppDeps,
  req: Request,
  res: Response,
  page: { order: OrderQuery; values?: Typed; errors: Record<string, string> },
): Promise<void> {
  const company = await findBillingDetails(deps.db, companyUser(req).company_id);
  if (company === undefined) throw new Error('Bug! A person without a company');
  const kept = Object.fromEntries(billingFields.map((field) => [field, company[field] ?? '']));
  res.render('billing/consent/details', {
    title: formatOf(res).t('consent.detailsTitle'),
    company,
    order: page.order,
    values: { ...kept, ...page.values },
    countries: countryChoices(formatOf(res).locale),
    needsPlace: statesPlace(deps.config),
    errors: page.errors,
  });
}

async function saveDetails(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const body = (req.body ?? {}) as Record<string, unknown>;
  const typed = typedFields(body);
  const order = orderQuery.safeParse(body);
  const form = readForm(typed, format);
  const needed = order.success ? neededErrors(typed, format) : {};
  if (!form.ok || Object.keys(needed).length > 0) {
    const errors = { ...needed, ...(form.ok ? {} : form.errors) };
    res.status(422);
    if (order.success) await renderDetails(deps, req, res, { order: order.data, values: typed, errors });
    else await showBilling(deps, req, res, { status: 422, values: typed, errors });
    return;
  }
  const { customer_type } = form.data;
  const orNull = (field: BillingField): string | null => (form.data[field] === '' ? null : form.data[field]);
  await setBillingDetails(deps.db, requestContext(req), {
    companyId: companyUser(req).company_id,
    customer_type: customer_type === '' ? null : customer_type,
    billing_name: orNull('billing_name'),
    billing_address: orNull('billing_address'),
    billing_district: orNull('billing_district'),
    billing_city: orNull('billing_city'),
    billing_country: orNull('billing_country'),
    billing_phone: orNull('billing_phone'),
    billing_tax_office: orNull('billing_tax_office'),
    billing_tax_number: orNull('billing_tax_number'),
  });
  if (order.success) {
    res.redirect(303, `/billing/order/${order.data.plan}?currency=${order.data.currency}`);
    return;
  }
  setFlash(req, 'success', format.t('billing.detailsSaved'));
  res.redirect(303, '/billing#details');
}

/**
 * An empty field deletes a detail, so every field of the form must be there: half a form must not delete the
 * rest.
 */
function typedFields(body: Record<string, unknown>): Typed {
  const text = (field: BillingField): string => {
    const value = body[field];
    if (typeof value !== 'string') throw new InvalidInput({ message: `${field} is not there once` });
    return value;
  };
  return Object.fromEntries(billingFields.map((field) => [field, text(field)])) as Typed;
}

function readForm(
  typed: Typed,
  { t }: Format,
): { ok: true; data: z.output<typeof billingDetailsForm> } | { ok: false; errors: Record<string, string> } {
  const form = billingDetailsForm.safeParse(typed);
  if (form.success) return { ok: true, data: form.data };
  const errors: Record<string, string> = {};
  for (const issue of form.error.issues) {
    const params =
      'params' in issue ? (issue.params as { text: string; max?: number }) : { text: 'unreadable' };
    errors[String(issue.path[0])] ??= t(`billing.error_${params.text}` as TextKey, { max: params.max });
  }
  return { ok: false, errors };
}

/** Errors of details that the form may lack and an order may not. */
function neededErrors(typed: Typed, { t }: Format): Record<string, string> {
  const given = Object.fromEntries(billingFields.map((field) => [field, typed[field].trim() || null]));
  const missing = missingBuyerFacts(given as Parameters<typeof missingBuyerFacts>[0]);
  return Object.fromEntries(missing.map((fact) => [fact, t(`consent.needed_${fact}`)]));
}
