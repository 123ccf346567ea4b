import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf } from '../../web/page-locals.ts';
import { acceptCase } from '../cases/accept-case.ts';
import { acceptForm } from '../input.ts';
import { backToCase, requestedCase } from '../requested-case.ts';

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** `/disputes/:id/accept`: accepts an objection in two steps, the second behind a fresh proof. */
export function createAcceptRouter(deps: AppDeps): Router {
  const router = Router();
  const path = '/disputes/:id/accept';
  router.get(path, requireOperator, (req, res) => showAccept(deps, req, res, { values: {}, errors: {} }));
  router.post(path, requireOperator, requireStepUp(deps), (req: Request, res: Response) =>
    accept(deps, req, res),
  );
  return router;
}

async function showAccept(
  deps: AppDeps,
  req: Request,
  res: Response,
  { values, errors }: ShownForm,
): Promise<void> {
  const dispute = await requestedCase(deps, req);
  if (Object.keys(errors).length > 0) res.status(422);
  res.render('disputes/accept', {
    title: formatOf(res).t('disputes.acceptTitle'),
    dispute,
    values,
    errors,
  });
}

async function accept(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  const values = keptValues(req.body, ['amount', 'note']);
  const form = acceptForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showAccept(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const { amount, note } = form.data;
  const outcome = await acceptCase(deps.db, requestContext(req), {
    disputeId: dispute.id,
    lostMinor: amount,
    note,
    config: deps.config,
  });
  if (!outcome.ok && outcome.reason !== 'not-open') {
    const errors =
      outcome.reason === 'amount'
        ? { amount: format.t('disputes.refused_too-much') }
        : { form: format.t('disputes.acceptNeedsRefund') };
    await showAccept(deps, req, res, { values, errors });
    return;
  }
  backToCase(req, res, dispute, outcome.ok ? 'disputes.accepted' : null);
}
