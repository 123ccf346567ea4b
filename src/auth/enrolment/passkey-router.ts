import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf } from '../../web/page-locals.ts';
import { passkeyCreation } from '../factors/passkey-challenges.ts';
import { addPasskey, PASSKEYS_MAX } from './add-passkey.ts';
import { userOf } from './codes-router.ts';
import { passkeyForm } from './input.ts';
import { finishEnrolment } from './totp-router.ts';

/** Adding a passkey. The browser makes it, so this needs JavaScript; the page says so. */
export function createPasskeyRouter(deps: AppDeps, stepUp: RequestHandler): Router {
  const { db, config } = deps;
  const router = Router();
  router.get('/second-factor/passkey', stepUp, (_req: Request, res: Response) => {
    showForm(res, { values: {}, errors: {} });
  });
  router.post('/second-factor/passkey/challenge', stepUp, async (req: Request, res: Response) => {
    res.json(await passkeyCreation(db, requestContext(req), { config, person: userOf(req) }));
  });
  router.post('/second-factor/passkey', stepUp, (req: Request, res: Response) => addFromForm(deps, req, res));
  return router;
}

function showForm(
  res: Response,
  form: { values: Record<string, string>; errors: Record<string, string> },
): void {
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('account/second-factor/passkey', {
    title: formatOf(res).t('secondFactor.passkeyTitle'),
    ...form,
  });
}

async function addFromForm({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const values = keptValues(req.body, ['name']);
  const form = passkeyForm.safeParse(req.body ?? {});
  if (!form.success) {
    showForm(res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const { name, passkey: answer } = form.data;
  const outcome = await addPasskey(db, requestContext(req), { config, userId: userOf(req).id, name, answer });
  if (outcome.ok) {
    finishEnrolment(req, res, outcome.recoveryCodes, format.t('secondFactor.passkeyAdded', { name }));
    return;
  }
  const texts = {
    'wrong-passkey': format.t('secondFactor.passkeyNotMade'),
    'too-many': format.t('secondFactor.passkeysTooMany', { max: PASSKEYS_MAX }),
    taken: format.t('secondFactor.passkeyTaken'),
  };
  showForm(res, { values, errors: { form: texts[outcome.reason] } });
}
