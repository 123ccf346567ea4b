import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyUser, requireCompanyAdmin } from '../../auth/require-user.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { cardName } from './card-parts.ts';
import { findStoredCard } from './queries.ts';
import { removeCard } from './remove-card.ts';

/** Looking at the stored card and removing it. Part of the billing router, after its guards. */
export function createCardRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/card', requireCompanyAdmin, (req, res) => show(deps, req, res));
  router.post('/card/remove', requireCompanyAdmin, (req, res) => remove(deps, req, res));
  return router;
}

async function show({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const card = await findStoredCard(db, companyUser(req).company_id);
  if (card === undefined || card.removal_asked_at !== null) {
    const text = card === undefined ? 'storedCards.none' : 'storedCards.leaving';
    setFlash(req, 'info', format.t(text));
    res.redirect(303, '/billing');
    return;
  }
  res.render('billing/stored-cards/remove', {
    title: format.t('storedCards.removeTitle'),
    name: cardName(format, card),
    card,
  });
}

async function remove(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const outcome = await removeCard(deps.db, requestContext(req), {
    ...deps,
    companyId: companyUser(req).company_id,
  });
  if (outcome === 'removed') setFlash(req, 'success', t('storedCards.removed'));
  else if (outcome === 'leaving') setFlash(req, 'success', t('storedCards.leaving'));
  else setFlash(req, 'info', t('storedCards.none'));
  res.redirect(303, '/billing');
}
