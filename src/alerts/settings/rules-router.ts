import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireCompanyAdmin } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotSignedIn } from '../../errors.ts';
import { companyOf } from '../../people/company-scope.ts';
import { keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { ruleNames, thresholdsOf, type RuleSettings } from '../rules/rule-settings.ts';
import { changeRules } from './change-rules.ts';
import { PREVIEW_DAYS, previewRules, type Preview } from './preview-rules.ts';
import { findRuleSettings } from '../rule-queries.ts';
import { describeRule, fieldName, formValues, readRulesForm, ruleFields } from './rules-form.ts';

/** `/rules`: the rules of a company, and what they would have raised. */
export function createRulesRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/rules', async (req, res) => {
    const settings = await findRuleSettings(deps.db, companyOf(req).id);
    renderRules(res, { values: formValues(settings), errors: {} });
  });
  // Whoever finds an admin's browser open must not silence what would tell of them.
  const stepUp = requireStepUp(deps, { unless: (req) => actionOf(req) === 'preview' });
  router.post('/rules', requireCompanyAdmin, stepUp, (req, res) => rulesFromForm(deps, req, res));
  return router;
}

function actionOf(req: Request): unknown {
  return ((req.body ?? {}) as Record<string, unknown>).action;
}

async function rulesFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const body = (req.body ?? {}) as Record<string, unknown>;
  const form = readRulesForm(body, format);
  const values = keptValues(body, ruleFields);
  if (!form.ok) {
    res.status(422);
    renderRules(res, { values, errors: { form: format.t('alerts.rulesWrong'), ...form.errors } });
    return;
  }
  const companyId = companyOf(req).id;
  if (actionOf(req) === 'preview') {
    renderRules(res, { values, errors: {}, preview: await preview(deps, req, form.settings) });
    return;
  }
  if (req.user === undefined) throw new NotSignedIn();
  const change = { companyId, userId: req.user.id, settings: form.settings };
  const { isSame } = await changeRules(deps.db, requestContext(req), change);
  setFlash(req, isSame ? 'info' : 'success', format.t(isSame ? 'alerts.rulesSame' : 'alerts.rulesSaved'));
  res.redirect(303, '/admin/alerts/rules');
}

/** Counts what the rules of the form, and those that are saved, would have raised. */
async function preview(
  { db }: AppDeps,
  req: Request,
  settings: RuleSettings,
): Promise<{ typed: Preview; saved: Preview }> {
  const companyId = companyOf(req).id;
  const choices = [settings, await findRuleSettings(db, companyId)];
  const [typed, saved] = await previewRules(db, { companyId, at: req.receivedAt, choices });
  if (typed === undefined || saved === undefined) throw new Error('Bug! A choice of rules has no preview');
  return { typed, saved };
}

function renderRules(
  res: Response,
  form: {
    values: Record<string, string>;
    errors: Record<string, string>;
    preview?: { typed: Preview; saved: Preview };
  },
): void {
  const format = formatOf(res);
  res.render('alerts/rules', {
    title: format.t('alerts.rulesTitle'),
    rules: ruleNames.map((name) => ({
      name,
      summary: describeRule(name, form.values, format),
      isOpen: Object.keys(form.errors).some((field) => field.startsWith(`${name}.`)),
      thresholds: thresholdsOf(name).map(([key, bounds]) => ({
        key,
        field: fieldName(name, key),
        ...bounds,
      })),
    })),
    days: PREVIEW_DAYS,
    preview: null,
    ...form,
    perPersonMonth:
      form.preview === undefined ? 0 : form.preview.typed.alerts / Math.max(1, form.preview.typed.people),
  });
}
