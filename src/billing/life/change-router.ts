import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyUser, requireCompanyAdmin } from '../../auth/require-user.ts';
import { InvalidInput, NotFound } from '../../errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { currencyField, planAddress } from '../input.ts';
import { limitsOf } from '../plans.ts';
import { countUsage, findSubscription } from '../queries.ts';
import { chooseCurrency } from './choose-currency.ts';
import { smallerPlanFrom, wantPlan } from './want-plan.ts';

/**
 * A smaller plan from the end of the paid time on, taking that back, and the usual currency. Part of the
 * billing router.
 */
export function createChangeRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/change/:plan', requireCompanyAdmin, (req, res) => show(deps, req, res));
  router.post('/change/:plan', requireCompanyAdmin, (req, res) => change(deps, req, res));
  router.post('/currency', requireCompanyAdmin, (req, res) => setCurrency(deps, req, res));
  router.post('/keep-plan', requireCompanyAdmin, (req, res) => keep(deps, req, res));
  return router;
}

async function show(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const address = planAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const { plan } = address.data;
  const { t } = formatOf(res);
  const companyId = companyUser(req).company_id;
  const subscription = await findSubscription(deps.db, companyId);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const from = smallerPlanFrom(subscription, plan, req.receivedAt);
  if (from === null) {
    setFlash(req, 'info', t('life.cannotChange'));
    res.redirect(303, '/billing#plans');
    return;
  }
  const usage = await countUsage(deps.db, companyId);
  const limits = limitsOf(plan);
  const over = (used: number, max: number | null): number => Math.max(0, used - (max ?? used));
  res.render('billing/life/change', {
    title: t('life.changeTitle', { plan: t(`common.plan_${plan}`) }),
    plan,
    from,
    limits,
    over: {
      workspaces: over(usage.workspaces, limits.workspaces),
      members: over(usage.members, limits.members),
    },
  });
}

async function change(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const address = planAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const { plan } = address.data;
  const { t, when } = formatOf(res);
  const companyId = companyUser(req).company_id;
  const outcome = await wantPlan(deps.db, requestContext(req), { companyId, plan });
  if (outcome.ok)
    setFlash(req, 'success', t('life.changed', { plan: t(`common.plan_${plan}`), date: when(outcome.from) }));
  else setFlash(req, 'info', t('life.cannotChange'));
  res.redirect(303, '/billing');
}

async function keep(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const companyId = companyUser(req).company_id;
  await wantPlan(deps.db, requestContext(req), { companyId, plan: null });
  setFlash(req, 'success', t('life.kept'));
  res.redirect(303, '/billing');
}

async function setCurrency(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const { currency: asked } = (req.body ?? {}) as Record<string, unknown>;
  const currency = currencyField.safeParse(asked);
  if (!currency.success || !deps.config.paytr.currencies.includes(currency.data))
    throw new InvalidInput({ message: 'currency is none that is on offer' });
  const companyId = companyUser(req).company_id;
  await chooseCurrency(deps.db, requestContext(req), { companyId, currency: currency.data });
  setFlash(req, 'success', t('life.currencyChosen', { currency: currency.data }));
  res.redirect(303, '/billing#plans');
}
