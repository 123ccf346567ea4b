import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { formatFor } from '../web/format.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { exchangeTicket } from './exchange-ticket.ts';
import { enterUrl } from './forward-auth-router.ts';
import { readHost } from './host-name.ts';
import { hashSentToken, isHttps, passCookie } from './pass-token.ts';

/** Where a ticket is exchanged, at every workspace's host; the rest of a host belongs to its workspace. */
export const EXCHANGE_PATH = '/.youarecoder/enter';

/**
 * Whatever comes to a workspace's host rather than to the app. Mounted before everything else: no page, file or cookie of the
 * app exists there.
 */
export function createHostRouter({ db, config }: AppDeps): Router {
  const router = Router();
  router.use(async (req, res, next) => {
    const asked = readHost(req.headers.host, config);
    if (asked.kind === 'app') {
      next();
      return;
    }
    res.setHeader('cache-control', 'no-store');
    if (asked.kind === 'workspace' && req.path === EXCHANGE_PATH && req.method === 'GET') {
      await exchange(req, res, asked.label);
    } else {
      showAway(req, res, { status: 404, textKey: 'workspace.awayNobody', url: config.baseUrl });
    }
  });

  async function exchange(req: Request, res: Response, label: string): Promise<void> {
    const ticketHash = hashSentToken(req.query.ticket);
    const pass = await exchangeTicket(db, requestContext(req), { label, ticketHash });
    const url = enterUrl(config.baseUrl, label);
    if (pass === undefined) {
      showAway(req, res, { status: 403, textKey: 'workspace.awayTicket', url });
    } else {
      res.setHeader('set-cookie', passCookie(pass.token, isHttps(config)));
      res.setHeader('referrer-policy', 'no-referrer');
      res.redirect(303, '/');
    }
  }
  return router;
}

/** A page of ours at a workspace's host, whole in itself. The app's own styles and scripts are not there. */
export function showAway(
  req: Request,
  res: Response,
  page: { status: number; textKey: AwayKey; url: string },
): void {
  const format = formatFor(req.acceptsLanguages('en', 'tr') === 'tr' ? 'tr' : 'en');
  const heading = format.t(`${page.textKey}Heading` as TextKey);
  const message = format.t(page.textKey);
  res.status(page.status);
  res.setHeader('content-language', format.locale);
  res.setHeader('content-security-policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
  res.setHeader('x-content-type-options', 'nosniff');
  if (req.accepts(['html', 'json']) === 'html') {
    res.render('workspace/away', { ...format, heading, message, url: page.url });
  } else {
    res.json({ status: page.status, title: heading, detail: message });
  }
}

type AwayKey = 'workspace.awayNobody' | 'workspace.awayTicket';
