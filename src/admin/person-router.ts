import { withheldKinds } from '../evidence/schemas/proof-schema.ts';
import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { keptValues } from '../web/form-errors.ts';
import { changeRole } from '../people/change-role.ts';
import { deactivateUser } from '../people/deactivate-user.ts';
import { requireCompanyAdmin } from '../auth/require-user.ts';
import { requireStepUp } from '../auth/step-up/require-step-up.ts';
import { reactivateUser } from '../people/reactivate-user.ts';
import { InvalidInput, NotFound } from '../errors.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { companyOf, companyParam, scopeOf } from '../people/company-scope.ts';
import { EVIDENCE_SCHEMA_PATH } from '../evidence/schemas/bundle-schema.ts';
import { evidenceFormats } from '../evidence/input.ts';
import { roleForm } from '../people/input.ts';
import { parseCursor, parseId } from '../web/list-input.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';
import { personPage } from './person-page.ts';
import { findPerson, listOwnWorkspaces, type PersonEntry } from './people-queries.ts';

interface Person extends PersonEntry {
  companyId: number;
}

/**
 * `/users/:id`: one person, and the changes that an admin may make to their access. An operator can only end
 * it.
 */
export function createPersonRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/users/:id', async (req, res) => {
    const { id, companyId } = await findRequestedPerson(deps, req);
    await showPerson(deps, req, res, { userId: id, companyId });
  });
  router.post('/users/:id/role', requireCompanyAdmin, requireStepUp(deps), async (req, res) => {
    await changeRoleFromForm(deps, req, res);
  });
  router.get('/users/:id/deactivate', async (req, res) => {
    showDeactivation(res, await findRequestedPerson(deps, req), {});
  });
  router.post('/users/:id/deactivate', async (req, res) => {
    await deactivateFromForm(deps, req, res);
  });
  router.post('/users/:id/reactivate', requireCompanyAdmin, async (req, res) => {
    await reactivateFromForm(deps, req, res);
  });
  return router;
}

async function changeRoleFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const person = await findRequestedPerson(deps, req);
  const form = roleForm.safeParse(req.body ?? {});
  if (!form.success) throw new InvalidInput({ message: 'no such role' });
  const { companyId, id: userId } = person;
  const changed = await changeRole(deps.db, requestContext(req), { companyId, userId, role: form.data.role });
  if (!changed.ok && changed.reason === 'last-admin') {
    const errors = { role: t('admin.lastAdminRole') };
    await showPerson(deps, req, res, { userId, companyId, errors });
    return;
  }
  setFlash(
    req,
    'success',
    t('admin.roleChanged', { name: person.full_name, role: t(`common.role_${form.data.role}`) }),
  );
  // An admin who has just given up the role may no longer see this page.
  const mayStay = req.user?.id !== userId || form.data.role === 'admin';
  res.redirect(303, mayStay ? personUrl(req, userId) : '/workspace');
}

async function deactivateFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const person = await findRequestedPerson(deps, req);
  const { companyId, id: userId } = person;
  const ended = await deactivateUser(deps.db, requestContext(req), { companyId, userId });
  if (!ended.ok && ended.reason === 'last-admin') {
    res.status(422);
    showDeactivation(res, person, { form: t('admin.lastAdminDeactivate') });
  } else if (req.user?.id === userId) {
    res.redirect(303, '/auth/login');
  } else {
    setFlash(req, 'success', t('admin.deactivated', { name: person.full_name }));
    res.redirect(303, personUrl(req, userId));
  }
}

async function reactivateFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const person = await findRequestedPerson(deps, req);
  const { companyId, id: userId } = person;
  const given = await reactivateUser(deps.db, requestContext(req), { companyId, userId });
  if (!given.ok && given.reason === 'member-limit') {
    await showPerson(deps, req, res, {
      userId,
      companyId,
      errors: { form: t('admin.reactivateMemberLimit') },
    });
    return;
  }
  setFlash(req, 'success', t('admin.reactivated', { name: person.full_name }));
  res.redirect(303, personUrl(req, userId));
}

/** Shows the page about one person. With errors beside the fields of its forms the status is 422. */
export async function showPerson(
  { db }: AppDeps,
  req: Request,
  res: Response,
  input: { userId: number; companyId: number; errors?: Record<string, string> },
): Promise<void> {
  const { userId, companyId, errors } = input;
  const { payments, ...page } = await personPage(db, formatOf(res), {
    userId,
    companyId,
    at: req.receivedAt,
    payments: parseCursor(req.query),
    scope: scopeOf(req),
  });
  if (errors !== undefined) res.status(422);
  res.render('admin/user', {
    ...page,
    payments: payments.rows,
    paymentPages: pageUrls(`/admin/users/${String(userId)}`, companyParam(req), payments, {
      fragment: 'payments-h',
    }),
    schemaUrl: EVIDENCE_SCHEMA_PATH,
    formats: formatOptions(res),
    withheldKinds,
    leavesOut: withheldKinds.some((kind) => req.query[`without_${kind}`] === 'on'),
    workspaces: (await listOwnWorkspaces(db, { userId, companyId })).map(({ id, name }) => ({
      value: id,
      text: name,
    })),
    progressToken: randomUUID(),
    auditUrl: urlWith('/admin/audit', { ...companyParam(req), user: userId }),
    values: keptValues(req.query, [
      ...['from', 'to', 'format', 'workspace'],
      ...withheldKinds.map((kind) => `without_${kind}`),
    ]),
    errors: errors ?? {},
  });
}

function formatOptions(res: Response): { value: string; text: string }[] {
  const { t } = formatOf(res);
  return evidenceFormats.map((value) => ({ value, text: t(`admin.exportFormat_${value}`) }));
}

function showDeactivation(res: Response, person: Person, errors: Record<string, string>): void {
  const title = formatOf(res).t('admin.deactivateTitle', { name: person.full_name });
  res.render('admin/deactivate', { title, person, errors });
}

async function findRequestedPerson({ db }: AppDeps, req: Request): Promise<Person> {
  const userId = parseId(req.params.id);
  if (userId === null) throw new NotFound();
  const companyId = companyOf(req).id;
  const person = await findPerson(db, { companyId, userId });
  if (person === undefined) throw new NotFound();
  return { ...person, companyId };
}

function personUrl(req: Request, userId: number): string {
  return `/admin/users/${String(userId)}${scopeOf(req).query}`;
}
