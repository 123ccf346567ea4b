import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyUser, requireCompanyAdmin } from '../../auth/require-user.ts';
import type { Currency } from '../../currency.ts';
import { NotFound } from '../../errors.ts';
import { requireConfirmedAddress } from '../../people/address/require-confirmed-address.ts';
import type { PaidPlan } from '../../plan.ts';
import { formatOf } from '../../web/page-locals.ts';
import { boxNames, type BoxName } from '../consent/compose-terms.ts';
import { loadTerms, type LoadedTerms, type OrderObstacle, type OrderWish } from '../consent/load-terms.ts';
import { buyerAddress, periodWords } from '../consent/order-values.ts';
import { currencyField, planAddress, shownTerms } from '../input.ts';
import { offerProblem } from '../prices/offer-words.ts';
import { findSubscription } from '../queries.ts';
import { refusalText } from './refusal-words.ts';
import type { PlacingRefusal } from './place-order.ts';
import { showBilling } from './billing-router.ts';
import { startCheckout, type Checkout } from './start-checkout.ts';

/** The plan and currency that somebody wants to order. */
interface Chosen {
  plan: PaidPlan;
  currency: Currency;
}

/** The boxes that were ticked, and why that was not enough. */
interface Refused {
  ticked: (BoxName | 'card')[];
  refusal: PlacingRefusal;
}

/**
 * Ordering in two steps: `/order/:plan` shows what would be ordered with its texts and boxes, and
 * `/subscribe/:plan` takes the acceptance, places the order and leads to the gateway's page.
 */
export function createOrderRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/order/:plan', requireCompanyAdmin, requireConfirmedAddress, (req, res) =>
    withChosen(deps, req, res, req.query.currency, (chosen) => showOrder(deps, req, res, { chosen })),
  );
  router.post('/subscribe/:plan', requireCompanyAdmin, requireConfirmedAddress, (req, res) => {
    const { currency } = (req.body ?? {}) as Record<string, unknown>;
    return withChosen(deps, req, res, currency, (chosen) => placeOrder(deps, req, res, chosen));
  });
  return router;
}

/** Goes on with the plan of the address and the currency, which has to be one that is configured. */
async function withChosen(
  deps: AppDeps,
  req: Request,
  res: Response,
  asked: unknown,
  goOn: (chosen: Chosen) => Promise<void>,
): Promise<void> {
  const address = planAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const currency = currencyField.safeParse(asked);
  if (currency.success && deps.config.paytr.currencies.includes(currency.data)) {
    await goOn({ plan: address.data.plan, currency: currency.data });
    return;
  }
  const list = deps.config.paytr.currencies.join(', ');
  const form = formatOf(res).t('billing.currencyNotOffered', { list });
  await showBilling(deps, req, res, { status: 422, errors: { form } });
}

function wishOf({ config }: AppDeps, req: Request, chosen: Chosen): OrderWish & { person: { id: number } } {
  const person = companyUser(req);
  return {
    ...chosen,
    person: {
      id: person.id,
      companyId: person.company_id,
      email: person.email,
      fullName: person.full_name,
      locale: person.locale,
    },
    config,
  };
}

/** Shows the order page, or what stands in its way. `refused` says what was wrong with an acceptance. */
async function showOrder(
  deps: AppDeps,
  req: Request,
  res: Response,
  { chosen, refused }: { chosen: Chosen; refused?: Refused },
): Promise<void> {
  const subscription = await findSubscription(deps.db, companyUser(req).company_id);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const loaded = await loadTerms(deps.db, subscription, wishOf(deps, req, chosen), req.receivedAt);
  if (loaded.ok) renderOrder(res, { ...loaded, refused });
  else await showObstacle(deps, req, res, chosen, loaded.obstacle);
}

