import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { AppDeps } from '../../../app-deps.ts';
import { requestContext } from '../../../audit/request-context.ts';
import { scopeOf } from '../../../people/company-scope.ts';
import { formErrors, keptValues } from '../../../web/form-errors.ts';
import type { TextKey } from '../../../web/locales/catalogues.ts';
import { formatOf, setFlash } from '../../../web/page-locals.ts';
import { uploadOf } from '../../../web/server/read-upload.ts';
import { addLegalInvoiceFile, kindOfFile, type NewFile } from '../add-legal-invoice-file.ts';
import { closeLegalInvoice } from '../close-legal-invoice.ts';
import { deliverLegalInvoice } from '../deliver-legal-invoice.ts';
import { enterLegalInvoice } from '../enter-legal-invoice.ts';
import { closingForm, deliveryForm, entryForm } from '../input.ts';
import { retryLegalInvoice } from '../issuing/retry-legal-invoice.ts';
import { deskUrl, legalInvoicePage } from './legal-invoice-page.ts';

/** The forms of the desk. Mounted by the desk, which has found the legal invoice of the address. */
export function createLegalInvoiceForms(deps: AppDeps): Router {
  const router = Router();
  router.post('/finance/invoices/:id/entry', (req, res) => enter(deps, req, res));
  router.post('/finance/invoices/:id/files', (req, res) => addFile(deps, req, res));
  router.post('/finance/invoices/:id/delivery', (req, res) => deliver(deps, req, res));
  router.post('/finance/invoices/:id/end', (req, res) => close(deps, req, res));
  router.post('/finance/invoices/:id/retry', (req, res) => retry(deps, req, res));
  return router;
}

async function enter(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = entryForm.safeParse(req.body ?? {});
  const upload = readFile(req);
  if (!form.success || 'fault' in upload) {
    const errors = form.success ? {} : formErrors(form.error, format);
    const ofFile = 'fault' in upload ? { file: format.t(`legalInvoices.${upload.fault}`) } : {};
    await showAgain(deps, req, res, { ...errors, ...ofFile });
    return;
  }
  const entry = { id: idOf(req), ...form.data, file: upload.file, config: deps.config };
  const outcome = await enterLegalInvoice(deps.db, requestContext(req), entry);
  if (outcome.ok) goOn(req, res, { text: format.t('legalInvoices.entered', { number: entry.number }) });
  else await refuse(deps, req, res, { field: fieldOf[outcome.reason], reason: outcome.reason });
}

/** The field beside which a refusal of an entry stands. */
const fieldOf = {
  'not-due': 'form',
  'being-sent': 'form',
  'other-ettn': 'ettn',
  'own-series': 'number',
  'sale-not-issued': 'form',
  'in-future': 'issuedOn',
  'before-sale': 'issuedOn',
  'number-taken': 'number',
  'ettn-taken': 'ettn',
} as const;

async function addFile(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const upload = readFile(req);
  if ('fault' in upload || upload.file === null) {
    const fault = 'fault' in upload ? upload.fault : 'error_fileMissing';
    await showAgain(deps, req, res, { newFile: t(`legalInvoices.${fault}`) });
    return;
  }
  const stored = await addLegalInvoiceFile(deps.db, requestContext(req), {
    id: idOf(req),
    file: upload.file,
  });
  if (stored.ok) goOn(req, res, { text: t('legalInvoices.fileAdded') });
  else await refuse(deps, req, res, { field: 'newFile', reason: stored.reason });
}

async function deliver(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const form = await readForm(deps, req, res, deliveryForm);
  if (form === null) return;
  const { db, config } = deps;
  const delivery = { id: idOf(req), how: form.how, config };
  const outcome = await deliverLegalInvoice(db, requestContext(req), delivery);
  if (outcome.ok) goOn(req, res, { text: formatOf(res).t('legalInvoices.delivered') });
  else await refuse(deps, req, res, { field: 'how', reason: outcome.reason });
}

async function close(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const form = await readForm(deps, req, res, closingForm);
  if (form === null) return;
  const closing = { id: idOf(req), as: form.as, reason: form.reason, again: form.again === 'on' };
  const outcome = await closeLegalInvoice(deps.db, requestContext(req), closing);
  if (outcome.ok) goOn(req, res, { text: formatOf(res).t('legalInvoices.closed'), id: outcome.nextId });
  else await refuse(deps, req, res, { field: 'as', reason: outcome.reason });
}

async function retry(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const outcome = await retryLegalInvoice(deps.db, requestContext(req), idOf(req));
  if (outcome.ok) goOn(req, res, { text: formatOf(res).t('legalInvoices.retried') });
  else await refuse(deps, req, res, { field: 'form', reason: outcome.reason });
}

/** The form as sent, or null after the page was shown again with what is wrong. */
async function readForm<Form extends z.ZodType>(
  deps: AppDeps,
  req: Request,
  res: Response,
  schema: Form,
): Promise<z.output<Form> | null> {
  const form = schema.safeParse(req.body ?? {});
  if (form.success) return form.data;
  await showAgain(deps, req, res, formErrors(form.error, formatOf(res)));
  return null;
}

/** Leads to the page of the legal invoice, or to that of `id`. */
function goOn(req: Request, res: Response, { text, id }: { text: string; id?: number | null }): void {
  setFlash(req, 'success', text);
  res.redirect(303, deskUrl(id ?? idOf(req), scopeOf(req).company?.id ?? null));
}

async function refuse(
  deps: AppDeps,
  req: Request,
  res: Response,
  { field, reason }: { field: string; reason: string },
): Promise<void> {
  const text = formatOf(res).t(`legalInvoices.refused_${reason}` as TextKey);
  await showAgain(deps, req, res, { [field]: text });
}

async function showAgain(
  { db }: AppDeps,
  req: Request,
  res: Response,
  errors: Record<string, string>,
): Promise<void> {
  const companyId = scopeOf(req).company?.id ?? null;
  const typed = ['type', 'number', 'ettn', 'issuedOn', 'how', 'as', 'reason', 'again'];
  const form = { values: keptValues(req.body, typed), errors };
  const id = idOf(req);
  // A page that answers a POST has no address to return to.
  res.locals.currentPath = deskUrl(id, companyId);
  const page = { id, at: req.receivedAt, format: formatOf(res), companyId, form };
  res.status(422).render('admin/finance/legal-invoice', await legalInvoicePage(db, page));
}

/** The file that came with a form, null for none, or the text that says what is wrong with it. */
function readFile(req: Request): { file: NewFile | null } | { fault: 'error_file' | 'error_fileTooLarge' } {
  const upload = uploadOf(req);
  if (upload === undefined) return { file: null };
  const { content } = upload;
  if (content === null) return { fault: 'error_fileTooLarge' };
  const kind = kindOfFile(content);
  return kind === null ? { fault: 'error_file' } : { file: { kind, content } };
}

function idOf(req: Request): number {
  return Number(req.params.id);
}
