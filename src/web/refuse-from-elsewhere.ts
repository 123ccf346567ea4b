import type { Request, RequestHandler } from 'express';
import { Forbidden } from '../errors.ts';
import { formatOf } from './page-locals.ts';

/**
 * A page of a workspace can also send a HEAD with the person's cookies, without asking first (Fetch, section
 * 2.2.1).
 */
const LOOKS = ['GET', 'HEAD'];

/**
 * Refuses recorded requests (`records`) that another site, or a page inside a workspace, made the browser
 * send: they would write false evidence about a person. Source: W3C Fetch Metadata, `Sec-Fetch-Site`.
 *
 * 1. A followed link gets a page that asks.
 * 2. An image, a frame or a script gets a 403.
 * 3. Bookmarks pass, and so do browsers that do not say where a request comes from.
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
