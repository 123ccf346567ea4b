import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../../app-deps.ts';
import { requestContext } from '../../../audit/request-context.ts';
import { NotFound } from '../../../errors.ts';
import { recordOperatorLook, scopeOf } from '../../../people/company-scope.ts';
import { parseCursor, parseId, parseSearch } from '../../../web/list-input.ts';
import { localTime } from '../../../local-calendar.ts';
import type { Format } from '../../../web/format.ts';
import { formatOf } from '../../../web/page-locals.ts';
import { pageUrls, urlWith } from '../../../web/page-urls.ts';
import {
  countDueLegalInvoices,
  findFile,
  findLegalInvoice,
  legalInvoiceLists,
  listLegalInvoices,
} from '../queries.ts';
import { createLegalInvoiceForms } from './forms-router.ts';
import { DESK_PATH, deskUrl, isLate, legalInvoicePage, problemOf } from './legal-invoice-page.ts';

/** `/finance/invoices`: the operators' desk for legal invoices. Mounted behind `hideFromOthers`. */
export function createLegalInvoiceDesk(deps: AppDeps): Router {
  const router = Router();
  router.get('/finance/invoices', (req, res) => showList(deps, req, res));
  router.use('/finance/invoices/:id', async (req, _res, next) => {
    await requireInScope(deps, req);
    next();
  });
  router.get('/finance/invoices/:id', (req, res) => showOne(deps, req, res));
  router.get('/finance/invoices/:id/files/:fileId', (req, res) => sendFile(deps, req, res));
  router.use(createLegalInvoiceForms(deps));
  return router;
}

async function showList({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const list = legalInvoiceLists.find((name) => name === req.query.list) ?? 'due';
  const search = parseSearch(req.query.q);
  const companyId = scopeOf(req).company?.id ?? null;
  const at = req.receivedAt;
  const cursor = parseCursor(req.query);
  const [page, counts] = await Promise.all([
    listLegalInvoices(db, { list, companyId, search, at, cursor }),
    countDueLegalInvoices(db, at),
  ]);
  const kept = { q: search, company: companyId };
  const format = formatOf(res);
  res.render('admin/finance/legal-invoices', {
    title: format.t('legalInvoices.title'),
    intro: introOf(config, format),
    month: localTime(at).toPlainDate().toPlainYearMonth().toString(),
    counts,
    lists: legalInvoiceLists.map((name) => ({
      name,
      isShown: name === list,
      url: urlWith(DESK_PATH, { list: name, ...kept }),
    })),
    list,
    search,
    companyId,
    rows: page.rows.map((row) => ({
      ...row,
      isLate: isLate(row, at),
      problem: problemOf(row, format),
      url: deskUrl(row.id, companyId),
    })),
    pages: pageUrls(DESK_PATH, { list, ...kept }, page),
  });
}

/** By whom legal invoices are issued, in words. */
function introOf({ invoiceIssuer, invoiceDueDays: days }: AppDeps['config'], { t }: Format): string {
  if (invoiceIssuer === 'own') return t('legalInvoices.introOwn');
  if (invoiceIssuer === 'export') return t('legalInvoices.introExport');
  if (invoiceIssuer === 'integrator') return t('legalInvoices.introIntegrator');
  return t('legalInvoices.intro', { days });
}

async function showOne({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const page = await legalInvoicePage(db, {
    id: Number(req.params.id),
    at: req.receivedAt,
    format: formatOf(res),
    companyId: scopeOf(req).company?.id ?? null,
    form: { values: {}, errors: {} },
  });
  res.render('admin/finance/legal-invoice', page);
}

async function sendFile({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const legalInvoiceId = Number(req.params.id);
  const fileId = parseId(req.params.fileId);
  const file = fileId === null ? undefined : await findFile(db, { legalInvoiceId, fileId });
  if (file === undefined) throw new NotFound();
  res.type(file.kind).attachment(file.name).send(file.content);
}

/**
 * Refuses an address that names none, or one of another company than the chosen one. The look of an operator
 * is an audit row of the company, which a chosen company has got already.
 */
async function requireInScope({ db }: AppDeps, req: Request): Promise<void> {
  const id = parseId(req.params.id);
  const legal = id === null ? undefined : await findLegalInvoice(db, id);
  const { company } = scopeOf(req);
  if (legal === undefined || (company !== null && company.id !== legal.company_id)) throw new NotFound();
  if (company === null) await recordOperatorLook(db, requestContext(req), legal.company_id);
}
