import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { requireCompanyAdmin, type SignedInUser } from '../auth/require-user.ts';
import { setBillingDetails } from './set-billing-details.ts';
import type { Currency } from '../currency.ts';
import { requireConfirmedAddress } from '../people/address/require-confirmed-address.ts';
import { Forbidden, InvalidInput, NotFound } from '../errors.ts';
import type { Format } from '../web/format.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { setContentPolicy } from '../web/security-headers.ts';
import { billingPage, conversionText, refusalText, type BillingPageInput } from './checkout/billing-page.ts';
import {
  billingDetailsForm,
  billingFields,
  currencyField,
  orderAddress,
  planAddress,
  type BillingField,
} from './input.ts';
import { includedTax } from './included-tax.ts';
import { createCancelRouter } from './life/cancel-router.ts';
import { boughtPeriod, type BoughtPeriod } from './bought-period.ts';
import { checkOrder } from './order-rules.ts';
import { offerProblem, priceFactsRows } from './prices/offer-words.ts';
import { PAGE_LIFE_MINUTES } from './checkout/payment-page-life.ts';
import { paymentStage, paymentWords, type PaymentStage } from './checkout/payment-page.ts';
import type { PaidPlan } from '../plan.ts';
import { findInvoiceOfPayment } from './invoices/queries.ts';
import { findPayment, findSubscription, type Payment } from './queries.ts';
import { startCheckout, type Checkout } from './checkout/start-checkout.ts';
import { MINUTE_MS } from '../durations.ts';

/** How often the page looks again while the gateway's answer is still being fetched. */
const OPENING_REFRESH_SECONDS = 2;

/**
 * Billing pages of the signed-in company. Mounted at `/billing`, after the guards that let only its people
 * pass.
 */
export function createBillingRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/', (req, res) => showBilling(deps, req, res));
  router.use(createCancelRouter(deps));
  router.post('/details', requireCompanyAdmin, (req, res) => saveDetails(deps, req, res));
  router.post('/subscribe/:plan', requireCompanyAdmin, requireConfirmedAddress, (req, res) =>
    subscribe(deps, req, res),
  );
  router.get('/checkout/:merchantOid', requireCompanyAdmin, requireConfirmedAddress, (req, res) =>
    showCheckout(deps, req, res),
  );
  return router;
}

async function showBilling(
  deps: AppDeps,
  req: Request,
  res: Response,
  again: { status?: number } & Pick<BillingPageInput, 'values' | 'errors'> = {},
): Promise<void> {
  const { status, ...form } = again;
  // A page that answers a POST has no address to return to.
  if (req.method === 'POST') res.locals.currentPath = '/billing';
  const page = await billingPage(deps.db, {
    user: companyPerson(req),
    at: req.receivedAt,
    query: req.query,
    format: formatOf(res),
    config: deps.config,
    ...form,
  });
  res.status(status ?? 200).render('billing/show', page);
}

async function saveDetails(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const body = (req.body ?? {}) as Record<string, unknown>;
  // An empty field deletes a detail, so every field of the form must be there: half a form must not delete
  // the rest.
  const text = (field: BillingField): string => {
    const value = body[field];
    if (typeof value !== 'string') throw new InvalidInput({ message: `${field} is not there once` });
    return value;
  };
  const typed = Object.fromEntries(billingFields.map((field) => [field, text(field)]));
  const form = billingDetailsForm.safeParse(typed);
  if (!form.success) {
    const errors: Record<string, string> = {};
    for (const issue of form.error.issues) {
      const params =
        'params' in issue ? (issue.params as { text: string; max?: number }) : { text: 'unreadable' };
      errors[String(issue.path[0])] ??= t(`billing.error_${params.text}` as TextKey, { max: params.max });
    }
    await showBilling(deps, req, res, { status: 422, values: typed, errors });
    return;
  }
  const orNull = (field: BillingField): string | null => (form.data[field] === '' ? null : form.data[field]);
  await setBillingDetails(deps.db, requestContext(req), {
    companyId: companyPerson(req).company_id,
    billing_name: orNull('billing_name'),
    billing_address: orNull('billing_address'),
    billing_phone: orNull('billing_phone'),
    billing_tax_office: orNull('billing_tax_office'),
    billing_tax_number: orNull('billing_tax_number'),
  });
  setFlash(req, 'success', t('billing.detailsSaved'));
  res.redirect(303, '/billing#details');
}

async function subscribe(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const address = planAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const { plan } = address.data;
  const { t } = formatOf(res);
  const currency = offeredCurrency(deps, req);
  if (currency === null) {
    const list = deps.config.paytr.currencies.join(', ');
    await showBilling(deps, req, res, {
      status: 422,
      errors: { form: t('billing.currencyNotOffered', { list }) },
    });
    return;
  }
  const person = companyPerson(req);
  const checkout = await startCheckout(deps.db, requestContext(req), {
    plan,
    currency,
    person: {
      id: person.id,
      companyId: person.company_id,
      email: person.email,
      fullName: person.full_name,
      locale: person.locale,
    },
    itemName: t('billing.basketItem', { plan: t(`common.plan_${plan}`) }),
    paytr: deps.paytr,
    config: deps.config,
  });
  if (checkout.ok) res.redirect(303, `/billing/checkout/${checkout.merchantOid}`);
  else await showRefusal(deps, req, res, { plan, currency, checkout });
}

