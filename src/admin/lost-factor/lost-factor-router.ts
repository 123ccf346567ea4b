import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { recordOperatorLook, scopeOf } from '../../people/company-scope.ts';
import { approveFactorReset } from '../../people/lost-factor/approve-factor-reset.ts';
import { cancelFactorReset } from '../../people/lost-factor/end-factor-reset.ts';
import { factorResetForm } from '../../people/lost-factor/input.ts';
import {
  findFactorOwner,
  findOpenFactorReset,
  listOpenFactorResets,
  listStaffWithFactor,
} from '../../people/lost-factor/queries.ts';
import { requestFactorReset, RESET_DAYS } from '../../people/lost-factor/request-factor-reset.ts';
import { WAITING_HOURS } from '../../people/recovery/request-recovery.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';

const PATH = '/admin/lost-factors';
const FIELDS = ['reason', 'channel', 'identityCheck'] as const;

interface Form {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/**
 * `/lost-factors`: how operators help somebody who has lost every second factor, in two steps by two of them.
 * No company need be chosen, since it is for the platform's staff as well.
 */
export function createLostFactorRouter(deps: AppDeps): Router {
  const router = Router();
  const guards = [requireOperator, requireStepUp(deps)];
  router.get('/lost-factors', requireOperator, (req, res) => showList(deps, req, res));
  router.get('/lost-factors/:id', requireOperator, (req, res) =>
    showPerson(deps, req, res, { values: {}, errors: {} }),
  );
  router.post('/lost-factors/:id', ...guards, (req: Request, res: Response) =>
    requestFromForm(deps, req, res),
  );
  router.post('/lost-factors/:id/approve', ...guards, (req: Request, res: Response) =>
    approve(deps, req, res),
  );
  router.post('/lost-factors/:id/cancel', ...guards, async (req: Request, res: Response) => {
    const cancelled = await cancelFactorReset(deps.db, requestContext(req), idsOf(req));
    answer(
      req,
      res,
      cancelled ? 'success' : 'info',
      cancelled ? 'lostFactor.cancelled' : 'lostFactor.refused_none',
    );
  });
  return router;
}

async function showList({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const [resets, staff] = await Promise.all([
    listOpenFactorResets(db, req.receivedAt),
    listStaffWithFactor(db),
  ]);
  res.render('admin/lost-factor/list', {
    title: formatOf(res).t('lostFactor.title'),
    resets,
    staff: staff.filter(({ id }) => id !== req.user?.id),
    hours: WAITING_HOURS,
  });
}

async function showPerson({ db }: AppDeps, req: Request, res: Response, form: Form): Promise<void> {
  const { userId, operatorId } = idsOf(req);
  const at = req.receivedAt;
  const [person, reset] = await Promise.all([
    findFactorOwner(db, userId),
    findOpenFactorReset(db, { userId, at }),
  ]);
  if (person === undefined) throw new NotFound();
  // A look is recorded already when the address names the company.
  const companyId = person.company_id;
  if (companyId !== null && companyId !== scopeOf(req).company?.id)
    await recordOperatorLook(db, requestContext(req), companyId);
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('admin/lost-factor/show', {
    title: formatOf(res).t('lostFactor.personTitle', { name: person.full_name }),
    person,
    reset: reset ?? null,
    isOwn: userId === operatorId,
    mayApprove: reset !== undefined && reset.requested_by !== operatorId && reset.due_at <= at,
    isRequester: reset?.requested_by === operatorId,
    hours: WAITING_HOURS,
    days: RESET_DAYS,
    ...form,
  });
}

async function requestFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const values = keptValues(req.body, FIELDS);
  const form = factorResetForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showPerson(deps, req, res, { values, errors: formErrors(form.error, formatOf(res)) });
    return;
  }
  const { db, config } = deps;
  const asked = await requestFactorReset(db, requestContext(req), { ...idsOf(req), ...form.data, config });
  if (asked.ok) answer(req, res, 'success', 'lostFactor.requested');
  else
    await showPerson(deps, req, res, {
      values,
      errors: { form: formatOf(res).t(`lostFactor.refused_${asked.reason}`) },
    });
}

async function approve({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const approved = await approveFactorReset(db, requestContext(req), { ...idsOf(req), config });
  if (approved.ok) answer(req, res, 'success', 'lostFactor.approved');
  else answer(req, res, 'danger', `lostFactor.refused_${approved.reason}`);
}

type LostFactorText = Extract<Parameters<ReturnType<typeof formatOf>['t']>[0], `lostFactor.${string}`>;

function answer(
  req: Request,
  res: Response,
  kind: 'success' | 'info' | 'danger',
  text: LostFactorText,
): void {
  setFlash(req, kind, formatOf(res).t(text, { hours: WAITING_HOURS }));
  res.redirect(303, `${PATH}/${String(idsOf(req).userId)}`);
}

function idsOf(req: Request): { userId: number; operatorId: number } {
  const userId = parseId(req.params.id);
  if (userId === null) throw new NotFound();
  if (req.user === undefined) throw new NotSignedIn();
  return { userId, operatorId: req.user.id };
}
