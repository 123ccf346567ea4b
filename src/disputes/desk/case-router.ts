import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { currencies } from '../../currency.ts';
import { scopeOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf } from '../../web/page-locals.ts';
import { correctFacts } from '../cases/correct-facts.ts';
import { answerableStates, answeredStates, preparingStates, undecidedStates } from '../case-states.ts';
import { decideCase, noteReview } from '../cases/decide-case.ts';
import { decisionForm, factFieldNames, factsForm, futureDays } from '../input.ts';
import { networks } from '../networks.ts';
import { listReasons, reasonWords } from './list-reasons.ts';
import { noteTaken } from '../cases/post-money.ts';
import { packageSection } from '../package/package-section.ts';
import { backToCase, caseUrl, requestedCase } from '../requested-case.ts';
import { exhibitSection } from '../exhibits/exhibit-section.ts';
import { deadlineWords, readCaseHistory, shownFacts, weigh, withTimeLeft } from './case-page.ts';

interface ShownForm {
  /** The form that was sent, so that its faults stand beside it. */
  form?: 'facts' | 'decision';
  values?: Record<string, string>;
  errors?: Record<string, string>;
}

/** `/disputes/:id`: one case, and what an operator does with it. */
export function createCaseRouter(deps: AppDeps): Router {
  const router = Router();
  const path = '/disputes/:id';
  router.get(path, (req, res) => showCase(deps, req, res));
  router.post(`${path}/facts`, requireOperator, (req, res) => changeFacts(deps, req, res));
  router.post(`${path}/review`, requireOperator, (req, res) => review(deps, req, res));
  router.post(`${path}/taken`, requireOperator, (req, res) => take(deps, req, res));
  router.post(`${path}/decision`, requireOperator, (req, res) => decide(deps, req, res));
  return router;
}

async function showCase(
  deps: AppDeps,
  req: Request,
  res: Response,
  { form, values, errors = {} }: ShownForm = {},
): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  if (Object.keys(errors).length > 0) res.status(422);
  res.locals.currentPath = caseUrl(dispute);
  res.render('disputes/case', {
    title: format.t('disputes.caseTitle', { name: dispute.reference ?? String(dispute.id) }),
    dispute: withTimeLeft(dispute, req.receivedAt),
    ...deadlineWords(dispute),
    ...(await readCaseHistory(deps.db, dispute, format)),
    exhibitSection: await exhibitSection(deps.db, {
      dispute,
      asOf: req.receivedAt,
      isOperator: scopeOf(req).isOperator,
      config: deps.config,
    }),
    weight: scopeOf(req).isOperator ? await weigh(deps, dispute, { at: req.receivedAt, format }) : undefined,
    mayPrepare: preparingStates.includes(dispute.state),
    mayAccept: answerableStates.includes(dispute.state),
    mayDecide: undecidedStates.includes(dispute.state),
    wasAnswered: answeredStates.includes(dispute.state),
    mayTake: dispute.disputed_at !== null && dispute.closed_at === null,
    networks,
    currencies,
    reasons: listReasons('', format.locale),
    reason: reasonWords(dispute, format.locale),
    ...(await packageSection(deps.db, {
      ...{ dispute, config: deps.config, isOperator: scopeOf(req).isOperator },
    })),
    form: form ?? null,
    values: form === undefined ? shownFacts(dispute) : { ...shownFacts(dispute), ...values },
    errors,
  });
}

async function changeFacts(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  const values = keptValues(req.body, factFieldNames);
  const form = factsForm.safeParse(req.body ?? {});
  if (!form.success) {
    const errors = formErrors(form.error, format);
    await showCase(deps, req, res, { form: 'facts', values, errors });
    return;
  }
  const future = futureDays(form.data, req.receivedAt);
  if (future.length > 0) {
    const text = format.t('disputes.error_future');
    const errors = Object.fromEntries(future.map((name) => [name, text]));
    await showCase(deps, req, res, { form: 'facts', values, errors });
    return;
  }
  const outcome = await correctFacts(deps.db, requestContext(req), {
    disputeId: dispute.id,
    facts: form.data,
  });
  if (!outcome.ok) {
    const fields = {
      'other-currency': 'currency',
      'too-much': 'amount',
      'below-lost': 'amount',
      fixed: 'form',
      'no-last-day': 'answerBy',
      'answer-before': 'answerBy',
    };
    const field = fields[outcome.reason];
    const errors = { [field]: format.t(`disputes.refused_${outcome.reason}`) };
    await showCase(deps, req, res, { form: 'facts', values, errors });
    return;
  }
  backToCase(req, res, dispute, 'disputes.factsSaved');
}

async function review(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const done = await noteReview(deps.db, requestContext(req), { disputeId: dispute.id });
  backToCase(req, res, dispute, done ? 'disputes.reviewNoted' : null);
}

async function take(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const { config } = deps;
  const done = await noteTaken(deps.db, requestContext(req), { disputeId: dispute.id, config });
  backToCase(req, res, dispute, done ? 'disputes.takenNoted' : null);
}

async function decide(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  const values = keptValues(req.body, ['decision', 'lostAmount', 'fee', 'note']);
  const form = decisionForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showCase(deps, req, res, { form: 'decision', values, errors: formErrors(form.error, format) });
    return;
  }
  const { decision, lostAmount, fee, note } = form.data;
  const outcome = await decideCase(deps.db, requestContext(req), {
    disputeId: dispute.id,
    decision,
    lostMinor: lostAmount,
    feeMinor: fee,
    note,
    config: deps.config,
  });
  if (!outcome.ok && outcome.reason === 'amount') {
    const errors = { lostAmount: format.t('disputes.refused_too-much') };
    await showCase(deps, req, res, { form: 'decision', values, errors });
    return;
  }
  backToCase(req, res, dispute, outcome.ok ? 'disputes.decided' : null);
}
