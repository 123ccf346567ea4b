import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { NotFound } from '../../errors.ts';
import { formatOf } from '../../web/page-locals.ts';
import { setContentPolicy } from '../../web/security-headers.ts';
import { returnQuery } from '../input.ts';
import { isOurSignature, returnPath, type ReturnKind } from './payment-links.ts';
import { paymentStage, paymentWords, type PaymentWords } from './payment-page.ts';
import { findInvoiceOfPayment } from '../invoices/queries.ts';
import { findReturnedPayment, type Payment } from '../queries.ts';

type Parts = Pick<AppDeps, 'db' | 'config'>;

/** Pause between two looks at a payment that is not decided. */
const LOOK_AGAIN_SECONDS = 5;

/** Three minutes of looking. A later notification still settles the payment, and the receipt is mailed. */
const MAX_LOOKS = 36;

/**
 * The pages to which the gateway sends the payer back, mounted at `/billing`. They may load inside the
 * gateway's frame, where the browser sends no cookies, so their address is signed and no sign-in is asked
 * for. They decide nothing: they show the payment as the database has it, and repeat nothing from the
 * address.
 */
export function createPaymentReturnRouter({ db, config }: Parts): Router {
  const router = Router();
  router.get('/payment/success', (req, res) => showReturn({ db, config }, req, res, 'success'));
  router.get('/payment/fail', (req, res) => showReturn({ db, config }, req, res, 'fail'));
  return router;
}

async function showReturn(
  { db, config }: Parts,
  req: Request,
  res: Response,
  kind: ReturnKind,
): Promise<void> {
  setContentPolicy(res, config, { framedBySelf: true });
  res.setHeader('cache-control', 'no-store');
  // The layout writes the current path into its forms. The address is used only once its signature is known
  // to be ours.
  res.locals.currentPath = '/';
  const query = returnQuery.safeParse(req.query);
  if (!query.success || !isOurSignature(config, query.data.order, query.data.sig)) throw new NotFound();
  const payment = await findReturnedPayment(db, query.data.order);
  if (payment === undefined) throw new NotFound();
  const looks = query.data.n;
  const words = await findWords({ db, config }, req, res, payment, looks);
  res.locals.currentPath = returnPath(config, kind, payment.merchant_oid);
  res.render('billing/return', {
    title: words.heading,
    payment,
    words,
    ...(payment.status === 'pending' && looks < MAX_LOOKS
      ? { refreshSeconds: refreshTo(returnPath(config, kind, payment.merchant_oid, looks + 1)) }
      : {}),
  });
}

/** A refresh that counts itself, so that a forgotten tab stops asking. */
function refreshTo(path: string): string {
  return `${String(LOOK_AGAIN_SECONDS)}; url=${path}`;
}

async function findWords(
  { db, config }: Parts,
  req: Request,
  res: Response,
  payment: Payment,
  looks: number,
): Promise<PaymentWords> {
  const format = formatOf(res);
  const stage = paymentStage(payment, req.receivedAt, config);
  if (payment.status !== 'pending' && stage !== 'opening' && stage !== 'open') {
    const invoice = await findInvoiceOfPayment(db, payment.company_id, payment.id);
    return paymentWords(format, payment, stage, invoice?.period_end ?? null);
  }
  const isLong = looks >= MAX_LOOKS;
  return {
    look: 'pending',
    heading: format.t(isLong ? 'billing.pendingLongTitle' : 'billing.pendingTitle'),
    text: format.t(isLong ? 'billing.pendingLongText' : 'billing.pendingText'),
    canTryAgain: false,
  };
}
