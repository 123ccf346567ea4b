import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import type { Format } from '../../web/format.ts';
import { parseCursor } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { pageUrls } from '../../web/page-urls.ts';
import { listPaymentsInReview } from './queries.ts';
import { paymentAddress } from '../refunds/pages/input.ts';
import { recordLook } from '../refunds/pages/payments-router.ts';
import { acceptPayment, type AcceptedPayment } from './accept-payment.ts';
import { describeReview } from './describe-review.ts';
import { noteForm } from './input.ts';
import { closeReturned, noteReview, type NotedReview, type ReviewNote } from './note-review.ts';
import { readReviewCase, REVIEW_PATH, unconfirmedText, whyNot } from './review-page.ts';

interface Form {
  values?: Record<string, string>;
  errors?: Record<string, string>;
}

/**
 * `/review`: the charges that did not fit their orders, and the ways out: accept, give back, close, leave.
 * For operators. Mounted at `/admin/finance`.
 */
export function createReviewRouter(deps: AppDeps): Router {
  const router = Router();
  const path = '/review/:order';
  router.get('/review', requireOperator, (req, res) => showDesk(deps, req, res));
  router.get(path, requireOperator, (req, res) => showCase(deps, req, res));
  router.get(`${path}/accept`, requireOperator, (req, res) => showAcceptance(deps, req, res));
  router.post(`${path}/accept`, requireOperator, requireStepUp(deps), async (req: Request, res: Response) => {
    await accept(deps, req, res);
  });
  router.post(`${path}/close`, requireOperator, (req, res) =>
    decide(deps, req, res, { act: closeReturned, done: 'review.closed' }),
  );
  router.post(`${path}/note`, requireOperator, (req, res) =>
    decide(deps, req, res, { act: noteReview, done: 'review.noted' }),
  );
  return router;
}

async function showDesk({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const page = await listPaymentsInReview(db, null, parseCursor(req.query));
  res.render('billing/review/list', {
    title: format.t('review.title'),
    reviews: page.rows.map((payment) => describeReview(payment, req.receivedAt, format)),
    pages: pageUrls(REVIEW_PATH, {}, page),
  });
}

async function showCase(deps: AppDeps, req: Request, res: Response, form: Form = {}): Promise<void> {
  const input = caseInput(req, 'review.caseTitle');
  const page = await readReviewCase(deps.db, formatOf(res), input);
  await recordLook(deps, req, page.payment.company_id);
  render(req, res, 'billing/review/show', { page, form });
}

async function showAcceptance(deps: AppDeps, req: Request, res: Response, form: Form = {}): Promise<void> {
  const input = caseInput(req, 'review.acceptTitle');
  const page = await readReviewCase(deps.db, formatOf(res), input);
  const isPossible = page.payment.status === 'review' && page.acceptance.ok;
  if (!isPossible && form.errors === undefined) {
    res.redirect(303, caseUrl(req));
    return;
  }
  await recordLook(deps, req, page.payment.company_id);
  render(req, res, isPossible ? 'billing/review/accept' : 'billing/review/show', { page, form });
}

function render(req: Request, res: Response, view: string, shown: { page: object; form: Form }): void {
  const { values = {}, errors = {} } = shown.form;
  res.locals.currentPath = caseUrl(req);
  if (Object.keys(errors).length > 0) res.status(422);
  res.render(view, { ...shown.page, values, errors });
}

async function accept(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, paytr, config } = deps;
  const format = formatOf(res);
  const note = readNote(req, format);
  if (!note.ok) {
    await showAcceptance(deps, req, res, note.form);
    return;
  }
  const accepted = await acceptPayment(db, requestContext(req), { ...note.input, paytr, config });
  if (accepted === undefined) throw new NotFound();
  if (!accepted.ok) {
    const { values } = note;
    const errors = { form: await refusalText(deps, req, format, accepted) };
    await showAcceptance(deps, req, res, { values, errors });
    return;
  }
  setFlash(req, 'success', format.t('review.accepted'));
  res.redirect(303, `/admin/finance/payments/${note.input.merchantOid}`);
}

async function refusalText(
  { db }: AppDeps,
  req: Request,
  format: Format,
  refused: Extract<AcceptedPayment, { ok: false }>,
): Promise<string> {
  if (refused.reason === 'not-possible')
    return format.t('review.refused_not-possible', { message: whyNot(format, refused.acceptance) });
  if (refused.reason !== 'not-confirmed') return format.t(`review.refused_${refused.reason}`);
  const input = caseInput(req, 'review.caseTitle');
  const { payment } = await readReviewCase(db, format, input);
  const message = unconfirmedText(format, refused.unconfirmed, payment.currency);
  return format.t('review.refused_not-confirmed', { message });
}

async function decide(
  deps: AppDeps,
  req: Request,
  res: Response,
  decision: {
    act: (
      db: AppDeps['db'],
      context: ReturnType<typeof requestContext>,
      input: ReviewNote,
    ) => Promise<NotedReview | undefined>;
    done: 'review.closed' | 'review.noted';
  },
): Promise<void> {
  const format = formatOf(res);
  const note = readNote(req, format);
  if (!note.ok) {
    await showCase(deps, req, res, note.form);
    return;
  }
  const decided = await decision.act(deps.db, requestContext(req), note.input);
  if (decided === undefined) throw new NotFound();
  if (!decided.ok) {
    const errors = { form: format.t(`review.refused_${decided.reason}`) };
    await showCase(deps, req, res, { values: note.values, errors });
    return;
  }
  setFlash(req, 'success', format.t(decision.done));
  res.redirect(303, decision.done === 'review.closed' ? REVIEW_PATH : caseUrl(req));
}

function readNote(
  req: Request,
  format: Format,
): { ok: true; input: ReviewNote; values: Record<string, string> } | { ok: false; form: Required<Form> } {
  if (req.user === undefined) throw new NotSignedIn();
  const values = keptValues(req.body, ['note']);
  const form = noteForm.safeParse(req.body ?? {});
  if (!form.success) return { ok: false, form: { values, errors: formErrors(form.error, format) } };
  const input = { merchantOid: orderOf(req), operatorId: req.user.id, note: form.data.note };
  return { ok: true, input, values };
}

function caseInput<Title extends TextKey>(
  req: Request,
  title: Title,
): { merchantOid: string; at: Date; title: Title; query: Request['query'] } {
  return { merchantOid: orderOf(req), at: req.receivedAt, title, query: req.query };
}

function orderOf(req: Request): string {
  const address = paymentAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  return address.data.order;
}

function caseUrl(req: Request): string {
  return `${REVIEW_PATH}/${orderOf(req)}`;
}
