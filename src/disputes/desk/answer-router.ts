import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotSignedIn } from '../../errors.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { freezeCase, unfreezeCase } from '../cases/freeze-case.ts';
import { sendAnswer } from '../cases/send-answer.ts';
import { backToCase, caseUrl, requestedCase } from '../requested-case.ts';
import { sendForm } from '../input.ts';
import { answerChannels } from '../networks.ts';
import { refusedPage } from '../package/problem-text.ts';
import { findPackage } from '../package/queries.ts';
import type { DisputeCase } from '../queries.ts';
import { deadlineWords } from './case-page.ts';

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/**
 * The answer of a case: `/disputes/:id/freeze` fixes its package, `/unfreeze` takes that back, and `/send`
 * shows what would go before it is noted as sent. Nothing is sent by itself.
 */
export function createAnswerRouter(deps: AppDeps): Router {
  const router = Router();
  const path = '/disputes/:id';
  const proven = [requireOperator, requireStepUp(deps)];
  router.post(`${path}/freeze`, requireOperator, (req, res) => freeze(deps, req, res));
  router.post(`${path}/unfreeze`, requireOperator, (req, res) => unfreeze(deps, req, res));
  router.get(`${path}/send`, requireOperator, async (req, res) => {
    const dispute = await requestedCase(deps, req);
    await showSend(deps, req, res, { dispute, form: { values: {}, errors: {} } });
  });
  router.post(`${path}/send`, ...proven, (req: Request, res: Response) => send(deps, req, res));
  return router;
}

async function freeze(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const frozen = await freezeCase(deps.db, requestContext(req), {
    config: deps.config,
    disputeId: dispute.id,
    paymentId: dispute.payment_id,
  });
  if (!frozen.ok && 'problems' in frozen) {
    const page = refusedPage(frozen.problems, { format: formatOf(res), back: caseUrl(dispute) });
    res.status(422).render('disputes/package/refused', page);
    return;
  }
  if (!frozen.ok && frozen.reason === 'changed') {
    setFlash(req, 'info', formatOf(res).t('disputes.changedMeanwhile'));
    res.redirect(303, caseUrl(dispute));
    return;
  }
  backToCase(req, res, dispute, frozen.ok ? 'disputes.frozen' : null);
}

async function unfreeze(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const done = await unfreezeCase(deps.db, requestContext(req), { disputeId: dispute.id });
  backToCase(req, res, dispute, done ? 'disputes.unfrozen' : null);
}

async function showSend(
  { db }: AppDeps,
  req: Request,
  res: Response,
  { dispute, form }: { dispute: DisputeCase; form: ShownForm },
): Promise<void> {
  const { company_id: companyId, frozen_package_id: packageId } = dispute;
  const fixed = packageId === null ? undefined : await findPackage(db, { companyId, packageId });
  if (dispute.state !== 'frozen' || fixed === undefined) {
    backToCase(req, res, dispute, null);
    return;
  }
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('disputes/send', {
    title: formatOf(res).t('disputes.sendTitle'),
    dispute,
    fixed,
    channels: answerChannels,
    ...deadlineWords(dispute),
    ...form,
  });
}

async function send(deps: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  const form = sendForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['channel', 'sentTo']);
    const errors = formErrors(form.error, format);
    await showSend(deps, req, res, { dispute, form: { values, errors } });
    return;
  }
  const { packageId, channel, sentTo } = form.data;
  const sent = await sendAnswer(deps.db, requestContext(req), {
    disputeId: dispute.id,
    operatorId: req.user.id,
    packageId,
    channel,
    sentTo,
  });
  setFlash(
    req,
    sent.ok ? 'success' : 'info',
    format.t(sent.ok ? 'disputes.sent' : `disputes.notSent_${sent.reason}`),
  );
  res.redirect(303, caseUrl(dispute));
}
