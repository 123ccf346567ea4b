import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { addressKey } from '../../auth/attempt-limits.ts';
import { cancelMoment } from '../../billing/life/cancel-moment.ts';
import { findSubscription } from '../../billing/queries.ts';
import { findStoredCard } from '../../billing/stored-cards/queries.ts';
import { removeCards } from '../../billing/stored-cards/remove-cards.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { noStore } from '../../web/no-store.ts';
import { formatOf } from '../../web/page-locals.ts';
import { createRateLimit } from '../../web/rate-limit.ts';
import { answerNotMe, cancelByLink } from './answer-statement.ts';
import { cancelForm, notMeForm, notMeKinds, WORDS_MAX } from './input.ts';
import { readLink, type ReadLink } from './read-link.ts';
import { monthName, paymentRows } from './statement-mail.ts';

/** The secret of a link: 32 random bytes. */
const TOKEN = /^[\w-]{43}$/;

/** Looks and answers by links from one address in an hour: an office of admins behind one address. */
const LOOKS_PER_HOUR = 60;

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

const EMPTY: ShownForm = { values: {}, errors: {} };

/**
 * "This wasn't me" and "cancel", by the links of a usage statement, without a sign-in. A GET changes nothing,
 * since mail scanners open links; the button of its page does. Mounted at the root.
 */
export function createStatementAnswersRouter(deps: AppDeps): Router {
  const router = Router();
  const looks = createRateLimit(deps.db, {
    name: 'statement-links',
    points: LOOKS_PER_HOUR,
    durationSeconds: 3600,
  });
  router.use('/statement/:token', noStore, async (req, _res, next) => {
    const key = addressKey(requestContext(req).ip);
    if (key !== null) await looks.consume(key);
    next();
  });
  router.get('/statement/:token/not-me', (req, res) => showNotMe(deps, req, res, EMPTY));
  router.post('/statement/:token/not-me', (req, res) => notMe(deps, req, res));
  router.get('/statement/:token/cancel', (req, res) => showCancel(deps, req, res, EMPTY));
  router.post('/statement/:token/cancel', (req, res) => cancel(deps, req, res));
  return router;
}

async function read({ db }: AppDeps, req: Request): Promise<ReadLink | undefined> {
  const token = tokenOf(req);
  return token === null ? undefined : readLink(db, { token, at: req.receivedAt });
}

async function showNotMe(deps: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  const found = await read(deps, req);
  if (found === undefined) {
    renderOver(res);
    return;
  }
  if (found.link.not_me_at !== null) {
    renderReported(deps, res, found.link.not_me_at);
    return;
  }
  const format = formatOf(res);
  res.render('disputes/statements/not-me', {
    title: format.t('usageStatements.notMeTitle'),
    month: monthName(format, found.month.from),
    company: found.link.reader.company_name,
    payments: found.payments.map((payment) => ({
      id: payment.payment_id,
      rows: paymentRows(format, payment),
    })),
    kinds: notMeKinds,
    wordsMax: WORDS_MAX,
    ...form,
  });
}

async function notMe(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = notMeForm.safeParse(req.body ?? {});
  const values = keptValues(req.body, ['payment', 'what', 'words']);
  if (!form.success) {
    res.status(422);
    await showNotMe(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const token = tokenOf(req);
  const context = requestContext(req);
  const outcome = token === null ? null : await answerNotMe(deps.db, context, { token, answer: form.data });
  if (outcome === null || (!outcome.ok && outcome.reason === 'over')) renderOver(res);
  else if (!outcome.ok && outcome.reason === 'which-payment') {
    res.status(422);
    const errors = { payment: format.t('usageStatements.paymentMissing') };
    await showNotMe(deps, req, res, { values, errors });
  } else res.redirect(303, `/statement/${String(token)}/not-me`);
}

async function showCancel(deps: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  const found = await read(deps, req);
  if (found === undefined || found.link.reader.role !== 'admin') {
    renderOver(res);
    return;
  }
  const { company_id: companyId, company_name: company } = found.link.reader;
  const subscription = await findSubscription(deps.db, companyId);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const { t } = formatOf(res);
  res.render('disputes/statements/cancel', {
    title: t('usageStatements.cancelTitle'),
    company,
    cancelledAt: found.link.cancelled_at,
    cancelsAt: subscription.cancels_at,
    endsAt:
      subscription.cancels_at === null ? cancelMoment(subscription, 'period-end', req.receivedAt) : null,
    hasCard: (await findStoredCard(deps.db, companyId)) !== undefined,
    contact: deps.config.seller.email,
    ...form,
  });
}

async function cancel(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const form = cancelForm.safeParse(req.body ?? {});
  if (!form.success) {
    res.status(422);
    await showCancel(deps, req, res, { values: {}, errors: formErrors(form.error, formatOf(res)) });
    return;
  }
  const token = tokenOf(req);
  const context = requestContext(req);
  const outcome = token === null ? null : await cancelByLink(deps.db, context, { ...deps, token });
  if (outcome === null || (!outcome.ok && outcome.reason === 'over')) {
    renderOver(res);
    return;
  }
  // Later than the cancellation and apart from it: scheduled work goes on when the gateway does not answer.
  if (outcome.ok) await removeCards(deps.db, context, { ...deps, companyId: outcome.companyId });
  res.redirect(303, `/statement/${String(token)}/cancel`);
}

function tokenOf(req: Request): string | null {
  const { token } = req.params;
  return typeof token === 'string' && TOKEN.test(token) ? token : null;
}

function renderReported({ config }: AppDeps, res: Response, at: Date): void {
  const title = formatOf(res).t('usageStatements.reportedTitle');
  res.render('disputes/statements/reported', { title, at, contact: config.seller.email });
}

function renderOver(res: Response): void {
  res.status(410);
  res.render('disputes/statements/over', { title: formatOf(res).t('usageStatements.overTitle') });
}
