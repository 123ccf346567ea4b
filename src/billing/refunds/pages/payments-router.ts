import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../../app-deps.ts';
import { requestContext } from '../../../audit/request-context.ts';
import { requireOperator } from '../../../auth/require-user.ts';
import { requireStepUp } from '../../../auth/step-up/require-step-up.ts';
import { NotFound, NotSignedIn } from '../../../errors.ts';
import { recordOperatorLook, scopeOf } from '../../../people/company-scope.ts';
import type { Format } from '../../../web/format.ts';
import { formErrors, keptValues } from '../../../web/form-errors.ts';
import { parseId } from '../../../web/list-input.ts';
import { formatOf, setFlash } from '../../../web/page-locals.ts';
import { confirmRefund } from '../confirm-refund.ts';
import { closeRefund, decideEffect, withdrawRefund } from '../end-refund.ts';
import { closeForm, effectForm, paymentAddress, refundFields, refundForm } from './input.ts';
import { paymentPage, paymentUrl, refundPage } from './payment-page.ts';
import { reconcileRefunds, type ReconciledRefunds } from '../reconcile-refunds.ts';
import { requestRefund, type RequestedRefund } from '../request-refund.ts';
import type { SentRefund } from '../send-refund.ts';

interface Form {
  values?: Record<string, string>;
  errors?: Record<string, string>;
  status?: number;
}

/**
 * `/payments/:order`: a payment of any company with its refunds, for operators. Giving money back takes two
 * steps: a wish, and a confirmation behind a fresh proof. Mounted at `/admin/finance`.
 */
export function createPaymentsRouter(deps: AppDeps): Router {
  const router = Router();
  const path = '/payments/:order';
  const refund = `${path}/refunds/:id`;
  const proven = [requireOperator, requireStepUp(deps)];
  router.get(path, requireOperator, (req, res) => showPayment(deps, req, res));
  router.post(`${path}/ask`, requireOperator, (req, res) => ask(deps, req, res));
  router.post(`${path}/refunds`, requireOperator, (req, res) => request(deps, req, res));
  router.get(refund, requireOperator, (req, res) => showRefund(deps, req, res));
  router.post(`${refund}/withdraw`, requireOperator, (req, res) => withdraw(deps, req, res));
  router.post(`${refund}/confirm`, ...proven, (req: Request, res: Response) => confirm(deps, req, res));
  router.post(`${refund}/close`, ...proven, (req: Request, res: Response) => close(deps, req, res));
  router.post(`${refund}/effect`, ...proven, (req: Request, res: Response) => decide(deps, req, res));
  return router;
}

async function showPayment(deps: AppDeps, req: Request, res: Response, form: Form = {}): Promise<void> {
  const merchantOid = orderOf(req);
  const page = await paymentPage(deps.db, formatOf(res), {
    ...{ merchantOid, at: req.receivedAt },
    query: req.query,
  });
  await recordLook(deps, req, page.payment.company_id);
  const { status = 200, values = {}, errors = {} } = form;
  res.locals.currentPath = paymentUrl(merchantOid);
  res.status(status).render('billing/refunds/payment', { ...page, values, errors });
}

async function showRefund(deps: AppDeps, req: Request, res: Response, form: Form = {}): Promise<void> {
  const { merchantOid, refundId } = addressOf(req);
  const input = { merchantOid, refundId, at: req.receivedAt };
  const page = await refundPage(deps.db, formatOf(res), input);
  await recordLook(deps, req, page.payment.company_id);
  const { status = 200, values = {}, errors = {} } = form;
  res.locals.currentPath = refundUrl(req);
  res.status(status).render('billing/refunds/refund', { ...page, values, errors });
}

async function ask({ db, paytr, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const merchantOid = orderOf(req);
  const found = await reconcileRefunds(db, requestContext(req), { merchantOid, paytr, config });
  if (found === undefined) throw new NotFound();
  setFlash(req, found.answer.ok ? 'success' : 'info', answerText(formatOf(res), found));
  res.redirect(303, `${paymentUrl(merchantOid)}#said`);
}

function answerText({ t, money }: Format, { answer, made, foreign }: ReconciledRefunds): string {
  const text = answer.ok
    ? t('refunds.answer_charged', {
        amount: /^[A-Z]{3}$/.test(answer.currency)
          ? money(answer.paymentTotalMinor, answer.currency)
          : String(answer.paymentTotalMinor),
      })
    : answer.reason === 'no-successful-payment'
      ? t('refunds.answer_none')
      : t('refunds.answer_silent', { message: answer.gatewayMessage });
  return [
    t('refunds.asked', { answer: text }),
    ...(made > 0 ? [t('refunds.askedMade', { count: made })] : []),
    ...(foreign > 0 ? [t('refunds.askedFound', { count: foreign })] : []),
  ].join(' ');
}

async function request(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, paytr, refundGuards = [] } = deps;
  const merchantOid = orderOf(req);
  const format = formatOf(res);
  const values = keptValues(req.body, refundFields);
  const form = refundForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showPayment(deps, req, res, { status: 422, values, errors: formErrors(form.error, format) });
    return;
  }
  const wish = { ...form.data, merchantOid, operatorId: operatorOf(req), paytr, guards: refundGuards };
  const asked = await requestRefund(db, requestContext(req), wish);
  if (asked === undefined) throw new NotFound();
  if (!asked.ok) {
    await showPayment(deps, req, res, { status: 422, values, errors: refusalErrors(format, asked) });
    return;
  }
  setFlash(req, 'info', format.t('refunds.requested'));
  res.redirect(303, `${paymentUrl(merchantOid)}/refunds/${String(asked.refund.id)}`);
}

