import { hash } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound } from '../../errors.ts';
import { scopeOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { uploadOf } from '../../web/server/read-upload.ts';
import type { DisputeCase } from '../queries.ts';
import { addExhibit } from './add-exhibit.ts';
import { createCustomerMailRouter } from './customer-mail-router.ts';
import { canWithdraw, exhibitFileName, type Exhibit } from './exhibit.ts';
import { exhibitSection } from './exhibit-section.ts';
import { checkFile } from './files/check-file.ts';
import { mediaTypes, type CheckedFile, type FileFault } from './files/checked-file.ts';
import { exhibitForm, withdrawalForm } from './input.ts';
import { asDeliveryReport, listMailTrail } from './mail-trail.ts';
import { findExhibit, readExhibit } from './queries.ts';
import { caseUrl, findRequestedCase } from './requested-case.ts';
import { listSeenByCustomer } from './seen-by-customer.ts';
import { withdrawExhibit } from './withdraw-exhibit.ts';

/** A file of ours is saved, never shown: were it opened nevertheless, nothing in it runs or is fetched. */
const FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

/**
 * The exhibits of a case: files, what the customer was shown, mails. Mounted at
 * `/admin/disputes/:id/exhibits`, behind `adminScope` and `readUpload`.
 */
export function createExhibitsRouter(deps: AppDeps): Router {
  const router = Router({ mergeParams: true });
  const proven = requireStepUp(deps, { download: true });
  router.use('/customer-mail', createCustomerMailRouter(deps));
  router.get('/', (req, res) => showAll(deps, req, res));
  router.post('/', requireOperator, (req, res) => add(deps, req, res));
  router.get('/seen/:name', proven, (req: Request, res: Response) => sendSeen(deps, req, res));
  router.get('/mails/:mailId', proven, (req: Request, res: Response) => sendMail(deps, req, res, 'mail'));
  router.get('/mails/:mailId/report', proven, (req: Request, res: Response) =>
    sendMail(deps, req, res, 'report'),
  );
  router.get('/:exhibitId/file', proven, (req: Request, res: Response) => sendExhibit(deps, req, res));
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
  const dispute = await requestedCase(db, req);
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
  const dispute = await requestedCase(db, req);
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

/** The exhibit of an address with the case that it belongs to. */
async function requestedExhibit(
  { db }: AppDeps,
  req: Request,
): Promise<{ dispute: DisputeCase; exhibit: Exhibit }> {
  const dispute = await requestedCase(db, req);
  const exhibitId = parseId(req.params['exhibitId']);
  const exhibit =
    exhibitId === null ? undefined : await findExhibit(db, { disputeId: dispute.id, exhibitId });
  if (exhibit === undefined) throw new NotFound();
  return { dispute, exhibit };
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

async function sendExhibit(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { dispute, exhibit: known } = await requestedExhibit(deps, req);
  const exhibit = await readExhibit(deps.db, { disputeId: dispute.id, exhibitId: known.id });
  if (exhibit === undefined) throw new NotFound();
  await sendFile(deps, req, res, {
    ...{ dispute, bytes: exhibit.content, sha256: exhibit.sha256 },
    ...{ name: exhibitFileName(exhibit), contentType: mediaTypes[exhibit.file_kind] },
    about: { exhibit_id: exhibit.id },
  });
}

async function sendSeen(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps.db, req);
  const pages = await listSeenByCustomer(deps.db, {
    ...{ paymentId: dispute.payment_id, asOf: req.receivedAt },
  });
  const page = pages.find(({ id }) => id === req.params['name']);
  if (page === undefined) throw new NotFound();
  const isPage = page.contentType.startsWith('text/html');
  await sendFile(deps, req, res, {
    ...{ dispute, bytes: page.bytes, sha256: page.sha256, name: page.name },
    // A page of the past is no page of ours: no browser may take it for one.
    contentType: isPage ? 'application/octet-stream' : page.contentType,
    about: { record_type: page.record.type, record_id: page.record.id },
  });
}

/** A mail of the trail, or what became of it. */
async function sendMail(deps: AppDeps, req: Request, res: Response, what: 'mail' | 'report'): Promise<void> {
  const dispute = await requestedCase(deps.db, req);
  const mails = await listMailTrail(deps.db, { paymentId: dispute.payment_id, asOf: req.receivedAt });
  const mail = mails.find(({ mailId }) => mailId === parseId(req.params['mailId']));
  if (mail === undefined) throw new NotFound();
  const about = { mail_id: mail.mailId };
  if (what === 'report') {
    const bytes = Buffer.from(asDeliveryReport(mail));
    await sendFile(deps, req, res, {
      ...{ dispute, about, bytes, sha256: hash('sha256', bytes), contentType: 'text/plain; charset=utf-8' },
      name: mail.name.replace('.eml', '.txt'),
    });
    return;
  }
  const { bytes, sha256, name } = mail;
  await sendFile(deps, req, res, { dispute, about, bytes, sha256, name, contentType: 'message/rfc822' });
}

/** Sends a file to be saved, with its audit row before it. Throws when its bytes are not the stored ones. */
async function sendFile(
  { db }: AppDeps,
  req: Request,
  res: Response,
  file: {
    dispute: DisputeCase;
    bytes: Buffer;
    sha256: string;
    name: string;
    contentType: string;
    about: Record<string, string | number>;
  },
): Promise<void> {
  const { dispute, bytes, sha256, name, contentType, about } = file;
  if (hash('sha256', bytes) !== sha256) throw new Error('Bug! The bytes of an exhibit do not fit their hash');
  await AuditLogger.log(db, requestContext(req), {
    action: 'dispute_exhibit_downloaded',
    success: true,
    resourceType: 'dispute',
    resourceId: dispute.id,
    companyId: dispute.company_id,
    details: { ...about, payment_id: dispute.payment_id, file_name: name, bytes: bytes.length, sha256 },
  });
  res.setHeader('content-security-policy', FILE_POLICY);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('cache-control', 'no-store');
  res.attachment(name).setHeader('content-type', contentType);
  res.send(bytes);
}

function requestedCase(db: AppDeps['db'], req: Request): Promise<DisputeCase> {
  const asked = { id: req.params['id'], scope: scopeOf(req) };
  return findRequestedCase(db, requestContext(req), asked);
}
