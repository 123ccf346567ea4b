import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses text for a reader that takes it: our stylesheets and scripts, and pages.
 *
 * A page is sent as it is where somebody else may have chosen a part of it, by a link or a form: the size of
 * a compressed page tells whoever can see the connection whether that part stands in the page already, and
 * so, letter by letter, the form's token or another secret (BREACH, https://breachattack.com). That is every
 * answer to an address with a query, to another method than GET, and with another status than 200. Downloads
 * compress themselves (send-download.ts); a workspace's answers never come here.
 */
export function compressText(): RequestHandler {
  const compress = compression({
    filter: (req, res) =>
      ['GET', 'HEAD'].includes(req.method) &&
      res.statusCode === 200 &&
      !req.originalUrl.includes('?') &&
      res.getHeader('content-disposition') === undefined &&
      compression.filter(req, res),
  });
  return (req, res, next) => {
    // It listens once to the end of each answer; a download has the ten that Node takes for normal.
    res.setMaxListeners(res.getMaxListeners() + 1);
    compress(req, res, next);
  };
}
