import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import { recordOperatorLook } from '../../people/company-scope.ts';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireAdmin } from '../../auth/require-user.ts';
import { NotFound } from '../../errors.ts';
import { requireCurrentAcceptance } from '../../legal/require-acceptance.ts';
import { formatOf } from '../../web/page-locals.ts';
import { refuseFromElsewhere } from '../../web/refuse-from-elsewhere.ts';
import { findAcceptedHash, findOrderConsent } from '../consent/queries.ts';
import { findCardFacts } from '../follow-up/queries.ts';
import { idAddress } from '../input.ts';
import { priceFactsRows } from '../prices/offer-words.ts';
import { findAnyInvoice, findInvoice, type PrintedInvoice } from './queries.ts';

/**
 * Invoices, for admins of the company and for operators, who answer disputes about them. An operator's look
 * is an audit row of the company. Mounted at `/billing` before the guard that lets only people of a company
 * pass.
 */
export function createInvoiceRouter({ db }: Pick<AppDeps, 'db'>): Router {
  const router = Router();
  const ofStaff = refuseFromElsewhere((req) => req.user?.role === 'operator');
  router.get('/invoices/:id', requireAdmin, requireCurrentAcceptance(db), ofStaff, (req, res) =>
    showInvoice(db, req, res),
  );
  router.get('/invoices/:id/terms', requireAdmin, requireCurrentAcceptance(db), ofStaff, (req, res) =>
    showTerms(db, req, res),
  );
  router.get('/invoices/:id/terms.txt', requireAdmin, requireCurrentAcceptance(db), ofStaff, (req, res) =>
    sendTerms(db, req, res),
  );
  return router;
}

/** The texts that were accepted with the order of an invoice, as they were shown. */
async function showTerms(db: Knex, req: Request, res: Response): Promise<void> {
  const invoice = await invoiceOf(db, req);
  const consent = (await findOrderConsent(db, invoice.payment_id)) ?? null;
  const { t } = formatOf(res);
  res.render('billing/consent/terms', {
    title: t('consent.termsTitle', { order: invoice.merchant_oid }),
    back: {
      href: `/billing/invoices/${String(invoice.id)}`,
      text: t('billing.invoiceTitle', { number: invoice.invoice_no }),
    },
    invoice,
    consent,
    keptHtml: consent?.terms_html ?? null,
  });
}

/** Sends exactly the bytes of the hash, so that anybody can compute it. */
async function sendTerms(db: Knex, req: Request, res: Response): Promise<void> {
  const invoice = await invoiceOf(db, req);
  const consent = await findOrderConsent(db, invoice.payment_id);
  if (consent === undefined) throw new NotFound();
  res.type('text/plain').attachment(`${invoice.merchant_oid}-terms.txt`).send(consent.terms_text);
}

async function showInvoice(db: Knex, req: Request, res: Response): Promise<void> {
  const invoice = await invoiceOf(db, req);
  const format = formatOf(res);
  const { t, number } = format;
  const isOperator = req.user?.role === 'operator';
  res.render('billing/invoice', {
    title: t('billing.invoiceTitle', { number: invoice.invoice_no }),
    back: isOperator
      ? { href: `/admin?company=${String(invoice.company_id)}`, text: t('common.back') }
      : { href: '/billing#invoices', text: t('billing.backToBilling') },
    invoice,
    priceFacts: priceFactsRows(format, invoice.price_facts, invoice.plan),
    card: (await findCardFacts(db, invoice.payment_id)) ?? null,
    hasTerms: (await findAcceptedHash(db, invoice.payment_id)) !== null,
    netMinor: invoice.total_minor - invoice.tax_minor,
    surchargeMinor: Math.max(0, invoice.total_minor - invoice.amount_minor),
    taxPercent: number(Number(invoice.tax_percent), 2),
  });
}

/** The invoice that the address names, of the person's own company or, for operators, of any. */
async function invoiceOf(db: Knex, req: Request): Promise<PrintedInvoice> {
  const address = idAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const invoice = await readInvoice(db, req, address.data.id);
  if (invoice === undefined) throw new NotFound();
  return invoice;
}

async function readInvoice(db: Knex, req: Request, id: number): Promise<PrintedInvoice | undefined> {
  const companyId = req.user?.company_id ?? null;
  if (companyId !== null) return findInvoice(db, companyId, id);
  const invoice = await findAnyInvoice(db, id);
  if (invoice !== undefined) await recordOperatorLook(db, requestContext(req), invoice.company_id);
  return invoice;
}
