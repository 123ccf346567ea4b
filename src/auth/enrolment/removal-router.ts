import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { findTotp, listPasskeys } from '../factors/factor-queries.ts';
import { needsSecondFactor } from '../require-user.ts';
import { userOf } from './codes-router.ts';
import { removeFactor, type FactorToRemove } from './remove-factor.ts';

/** A factor that a person is about to remove. */
interface Removal {
  factor: FactorToRemove;
  name: string;
  isLast: boolean;
}

/** Removing a factor: a page that says what it means, and its button. */
export function createRemovalRouter(deps: AppDeps, stepUp: RequestHandler): Router {
  const router = Router();
  for (const path of ['/second-factor/totp/remove', '/second-factor/passkeys/:id/remove']) {
    router.get(path, async (req: Request, res: Response) => {
      showRemoval(req, res, await findRemoval(deps, req, res), {});
    });
    router.post(path, stepUp, (req: Request, res: Response) => removeFromForm(deps, req, res));
  }
  return router;
}

async function findRemoval({ db }: AppDeps, req: Request, res: Response): Promise<Removal> {
  const userId = userOf(req).id;
  const [totp, passkeys] = await Promise.all([findTotp(db, userId), listPasskeys(db, userId)]);
  const isLast = passkeys.length + (totp === undefined ? 0 : 1) === 1;
  if (req.params.id === undefined) {
    if (totp === undefined) throw new NotFound();
    return { factor: { kind: 'totp' }, name: formatOf(res).t('secondFactor.totp'), isLast };
  }
  const passkeyId = parseId(req.params.id);
  const passkey = passkeys.find(({ id }) => id === passkeyId);
  if (passkey === undefined) throw new NotFound();
  return { factor: { kind: 'passkey', passkeyId: passkey.id }, name: passkey.name, isLast };
}

async function removeFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const user = userOf(req);
  const removal = await findRemoval(deps, req, res);
  const removed = await removeFactor(deps.db, requestContext(req), {
    config: deps.config,
    userId: user.id,
    isRequired: needsSecondFactor(user, req.receivedAt),
    factor: removal.factor,
  });
  if (!removed.ok && removed.reason === 'none') throw new NotFound();
  if (!removed.ok) {
    res.status(422);
    showRemoval(req, res, removal, { form: t('secondFactor.lastIsRequired') });
    return;
  }
  setFlash(req, 'success', t('secondFactor.removed', { name: removal.name }));
  res.redirect(303, '/account/second-factor');
}

function showRemoval(req: Request, res: Response, removal: Removal, errors: Record<string, string>): void {
  res.render('account/second-factor/remove', {
    title: formatOf(res).t('secondFactor.removeTitle', { name: removal.name }),
    action: req.originalUrl.split('?', 1)[0],
    isLast: removal.isLast,
    errors,
  });
}
