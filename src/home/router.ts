import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { planOffers, TRIAL_DAYS } from '../billing/plans.ts';
import { findOffers, type Offer } from '../billing/prices/find-offers.ts';
import { formatOf } from '../web/page-locals.ts';

/** The front page for strangers. Signed-in people are sent to their own start page. */
export function createHomeRouter({ config, db }: AppDeps): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    if (req.user !== undefined) {
      res.redirect(303, req.user.role === 'operator' ? '/admin' : '/workspace');
      return;
    }
    const usual = formatOf(res).locale === 'tr' ? 'TRY' : 'USD';
    const { paytr, rateMaxAgeDays } = config;
    const offers = await findOffers(db, { at: req.receivedAt, currencies: paytr.currencies, rateMaxAgeDays });
    const shown = offers.filter((offer) => offer.ok);
    const offer = chooseOffer(shown, [req.query.currency, usual]);
    res.render('home/show', {
      plans: planOffers().map((plan) => ({ plan, amountMinor: offer?.facts.prices[plan.key] ?? null })),
      currency: offer?.currency ?? null,
      currencies: shown.map(({ currency }) => currency),
      trialDays: TRIAL_DAYS,
    });
  });
  return router;
}

type GoodOffer = Extract<Offer, { ok: true }>;

/** The first of the wishes that is on offer, or else the first offer. */
function chooseOffer(offers: GoodOffer[], wishes: unknown[]): GoodOffer | undefined {
  const wished = wishes.map((wish) => offers.find(({ currency }) => currency === wish));
  return wished.find((offer) => offer !== undefined) ?? offers[0];
}
