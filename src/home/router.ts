import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { planOffers, TRIAL_DAYS } from '../billing/plans.ts';
import { currencies } from '../currency.ts';
import { formatOf } from '../web/page-locals.ts';

/** The front page for strangers. Signed-in people are sent to their own start page. */
export function createHomeRouter({ config }: AppDeps): Router {
  const router = Router();
  router.get('/', (req, res) => {
    if (req.user !== undefined) {
      res.redirect(303, req.user.role === 'operator' ? '/admin' : '/workspace');
      return;
    }
    const wanted = currencies.find((currency) => currency === req.query.currency);
    const fallback = formatOf(res).locale === 'tr' ? 'TRY' : 'USD';
    const offered = config.paytr.currencies;
    const currency =
      wanted !== undefined && offered.includes(wanted)
        ? wanted
        : offered.includes(fallback)
          ? fallback
          : offered[0];
    res.render('home/show', { plans: planOffers(), currency, currencies: offered, trialDays: TRIAL_DAYS });
  });
  return router;
}
