import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotSignedIn } from '../../errors.ts';
import { localDay } from '../../local-calendar.ts';
import { companyOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { requireCompanyAdmin } from '../require-user.ts';
import { requireStepUp } from '../step-up/require-step-up.ts';
import { policyForm } from './input.ts';
import { countWithoutFactor, findPolicy } from './queries.ts';
import { setFactorPolicy } from './set-policy.ts';

interface Form {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** `/second-factor`: from when on the people of a company need a second factor. Mounted at `/admin`. */
export function createFactorPolicyRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/second-factor', async (req, res) => {
    await show(deps, req, res, null);
  });
  router.post('/second-factor', requireCompanyAdmin, requireStepUp(deps), async (req, res) => {
    await setFromForm(deps, req, res);
  });
  return router;
}

async function setFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const values = keptValues(req.body, ['from']);
  const form = policyForm.safeParse(req.body ?? {});
  if (!form.success) {
    await show(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  await setFactorPolicy(deps.db, requestContext(req), {
    config: deps.config,
    companyId: companyOf(req).id,
    userId: req.user.id,
    requiredFrom: form.data.from,
  });
  setFlash(req, 'success', format.t(form.data.from === null ? 'factorPolicy.ended' : 'factorPolicy.set'));
  res.redirect(303, '/admin/second-factor');
}

async function show({ db }: AppDeps, req: Request, res: Response, form: Form | null): Promise<void> {
  const companyId = companyOf(req).id;
  const [from, without] = await Promise.all([findPolicy(db, companyId), countWithoutFactor(db, companyId)]);
  if (form !== null) res.status(422);
  res.render('admin/factor-policy/show', {
    title: formatOf(res).t('factorPolicy.title'),
    from: from ?? null,
    without,
    values: { from: from === undefined ? '' : localDay(from) },
    errors: {},
    ...form,
  });
}