function renderOrder(res: Response, page: LoadedTerms & { refused?: Refused | undefined }): void {
  const { order, buyer, terms, prices, cardTerms, refused } = page;
  const format = formatOf(res);
  const { t } = format;
  const isChanged = refused?.refusal.reason === 'terms-changed';
  const missing = refused?.refusal.reason === 'boxes-missing' ? refused.refusal.boxes : [];
  // A page that answers a POST has no address to return to.
  res.locals.currentPath = `/billing/order/${order.plan}?currency=${order.currency}`;
  res.setHeader('cache-control', 'no-store');
  res.status(isChanged ? 409 : missing.length > 0 ? 422 : 200).render('billing/consent/order', {
    title: t('consent.title', { plan: t(`common.plan_${order.plan}`) }),
    order,
    buyer: `${buyer.billing_name ?? buyer.name}, ${buyerAddress(format, buyer)}`,
    terms,
    keptHtml: terms.html,
    prices,
    cardTerms: cardTerms && { wording: cardTerms.box.wording, textSha256: cardTerms.textSha256 },
    cardHtml: cardTerms?.html ?? '',
    isChanged,
    period: periodWords(format, order),
    // Other words need other ticks.
    values: Object.fromEntries(
      (isChanged ? [] : (refused?.ticked ?? [])).map((name) => [`box_${name}`, 'on']),
    ),
    errors: Object.fromEntries(missing.map((name) => [`box_${name}`, t(`consent.missing_${name}`)])),
  });
}

async function showObstacle(
  deps: AppDeps,
  req: Request,
  res: Response,
  { plan, currency }: Chosen,
  obstacle: OrderObstacle,
): Promise<void> {
  const format = formatOf(res);
  if (obstacle.reason === 'buyer-unknown') {
    res.redirect(303, `/billing/details?plan=${plan}&currency=${currency}`);
    return;
  }
  const form =
    obstacle.reason === 'not-offered'
      ? offerProblem(format, obstacle.offer, deps.config)
      : refusalText(format, obstacle, plan);
  await showBilling(deps, req, res, { status: 422, errors: { form } });
}

async function placeOrder(deps: AppDeps, req: Request, res: Response, chosen: Chosen): Promise<void> {
  const { t } = formatOf(res);
  const body = (req.body ?? {}) as Record<string, unknown>;
  const ticked = boxNames.filter((name) => body[`box_${name}`] === 'on');
  const cardTextSha256 = body.box_card === 'on' ? shownTerms.parse(body.card_terms) : null;
  const checkout = await startCheckout(deps.db, requestContext(req), {
    ...wishOf(deps, req, chosen),
    accepted: {
      textSha256: shownTerms.parse(body.terms),
      pricesSha256: shownTerms.parse(body.prices),
      ...{ boxes: ticked, cardTextSha256 },
    },
    itemName: t('billing.basketItem', { plan: t(`common.plan_${chosen.plan}`) }),
    paytr: deps.paytr,
  });
  if (checkout.ok) res.redirect(303, `/billing/checkout/${checkout.merchantOid}`);
  else if ('merchantOid' in checkout) showGatewayRefusal(deps, res, chosen, checkout);
  else if (checkout.reason === 'boxes-missing' || checkout.reason === 'terms-changed')
    await showOrder(deps, req, res, {
      chosen,
      refused: { ticked: cardTextSha256 === null ? ticked : [...ticked, 'card'], refusal: checkout },
    });
  else if (checkout.reason === 'card-charge-under-way')
    await showBilling(deps, req, res, { status: 409, errors: { form: t('storedCards.chargeUnderWay') } });
  else await showObstacle(deps, req, res, chosen, checkout);
}

/** The order was placed, and the gateway gave no page for it. */
function showGatewayRefusal(
  { config }: AppDeps,
  res: Response,
  { plan, currency }: Chosen,
  { reason, merchantOid }: Extract<Checkout, { merchantOid: string; ok: false }>,
): void {
  const { t } = formatOf(res);
  const isAddress = reason === 'no-public-address';
  res.locals.currentPath = `/billing/checkout/${merchantOid}`;
  res.status(isAddress ? 422 : 502).render('billing/refused', {
    title: t(isAddress ? 'billing.refusedAddressTitle' : 'billing.refusedTitle'),
    text: t(isAddress ? 'billing.refusedAddressText' : 'billing.refusedText'),
    ...{ plan, currency, merchantOid, contact: config.seller.email },
  });
}
