import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import type { AttemptLimits } from '../../auth/attempt-limits.ts';
import { revokeBrowserSessionsOf } from '../../auth/browser-sessions/revoke-browser-sessions.ts';
import { openLocksOf } from '../../auth/lock/open-lock.ts';
import { requireCompanyAdmin, requireOperator } from '../../auth/require-user.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { companyOf, scopeOf } from '../../people/company-scope.ts';
import { sendResetLink } from '../../people/password/send-reset-link.ts';
import { cancelRecovery } from '../../people/recovery/end-recovery.ts';
import { requestRecovery, WAITING_HOURS } from '../../people/recovery/request-recovery.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { recoveryForm } from '../input.ts';

/**
 * Help for somebody who cannot sign in, on the page of a person: an admin opens a lock, signs the person out
 * everywhere, and has a link for a new password sent; an operator has it sent to the only admin of a company,
 * after a waiting time.
 */
export function createAccountHelpRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const router = Router();
  router.post('/users/:id/unlock', requireCompanyAdmin, async (req, res) => {
    const opened = await openLocksOf(deps.db, requestContext(req), personOf(req));
    answer(req, res, opened ? 'success' : 'info', opened ? 'lock.openedByAdmin' : 'lock.notLocked');
  });
  router.post('/users/:id/sign-out', requireCompanyAdmin, async (req, res) => {
    const count = await revokeBrowserSessionsOf(deps.db, requestContext(req), personOf(req));
    // An admin who did it to themselves has no session for a message.
    if (req.user?.id === personOf(req).userId) res.redirect(303, '/auth/login');
    else
      answer(req, res, count > 0 ? 'success' : 'info', count > 0 ? 'lock.signedOut' : 'lock.nowhereSignedIn');
  });
  router.post('/users/:id/reset-link', requireCompanyAdmin, async (req, res) => {
    const { db, config } = deps;
    if (req.user === undefined) throw new NotSignedIn();
    await limits.mailByCompany.consume(String(companyOf(req).id));
    const input = { ...personOf(req), config, requestedBy: req.user.id };
    const sent = await sendResetLink(db, requestContext(req), input);
    answer(
      req,
      res,
      sent.ok ? 'success' : 'info',
      sent.ok ? 'recovery.linkSent' : `recovery.link_${sent.reason}`,
    );
  });
  router.post('/users/:id/recovery', requireOperator, (req, res) => requestFromForm(deps, req, res));
  router.post('/users/:id/recovery/cancel', requireOperator, async (req, res) => {
    const cancelled = await cancelRecovery(deps.db, requestContext(req), personOf(req));
    answer(req, res, cancelled ? 'success' : 'info', cancelled ? 'recovery.cancelled' : 'recovery.noneWaits');
  });
  return router;
}

async function requestFromForm({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const form = recoveryForm.safeParse(req.body ?? {});
  if (!form.success) {
    answer(req, res, 'danger', 'recovery.reasonMissing');
    return;
  }
  const asked = await requestRecovery(db, requestContext(req), {
    ...personOf(req),
    operatorId: req.user.id,
    reason: form.data.reason,
    config,
  });
  answer(
    req,
    res,
    asked.ok ? 'success' : 'info',
    asked.ok ? 'recovery.requested' : `recovery.refused_${asked.reason}`,
  );
}

type HelpText = Extract<
  Parameters<ReturnType<typeof formatOf>['t']>[0],
  `lock.${string}` | `recovery.${string}`
>;

function answer(req: Request, res: Response, kind: 'success' | 'info' | 'danger', text: HelpText): void {
  setFlash(req, kind, formatOf(res).t(text, { hours: WAITING_HOURS }));
  res.redirect(303, `/admin/users/${String(personOf(req).userId)}${scopeOf(req).query}`);
}

function personOf(req: Request): { companyId: number; userId: number } {
  const userId = parseId(req.params.id);
  if (userId === null) throw new NotFound();
  return { companyId: companyOf(req).id, userId };
}