/** The reasons that have words of their own; those of a guard may be others. */
const worded = ['not-charged', 'too-much', 'nothing-left', 'under-way', 'in-dispute'] as const;

function refusalErrors(
  format: Format,
  { reason, remainingMinor, currency }: Extract<RequestedRefund, { ok: false }>,
): Record<string, string> {
  const text = refusalText(format, reason, format.money(remainingMinor, currency));
  return { [reason === 'too-much' ? 'amount' : 'form']: text };
}

function refusalText(
  { t }: Format,
  reason: Extract<RequestedRefund, { ok: false }>['reason'],
  amount: string,
): string {
  const known = worded.find((name) => name === reason);
  if (known !== undefined) return t(`refunds.refused_${known}`, { amount });
  return t('refunds.refused_other', { reason: t(`auditReason.${reason}`) });
}

async function confirm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, paytr, config, refundGuards = [] } = deps;
  const parts = { paytr, config, guards: refundGuards, operatorId: operatorOf(req) };
  const sent = await confirmRefund(db, requestContext(req), { ...parts, ...addressOf(req) });
  if (sent === undefined) throw new NotFound();
  const format = formatOf(res);
  if (!sent.ok && sent.refusal !== null) {
    const errors = { form: refusalText(format, sent.refusal.reason, '–') };
    await showRefund(deps, req, res, { status: 422, errors });
    return;
  }
  const { kind, text } = sentText(format, sent);
  setFlash(req, kind, text);
  res.redirect(303, refundUrl(req));
}

function sentText({ t }: Format, sent: SentRefund): { kind: 'success' | 'info' | 'danger'; text: string } {
  const { state } = sent;
  if (!sent.ok || state === 'requested' || state === 'withdrawn')
    return { kind: 'info', text: t('refunds.notConfirmed') };
  const kind = state === 'done' ? 'success' : state === 'refused' ? 'danger' : 'info';
  return { kind, text: t(`refunds.after_${state}`, { message: sent.gatewayMessage }) };
}

async function withdraw({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const withdrawn = await withdrawRefund(db, requestContext(req), addressOf(req));
  if (withdrawn === undefined) throw new NotFound();
  const text = formatOf(res).t(withdrawn ? 'refunds.withdrawn' : 'refunds.notWithdrawn');
  setFlash(req, withdrawn ? 'success' : 'info', text);
  res.redirect(303, withdrawn ? paymentUrl(orderOf(req)) : refundUrl(req));
}

async function close(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = closeForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['note']);
    await showRefund(deps, req, res, { status: 422, values, errors: formErrors(form.error, format) });
    return;
  }
  const input = { ...addressOf(req), operatorId: operatorOf(req), note: form.data.note };
  const closed = await closeRefund(deps.db, requestContext(req), input);
  if (closed === undefined) throw new NotFound();
  const text = format.t(closed ? 'refunds.closed' : 'refunds.notClosed');
  setFlash(req, closed ? 'success' : 'info', text);
  res.redirect(303, refundUrl(req));
}

async function decide(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = effectForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, refundFields);
    await showRefund(deps, req, res, { status: 422, values, errors: formErrors(form.error, format) });
    return;
  }
  const decided = await decideEffect(deps.db, requestContext(req), { ...addressOf(req), ...form.data });
  if (decided === undefined) throw new NotFound();
  const text = format.t(decided ? 'refunds.effectSaved' : 'refunds.effectBefore');
  setFlash(req, decided ? 'success' : 'info', text);
  res.redirect(303, refundUrl(req));
}

/**
 * Records that an operator looked at a payment of a company, for its admin to see. A look is recorded already
 * when the address names the company.
 */
export async function recordLook(
  { db }: Pick<AppDeps, 'db'>,
  req: Request,
  companyId: number,
): Promise<void> {
  if (scopeOf(req).company?.id !== companyId) await recordOperatorLook(db, requestContext(req), companyId);
}

function orderOf(req: Request): string {
  const address = paymentAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  return address.data.order;
}

function addressOf(req: Request): { merchantOid: string; refundId: number } {
  const refundId = parseId(req.params.id);
  if (refundId === null) throw new NotFound();
  return { merchantOid: orderOf(req), refundId };
}

function operatorOf(req: Request): number {
  if (req.user === undefined) throw new NotSignedIn();
  return req.user.id;
}

function refundUrl(req: Request): string {
  const { merchantOid, refundId } = addressOf(req);
  return `${paymentUrl(merchantOid)}/refunds/${String(refundId)}`;
}
