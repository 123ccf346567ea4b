import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { companyUser, requireCompanyAdmin } from '../auth/require-user.ts';
import { requireConfirmedAddress } from '../people/address/require-confirmed-address.ts';
import { NotFound } from '../errors.ts';
import type { Format } from '../web/format.ts';
import { formatOf } from '../web/page-locals.ts';
import { setContentPolicy } from '../web/security-headers.ts';
import { conversionText } from './checkout/refusal-words.ts';
import { isPaidByCardForm } from './checkout/card-form.ts';
import { showCardForm } from './checkout/card-form-router.ts';
import { createCardRouter } from './stored-cards/card-router.ts';
import { createDetailsRouter } from './checkout/details-router.ts';
import { createOrderRouter } from './checkout/order-router.ts';
import { showBilling } from './checkout/billing-router.ts';
import { orderAddress } from './input.ts';
import { includedTax } from './tax/included-tax.ts';
import { kindOf } from './consent/order.ts';
import { createChangeRouter } from './life/change-router.ts';
import { createCancelRouter } from './life/cancel-router.ts';
import type { BoughtPeriod } from './bought-period.ts';
import { checkOrder } from './order-rules.ts';
import { priceFactsRows } from './prices/offer-words.ts';
import { PAGE_LIFE_MINUTES } from './checkout/payment-page-life.ts';
import { paymentStage, paymentWords, type PaymentStage } from './checkout/payment-page.ts';
import { createLegalInvoiceFilesRouter } from './legal-invoices/files-router.ts';
import { findInvoiceOfPayment } from './invoices/queries.ts';
import { findPayment, findSubscription, type Payment } from './queries.ts';
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
  router.use(createChangeRouter(deps));
  router.use(createCardRouter(deps));
  router.use(createDetailsRouter(deps));
  router.use(createOrderRouter(deps));
  router.use(createLegalInvoiceFilesRouter(deps));
  router.get('/checkout/:merchantOid', requireCompanyAdmin, requireConfirmedAddress, (req, res) =>
    showCheckout(deps, req, res),
  );
  return router;
}

async function showCheckout(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const address = orderAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const companyId = companyUser(req).company_id;
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
  const checked = checkOrder(subscription, payment, req.receivedAt);
  if (!checked.ok) throw new Error('Bug! An order that does not fit has no payment page');
  const { period } = checked;
  const format = formatOf(res);
  const { t, number } = format;
  const openUntil = new Date(payment.created_at.getTime() + PAGE_LIFE_MINUTES * MINUTE_MS);
  const page = {
    title: t('billing.checkoutTitle', { plan: t(`common.plan_${payment.plan}`) }),
    payment,
    period,
    starts: startText(format, period, payment, req.receivedAt),
    openUntil,
    priceFacts: priceFactsRows(format, payment.price_facts, payment.plan),
    taxMinor: includedTax(payment.amount_minor, config.taxPercent),
    taxPercent: number(config.taxPercent, 2),
  };
  if (isPaidByCardForm(payment)) {
    await showCardForm(deps, req, res, { payment, openUntil, page });
    return;
  }
  const frameUrl = paytr.frameUrl(payment.gateway_token ?? '');
  // The gateway's own page loads the bank's 3-D page, under the gateway's policy. A bank's page that takes
  // over our frame is blocked by this policy; the payer then uses the link to a tab of its own.
  setContentPolicy(res, config, { frame: new URL(frameUrl).origin });
  res.render('billing/checkout', { ...page, frameUrl });
}

/** When the month would start, and what would become of a smaller plan's rest. */
function startText(
  format: Format,
  period: BoughtPeriod,
  { plan, price_facts: facts }: Pick<Payment, 'plan' | 'price_facts'>,
  at: Date,
): string {
  const { t } = format;
  if (kindOf(facts) === 'upgrade') return t('billing.orderUpgrade');
  if (period.conversion !== null) {
    return t('billing.orderStartLarger', {
      plan: t(`common.plan_${plan}`),
      from: t(`common.plan_${period.conversion.from}`),
      conversion: conversionText(format, period.conversion, plan),
    });
  }
  const startsNow = period.start.getTime() === at.getTime();
  return t(startsNow ? 'billing.orderStartNow' : 'billing.orderStartLater');
}
