import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import { recordOperatorLook } from '../../people/company-scope.ts';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireAdmin } from '../../auth/require-user.ts';
import { NotFound } from '../../errors.ts';
import { requireCurrentAcceptance } from '../../legal/require-acceptance.ts';
import { findHeadAt } from '../../transparency/heads/handed-out/queries.ts';
import { formatOf } from '../../web/page-locals.ts';
import { refuseFromElsewhere } from '../../web/refuse-from-elsewhere.ts';
import { findAcceptedHash, findOrderConsent } from '../consent/queries.ts';
import { cardRows } from '../follow-up/card-words.ts';
import { findCardFacts } from '../follow-up/queries.ts';
import { idAddress } from '../input.ts';
import { listReversals } from '../reversals/queries.ts';
import { findLiraRate } from './find-lira-rate.ts';
import { paperOfInvoice } from './paper.ts';
import { findAnyInvoice, findInvoice, type PrintedInvoice } from './queries.ts';
import { receiptAmounts, receiptFacts } from './receipt-amounts.ts';
import { writeReceiptPdf } from './receipt-pdf.ts';

type Deps = Pick<AppDeps, 'db' | 'config'>;

/**
 * Receipts as pages and PDF, for admins of the company and for operators, who answer disputes about them. An
 * operator's look is an audit row of the company. Mounted at `/billing` before the guard that lets only
 * people of a company pass.
 */
export function createInvoiceRouter(deps: Deps): Router {
  const router = Router();
  const ofStaff = refuseFromElsewhere((req) => req.user?.role === 'operator');
  router.use('/invoices', requireAdmin, requireCurrentAcceptance(deps.db), ofStaff);
  router.get('/invoices/:id', (req, res) => showInvoice(deps, req, res));
  router.get('/invoices/:id/receipt.pdf', (req, res) => sendPdf(deps, req, res));
  router.get('/invoices/:id/terms', (req, res) => showTerms(deps, req, res));
  router.get('/invoices/:id/terms.txt', (req, res) => sendTerms(deps, req, res));
  return router;
}

/** The texts that were accepted with the order of an invoice, as they were shown. */
async function showTerms({ db, config }: Deps, req: Request, res: Response): Promise<void> {
  const invoice = await readInvoice(db, req);
  const consent = (await findOrderConsent(db, invoice.payment_id)) ?? null;
  const { t } = formatOf(res);
  res.render('billing/consent/terms', {
    title: t('consent.termsTitle'),
    back: {
      href: `/billing/invoices/${String(invoice.id)}`,
      text: t('billing.invoiceTitle', { paper: paperOfInvoice(invoice, config), number: invoice.invoice_no }),
    },
    invoice,
    consent,
    keptHtml: consent?.terms_html ?? null,
  });
}

/** Sends exactly the bytes of the hash, so that anybody can compute it. */
async function sendTerms({ db }: Deps, req: Request, res: Response): Promise<void> {
  const invoice = await readInvoice(db, req);
  const consent = await findOrderConsent(db, invoice.payment_id);
  if (consent === undefined) throw new NotFound();
  res.type('text/plain').attachment(`${invoice.merchant_oid}-terms.txt`).send(consent.terms_text);
}

async function showInvoice({ db, config }: Deps, req: Request, res: Response): Promise<void> {
  const invoice = await readInvoice(db, req);
  const format = formatOf(res);
  const paper = paperOfInvoice(invoice, config);
  const card = await findCardFacts(db, invoice.payment_id);
  const reversals = await listReversals(db, invoice.payment_id);
  const isOperator = req.user?.role === 'operator';
  res.render('billing/invoice', {
    title: format.t('billing.invoiceTitle', { paper, number: invoice.invoice_no }),
    back: isOperator
      ? { href: `/admin?company=${String(invoice.company_id)}`, text: format.t('common.back') }
      : { href: '/billing#invoices', text: format.t('billing.backToBilling') },
    paper,
    invoice,
    card: card === undefined ? [] : cardRows(format, card),
    hasTerms: (await findAcceptedHash(db, invoice.payment_id)) !== null,
    reversals,
    amounts: receiptAmounts(invoice, format),
    facts: receiptFacts(invoice, await findLiraRate(db, invoice), format),
    head: await headOf(db, invoice),
    logAddress: logAddress(config),
    pdfUrl: `/billing/invoices/${String(invoice.id)}/receipt.pdf`,
  });
}

async function sendPdf({ db, config }: Deps, req: Request, res: Response): Promise<void> {
  const invoice = await readInvoice(db, req);
  const paper = paperOfInvoice(invoice, config);
  const rate = await findLiraRate(db, invoice);
  const card = (await findCardFacts(db, invoice.payment_id)) ?? null;
  const head = await headOf(db, invoice);
  const pdf = await writeReceiptPdf(invoice, {
    ...{ format: formatOf(res), paper, rate, card, head, logAddress: logAddress(config) },
  });
  res.type('application/pdf').attachment(`${invoice.invoice_no}.pdf`).send(pdf);
}

/** The checkpoint that the mail of the receipt ended with. */
const headOf = (db: Knex, invoice: PrintedInvoice): Promise<string | null> =>
  findHeadAt(db, { companyId: invoice.company_id, at: invoice.issued_at });

const logAddress = ({ baseUrl }: Deps['config']): string => `${baseUrl}/log`;

/** The receipt that the address names. Throws `NotFound`, also for one of another company. */
async function readInvoice(db: Knex, req: Request): Promise<PrintedInvoice> {
  const address = idAddress.safeParse(req.params);
  const found = address.success ? await findForReader(db, req, address.data.id) : undefined;
  if (found === undefined) throw new NotFound();
  return found;
}

async function findForReader(db: Knex, req: Request, id: number): Promise<PrintedInvoice | undefined> {
  const companyId = req.user?.company_id ?? null;
  if (companyId !== null) return findInvoice(db, companyId, id);
  const invoice = await findAnyInvoice(db, id);
  if (invoice !== undefined) await recordOperatorLook(db, requestContext(req), invoice.company_id);
  return invoice;
}
