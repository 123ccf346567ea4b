import type { RequestHandler } from 'express';
import type { SignedInUser } from '../../auth/require-user.ts';
import { NotSignedIn } from '../../errors.ts';
import { formatOf } from '../../web/page-locals.ts';

/** True when the address is surely this person's: confirmed, or given to the staff from the command line. */
export function hasOwnAddress({
  company_id,
  email_confirmed_at,
}: Pick<SignedInUser, 'company_id' | 'email_confirmed_at'>): boolean {
  return company_id === null || email_confirmed_at !== null;
}

/**
 * Lets people pass whose address is confirmed: before something is bought, and before somebody is invited.
 * Others get a page that says why and sends the mail again. The platform's staff pass; other guards hold
 * them.
 */
export const requireConfirmedAddress: RequestHandler = (req, res, next) => {
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  if (hasOwnAddress(user)) {
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
