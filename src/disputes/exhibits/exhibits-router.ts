import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { scopeOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { uploadOf } from '../../web/server/read-upload.ts';
import { addExhibit } from './add-exhibit.ts';
import { createCustomerMailRouter } from './customer-mail-router.ts';
import { canWithdraw } from './exhibit.ts';
import { createExhibitFilesRouter, requestedExhibit } from './exhibit-files-router.ts';
import { exhibitSection } from './exhibit-section.ts';
import { checkFile } from './files/check-file.ts';
import type { CheckedFile, FileFault } from './files/checked-file.ts';
import { exhibitForm, withdrawalForm } from './input.ts';
import { caseUrl, requestedCase } from '../requested-case.ts';
import { withdrawExhibit } from './withdraw-exhibit.ts';

/**
 * The exhibits of a case: files, what the customer was shown, mails. Mounted at
 * `/admin/disputes/:id/exhibits`, behind `adminScope` and `readUpload`.
 */
export function createExhibitsRouter(deps: AppDeps): Router {
  const router = Router({ mergeParams: true });
  router.use('/customer-mail', createCustomerMailRouter(deps));
  router.use(createExhibitFilesRouter(deps));
  router.get('/', (req, res) => showAll(deps, req, res));
  router.post('/', requireOperator, (req, res) => add(deps, req, res));
  router.get('/:exhibitId/withdraw', requireOperator, (req, res) => showWithdrawal(deps, req, res));
  router.post('/:exhibitId/withdraw', requireOperator, (req, res) => withdraw(deps, req, res));
  return router;
}

async function showAll(
  deps: AppDeps,
  req: Request,
  res: Response,
  form: { values?: Record<string, string>; errors?: Record<string, string> } = {},
): Promise<void> {
  const { db, config } = deps;
  const dispute = await requestedCase(deps, req);
  const { isOperator } = scopeOf(req);
  const errors = form.errors ?? {};
  if (Object.keys(errors).length > 0) res.status(422);
  // A page that answers a POST has no address to return to.
  res.locals['currentPath'] = caseUrl(dispute, '/exhibits');
  res.render('disputes/exhibits/page', {
    title: formatOf(res).t('exhibits.title'),
    dispute,
    caseUrl: caseUrl(dispute),
    section: await exhibitSection(db, { dispute, asOf: req.receivedAt, isOperator, config }),
    values: form.values ?? {},
    errors,
  });
}

async function add(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  const { t } = format;
  const values = keptValues(req.body, ['kind', 'proves', 'description']);
  const form = exhibitForm.safeParse(req.body ?? {});
  const upload = await readFile(req, res, config.exhibits.fileBytesMax);
  const fileError = 'error' in upload ? { file: upload.error } : {};
  if (!form.success || 'error' in upload) {
    const errors = { ...(form.success ? {} : formErrors(form.error, format)), ...fileError };
    await showAll(deps, req, res, { values, errors });
    return;
  }
  const outcome = await addExhibit(db, requestContext(req), {
    disputeId: dispute.id,
    exhibit: { ...form.data, ...upload },
    caseBytesMax: config.exhibits.caseBytesMax,
  });
  if (!outcome.ok) {
    const megabytes = config.exhibits.caseBytesMax / 1024 / 1024;
    const errors = { file: t(`exhibits.refused_${outcome.reason}`, { megabytes }) };
    await showAll(deps, req, res, { values, errors });
    return;
  }
  setFlash(req, 'success', t('exhibits.added'));
  res.redirect(303, caseUrl(dispute, '#exhibits'));
}

/** The file that came with a form, checked, or what is wrong with it in the reader's words. */
async function readFile(
  req: Request,
  res: Response,
  bytesMax: number,
): Promise<{ file: CheckedFile; received: Buffer; name: string } | { error: string }> {
  const { t } = formatOf(res);
  const upload = uploadOf(req);
  const isEmpty = upload === undefined || upload.content?.length === 0;
  if (isEmpty) return { error: t('exhibits.fault_missing') };
  const { content, name } = upload;
  if (content === null)
    return { error: t('exhibits.fault_too-large', { megabytes: bytesMax / 1024 / 1024 }) };
  const file = await checkFile(content);
  if ('fault' in file) return { error: t(`exhibits.fault_${file.fault satisfies FileFault}`) };
  return { file, received: content, name: name ?? t('exhibits.noName') };
}

async function showWithdrawal(
  deps: AppDeps,
  req: Request,
  res: Response,
  form: { values?: Record<string, string>; errors?: Record<string, string> } = {},
): Promise<void> {
  const { dispute, exhibit } = await requestedExhibit(deps, req);
  if (form.errors !== undefined) res.status(422);
  res.locals['currentPath'] = caseUrl(dispute, `/exhibits/${String(exhibit.id)}/withdraw`);
  res.render('disputes/exhibits/withdraw', {
    title: formatOf(res).t('exhibits.withdrawTitle'),
    exhibit,
    canWithdraw: canWithdraw(exhibit, dispute),
    action: caseUrl(dispute, `/exhibits/${String(exhibit.id)}/withdraw`),
    backUrl: caseUrl(dispute, '#exhibits'),
    values: form.values ?? {},
    errors: form.errors ?? {},
  });
}

async function withdraw(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { dispute, exhibit } = await requestedExhibit(deps, req);
  const format = formatOf(res);
  const form = withdrawalForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['reason']);
    await showWithdrawal(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const done = await withdrawExhibit(deps.db, requestContext(req), {
    ...{ disputeId: dispute.id, exhibitId: exhibit.id, reason: form.data.reason },
  });
  const text = format.t(done ? 'exhibits.withdrawn' : 'exhibits.notWithdrawn');
  setFlash(req, done ? 'success' : 'info', text);
  res.redirect(303, caseUrl(dispute, '#exhibits'));
}
