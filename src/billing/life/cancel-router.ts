import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyUser, requireCompanyAdmin } from '../../auth/require-user.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { findSubscription } from '../queries.ts';
import { findStoredCard } from '../stored-cards/queries.ts';
import { removeCards } from '../stored-cards/remove-cards.ts';
import { subscriptionState } from '../subscription-state.ts';
import { cancelMoment, endOfTime } from './cancel-moment.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { cancelForm, REASON_MAX } from './input.ts';
import { resumeSubscription } from './resume-subscription.ts';

/** Cancelling the subscription, and taking that back. Part of the billing router, after its guards. */
export function createCancelRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/cancel', requireCompanyAdmin, (req, res) => show(deps, req, res));
  router.post('/cancel', requireCompanyAdmin, (req, res) => cancel(deps, req, res));
  router.post('/resume', requireCompanyAdmin, (req, res) => resume(deps, req, res));
  return router;
}

async function show(
  deps: AppDeps,
  req: Request,
  res: Response,
  form: { values: Record<string, string>; errors: Record<string, string> } | null = null,
): Promise<void> {
  const { t } = formatOf(res);
  const subscription = await findSubscription(deps.db, companyUser(req).company_id);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const at = req.receivedAt;
  if (cancelMoment(subscription, 'now', at) === null) {
    setFlash(req, 'info', t('life.nothingToCancel'));
    res.redirect(303, '/billing');
    return;
  }
  if (form !== null) res.status(422);
  const isCancelled = subscription.cancels_at !== null;
  res.render('billing/life/cancel', {
    title: t('life.cancelTitle'),
    state: subscriptionState(subscription, at),
    // A cancellation for the end of the time can only be brought forward.
    endsAt: isCancelled ? null : endOfTime(subscription, at),
    keptUntil: endOfTime(subscription, at),
    isCancelled,
    reasonMax: REASON_MAX,
    hasCard: (await findStoredCard(deps.db, subscription.company_id)) !== undefined,
    values: {},
    errors: {},
    ...form,
  });
}

async function cancel(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = cancelForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['when', 'reason']);
    await show(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const person = companyUser(req);
  const outcome = await cancelSubscription(deps.db, requestContext(req), {
    companyId: person.company_id,
    person,
    choice: form.data.when,
    reason: form.data.reason,
    config: deps.config,
  });
  if (!outcome.ok) {
    const values = keptValues(req.body, ['when', 'reason']);
    await show(deps, req, res, { values, errors: { when: format.t('life.timeOver') } });
    return;
  }
  // Later than the cancellation and apart from it: scheduled work goes on when the gateway does not answer.
  await removeCards(deps.db, requestContext(req), { ...deps, companyId: person.company_id });
  setFlash(req, 'success', format.t('life.cancelled', { date: format.when(outcome.cancelsAt) }));
  res.redirect(303, '/billing');
}

async function resume(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t, when } = formatOf(res);
  const person = companyUser(req);
  const outcome = await resumeSubscription(deps.db, requestContext(req), {
    companyId: person.company_id,
    person,
    config: deps.config,
  });
  if (outcome.ok) setFlash(req, 'success', t('life.resumed', { date: when(outcome.until) }));
  else
    setFlash(req, 'info', t(outcome.reason === 'not-cancelled' ? 'life.notCancelled' : 'life.nothingLeft'));
  res.redirect(303, '/billing');
}
