import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses our stylesheets, scripts and pages for browsers that accept it.
 *
 * 1. A page stays uncompressed when a stranger may have chosen a part of it, by a link or a form: an address
 *    with a query, a method other than GET, a status other than 200. The size of a compressed page tells
 *    whether the chosen part stands elsewhere in it, and so reveals the form's token letter by letter to
 *    anybody who sees the connection (BREACH, https://breachattack.com).
 * 2. Downloads compress themselves (send-download.ts), and a workspace's answers never come here.
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
    // The compressor adds a listener to each answer. A download already has the ten that Node takes for
    // normal.
    res.setMaxListeners(res.getMaxListeners() + 1);
    compress(req, res, next);
  };
}
