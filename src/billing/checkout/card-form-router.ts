import type { Request, Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyUser } from '../../auth/require-user.ts';
import { formatOf } from '../../web/page-locals.ts';
import { setContentPolicy } from '../../web/security-headers.ts';
import type { Payment } from '../queries.ts';
import { cardFormOf } from './card-form.ts';

/**
 * Shows the form for a card that is kept. The card goes from the browser to the gateway and never to us.
 * `page` is what every payment page shows of its order.
 */
export async function showCardForm(
  { db, config, paytr }: AppDeps,
  req: Request,
  res: Response,
  { payment, openUntil, page }: { payment: Payment; openUntil: Date; page: Record<string, unknown> },
): Promise<void> {
  const { t } = formatOf(res);
  const { email, full_name: fullName, locale } = companyUser(req);
  const person = { email, fullName, locale };
  const form = await cardFormOf(db, { payment, person, ip: requestContext(req).ip, config, paytr });
  if (form === null) {
    const { plan, currency, merchant_oid: merchantOid } = payment;
    const title = t('billing.refusedAddressTitle');
    const order = { plan, currency, merchantOid, contact: config.seller.email };
    res.status(422).render('billing/refused', { title, text: t('billing.refusedAddressText'), ...order });
    return;
  }
  // The form leads to the gateway, whose answer leads to the bank and back.
  setContentPolicy(res, config, { formTarget: new URL(form.action).origin });
  // When the order's time is over, the page says so by itself: the gateway would still take the form.
  const refreshSeconds = Math.ceil((openUntil.getTime() - req.receivedAt.getTime()) / 1000);
  res.render('billing/stored-cards/form', { ...page, form, refreshSeconds });
}
