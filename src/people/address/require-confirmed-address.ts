import type { RequestHandler } from 'express';
import { NotSignedIn } from '../../errors.ts';
import { formatOf } from '../../web/page-locals.ts';

/**
 * Lets people pass whose address is confirmed: before something is bought, and before somebody is invited.
 * Others get a page that says why and sends the mail again. The platform's staff pass; other guards hold
 * them.
 */
export const requireConfirmedAddress: RequestHandler = (req, res, next) => {
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  if (user.company_id === null || user.email_confirmed_at !== null) {
    next();
    return;
  }
  // A page that answers a POST has no address to return to.
  if (req.method === 'POST') res.locals.currentPath = '/auth/confirm';
  res.status(403).render('people/address/required', {
    title: formatOf(res).t('address.requiredTitle'),
    email: user.email,
  });
};
