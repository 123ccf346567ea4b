import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import { requireCurrentAcceptance } from '../legal/require-acceptance.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import { addSshKey, SSH_KEYS_MAX, type AddKeyOutcome } from './add-ssh-key.ts';
import { credentialOwner } from './credential-owner.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { addressWithId } from './input.ts';
import { removeSshKey } from './remove-ssh-key.ts';
import { requireCompanyUser } from '../auth/require-user.ts';
import { requireStepUp } from '../auth/step-up/require-step-up.ts';
import { isPrivateKey, sshKeyForm } from './ssh-key-input.ts';
import { findSshKey, listSshKeys } from './ssh-key-queries.ts';

/** Keys that one person may try to add in an hour: a refusal tells that a key is in use by somebody else. */
const ADDITIONS_PER_HOUR = 60;

type Deps = Pick<AppDeps, 'db' | 'config'>;

interface Form {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** The SSH keys of the signed-in person. Mounted at `/auth`, whose answers no cache keeps. */
export function createSshKeyRouter(deps: AppDeps): Router {
  const { db } = deps;
  const additions = createRateLimit(db, {
    name: 'ssh-key-add',
    points: ADDITIONS_PER_HOUR,
    durationSeconds: 3600,
  });
  const guards = [requireCompanyUser, requireCurrentAcceptance(db)];
  // A private key, pasted by mistake, goes back to no page.
  const stepUp = requireStepUp(deps, {
    unless: ({ body }) => isPrivateKey((body as Record<string, unknown> | undefined)?.key),
  });
  const router = Router();
  router.get('/ssh-keys', guards, async (req: Request, res: Response) => {
    await show(deps, req, res, { values: {}, errors: {} });
  });
  router.post('/ssh-keys', guards, stepUp, async (req: Request, res: Response) => {
    await additions.consume(String(req.user?.id));
    await addFromForm(deps, req, res);
  });
  router.get('/ssh-keys/:id/remove', guards, async (req: Request, res: Response) => {
    const key = await findSshKey(db, { ...credentialOwner(requestContext(req)), keyId: keyIdOf(req) });
    if (key === undefined) throw new NotFound();
    res.render('credentials/remove-ssh-key', { title: formatOf(res).t('sshKeys.removeTitle'), key });
  });
  router.post('/ssh-keys/:id/remove', guards, async (req: Request, res: Response) => {
    const { label } = await removeSshKey(db, requestContext(req), { keyId: keyIdOf(req) });
    setFlash(req, 'success', formatOf(res).t('sshKeys.removed', { label }));
    res.redirect(303, '/auth/ssh-keys');
  });
  return router;
}

function keyIdOf(req: Request): number {
  const address = addressWithId.safeParse(req.params);
  if (!address.success) throw new NotFound();
  return address.data.id;
}

async function addFromForm(deps: Deps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const body = (req.body ?? {}) as Record<string, unknown>;
  const values = keptValues(body, isPrivateKey(body.key) ? ['label'] : ['label', 'key']);
  const form = sshKeyForm.safeParse(body);
  if (!form.success) {
    await show(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const added = await addSshKey(deps.db, requestContext(req), form.data);
  if (!added.ok) {
    await show(deps, req, res, { values, errors: refusalOf(added, format.t) });
    return;
  }
  setFlash(req, 'success', format.t('sshKeys.added', { label: form.data.label }));
  res.redirect(303, '/auth/ssh-keys');
}

function refusalOf(
  { reason }: Extract<AddKeyOutcome, { ok: false }>,
  t: ReturnType<typeof formatOf>['t'],
): Record<string, string> {
  if (reason === 'too-many') return { form: t('sshKeys.tooMany', { max: SSH_KEYS_MAX }) };
  return { key: t(reason === 'own' ? 'sshKeys.faultOwn' : 'sshKeys.faultTaken') };
}

async function show({ db, config }: Deps, req: Request, res: Response, form: Form): Promise<void> {
  res.status(Object.keys(form.errors).length > 0 ? 422 : 200);
  res.render('credentials/ssh-keys', {
    title: formatOf(res).t('sshKeys.title'),
    keys: await listSshKeys(db, credentialOwner(requestContext(req))),
    isOff: config.ssh === null,
    ...form,
  });
}
