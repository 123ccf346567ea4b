import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import { requireCurrentAcceptance } from '../legal/require-acceptance.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import { tokenLifetimesDays, tokenScopes } from './access-token.ts';
import { createAccessToken, USABLE_TOKENS_MAX } from './create-access-token.ts';
import { credentialOwner } from './credential-owner.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { tokenPage, addressWithId, accessTokenForm, scopeFields } from './input.ts';
import { requireCompanyUser } from '../auth/require-user.ts';
import { requireStepUp } from '../auth/step-up/require-step-up.ts';
import { revokeAccessToken } from './revoke-access-token.ts';
import { listAccessTokens } from './token-queries.ts';

/** Tokens that one person may create in an hour: each leaves a row that is kept. */
const CREATIONS_PER_HOUR = 60;

interface Form {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** The first state of the form: the least that a program needs, for the usual time. */
const FRESH: Form = { values: { workspacesRead: 'on', days: '90' }, errors: {} };

/** The tokens of the signed-in person. Mounted at `/auth`, whose answers no cache keeps. */
export function createAccessTokenRouter(deps: AppDeps): Router {
  const { db } = deps;
  const creations = createRateLimit(db, {
    name: 'token-create',
    points: CREATIONS_PER_HOUR,
    durationSeconds: 3600,
  });
  const guards = [requireCompanyUser, requireCurrentAcceptance(db)];
  const router = Router();
  router.get('/tokens', guards, async (req: Request, res: Response) => {
    await show({ db }, req, res, FRESH);
  });
  router.post('/tokens', guards, requireStepUp(deps), async (req: Request, res: Response) => {
    await creations.consume(String(req.user?.id));
    await createFromForm({ db }, req, res);
  });
  router.post('/tokens/:id/revoke', guards, async (req: Request, res: Response) => {
    const address = addressWithId.safeParse(req.params);
    if (!address.success) throw new NotFound();
    const { ok, name } = await revokeAccessToken(db, requestContext(req), { tokenId: address.data.id });
    const { t } = formatOf(res);
    setFlash(req, ok ? 'success' : 'info', t(ok ? 'tokens.revoked' : 'tokens.revokedBefore', { name }));
    res.redirect(303, '/auth/tokens');
  });
  return router;
}

async function createFromForm(deps: Pick<AppDeps, 'db'>, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const values = keptValues(req.body, ['name', 'days', ...Object.values(scopeFields)]);
  const form = accessTokenForm.safeParse(req.body ?? {});
  if (!form.success) {
    await show(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const created = await createAccessToken(deps.db, requestContext(req), form.data);
  if (!created.ok) {
    const errors = { form: format.t('tokens.tooMany', { max: USABLE_TOKENS_MAX }) };
    await show(deps, req, res, { values, errors });
    return;
  }
  // The token is shown in this answer: a redirect would have to store it somewhere.
  res.render('credentials/token-created', {
    title: format.t('tokens.createdTitle'),
    name: form.data.name,
    token: created.token,
    expiresAt: created.expiresAt,
  });
}

async function show({ db }: Pick<AppDeps, 'db'>, req: Request, res: Response, form: Form): Promise<void> {
  const { rows, prevId, nextId } = await listAccessTokens(db, {
    ...credentialOwner(requestContext(req)),
    page: tokenPage.parse(req.query),
  });
  res.status(Object.keys(form.errors).length > 0 ? 422 : 200);
  res.render('credentials/tokens', {
    title: formatOf(res).t('tokens.title'),
    tokens: rows,
    now: req.receivedAt,
    scopes: tokenScopes.map((scope) => ({ scope, field: scopeFields[scope] })),
    lifetimes: tokenLifetimesDays,
    newerUrl: prevId === null ? null : `/auth/tokens?after=${String(prevId)}`,
    olderUrl: nextId === null ? null : `/auth/tokens?before=${String(nextId)}`,
    ...form,
  });
}
