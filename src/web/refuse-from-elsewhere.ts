import type { Request, RequestHandler } from 'express';
import { Forbidden } from '../errors.ts';
import { formatOf } from './page-locals.ts';

/**
 * A page of a workspace can send a HEAD with the person's cookies as well: it asks for nothing first (Fetch,
 * section 2.2.1).
 */
const LOOKS = ['GET', 'HEAD'];

/**
 * Keeps other sites, and pages inside workspaces, from writing a person's evidence: a request that only
 * looks, but is recorded (`records`), is not carried out when another site made the browser send it. A link
 * that was followed gets a page that asks; an image, a frame or a script gets a 403. Browsers that say
 * nothing of where a request comes from pass, as do bookmarks. Source: W3C Fetch Metadata, `Sec-Fetch-Site`.
 */
export function refuseFromElsewhere(records: (req: Request) => boolean): RequestHandler {
  return (req, res, next) => {
    if (!LOOKS.includes(req.method) || !isFromElsewhere(req) || !records(req)) {
      next();
      return;
    }
    if (req.get('sec-fetch-mode') !== 'navigate' || req.get('sec-fetch-dest') !== 'document')
      throw new Forbidden({ message: 'another site asked for what is recorded' });
    const { t } = formatOf(res);
    res.render('errors/from-elsewhere', {
      title: t('errors.fromElsewhereHeading'),
      address: req.originalUrl,
    });
  };
}

function isFromElsewhere(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