function offeredCurrency(deps: AppDeps, req: Request): Currency | null {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const currency = currencyField.safeParse(body.currency);
  return currency.success && deps.config.paytr.currencies.includes(currency.data) ? currency.data : null;
}

async function showRefusal(
  deps: AppDeps,
  req: Request,
  res: Response,
  refused: { plan: PaidPlan; currency: Currency; checkout: Extract<Checkout, { ok: false }> },
): Promise<void> {
  const { plan, currency, checkout } = refused;
  const format = formatOf(res);
  if (!('merchantOid' in checkout)) {
    const form =
      checkout.reason === 'not-offered'
        ? offerProblem(format, checkout.offer, deps.config)
        : refusalText(format, checkout, plan);
    const errors = { form };
    await showBilling(deps, req, res, { status: 422, errors });
    return;
  }
  const isAddress = checkout.reason === 'no-public-address';
  res.locals.currentPath = `/billing/checkout/${checkout.merchantOid}`;
  res.status(isAddress ? 422 : 502).render('billing/refused', {
    title: format.t(isAddress ? 'billing.refusedAddressTitle' : 'billing.refusedTitle'),
    text: format.t(isAddress ? 'billing.refusedAddressText' : 'billing.refusedText'),
    plan,
    currency,
    merchantOid: checkout.merchantOid,
    contact: deps.config.seller.email,
  });
}

async function showCheckout(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const address = orderAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const companyId = companyPerson(req).company_id;
  const payment = await findPayment(deps.db, companyId, address.data.merchantOid);
  if (payment === undefined) throw new NotFound();
  res.setHeader('cache-control', 'no-store');
  const format = formatOf(res);
  const stage = await stageShown(deps, req, payment);
  if (stage === 'open') {
    await showPaymentForm(deps, req, res, payment);
  } else if (stage === 'opening') {
    const title = format.t('billing.openingTitle');
    res.render('billing/opening', { title, refreshSeconds: OPENING_REFRESH_SECONDS });
  } else {
    const invoice = await findInvoiceOfPayment(deps.db, companyId, payment.id);
    const words = paymentWords(format, payment, stage, invoice?.period_end ?? null);
    res.render('billing/outcome', { title: words.heading, payment, words, invoiceId: invoice?.id ?? null });
  }
}

/** A page that no longer fits is not offered again, even when nothing has ended its order yet. */
async function stageShown(deps: AppDeps, req: Request, payment: Payment): Promise<PaymentStage> {
  const stage = paymentStage(payment, req.receivedAt, deps.config);
  if (stage !== 'open') return stage;
  const subscription = await findSubscription(deps.db, payment.company_id);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  return checkOrder(subscription, payment, req.receivedAt).ok ? 'open' : 'superseded';
}

async function showPaymentForm(deps: AppDeps, req: Request, res: Response, payment: Payment): Promise<void> {
  const { config, paytr } = deps;
  const subscription = await findSubscription(deps.db, payment.company_id);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const frameUrl = paytr.frameUrl(payment.gateway_token ?? '');
  // The gateway's own page loads the bank's 3-D page, under the gateway's policy. A bank's page that takes
  // over our frame is blocked by this policy; the payer then uses the link to a tab of its own.
  setContentPolicy(res, config, { frame: new URL(frameUrl).origin });
  const period = boughtPeriod(subscription, payment, req.receivedAt);
  const format = formatOf(res);
  const { t, number } = format;
  res.render('billing/checkout', {
    title: t('billing.checkoutTitle', { plan: t(`common.plan_${payment.plan}`) }),
    payment,
    frameUrl,
    period,
    starts: startText(format, period, payment.plan, req.receivedAt),
    openUntil: new Date(payment.created_at.getTime() + PAGE_LIFE_MINUTES * MINUTE_MS),
    priceFacts: priceFactsRows(format, payment.price_facts, payment.plan),
    taxMinor: includedTax(payment.amount_minor, config.taxPercent),
    taxPercent: number(config.taxPercent, 2),
  });
}

/** When the month would start, and what would become of a smaller plan's rest. */
function startText(format: Format, period: BoughtPeriod, plan: PaidPlan, at: Date): string {
  const { t } = format;
  if (period.conversion !== null) {
    return t('billing.orderStartLarger', {
      plan: t(`common.plan_${plan}`),
      from: t(`common.plan_${period.conversion.from}`),
      conversion: conversionText(format, period.conversion, plan),
    });
  }
  return period.start > at ? t('billing.orderStartLater') : t('billing.orderStartNow');
}

/** The guards before this router let only people of a company pass. */
function companyPerson(req: Request): SignedInUser & { company_id: number } {
  const user = req.user;
  if (user === undefined || user.company_id === null) throw new Forbidden();
  return { ...user, company_id: user.company_id };
}
