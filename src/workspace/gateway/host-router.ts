import type { IncomingMessage } from 'node:http';
import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatFor } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { enterHost } from '../entry/enter-host.ts';
import { enterUrl, mendable } from './forward-auth-router.ts';
import { createHostAssets, type HostAssets } from './host-assets.ts';
import { createHostReader, ENTER_PATH } from '../host-name.ts';
import { isNavigation, isPrefetch, type HostRequest } from '../host-request.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import type { ProxyOutcome, RequestProxy } from './proxy-request.ts';

/** A page that waits for a program to start is loaded again after so long, in seconds. */
const AGAIN_SECONDS = 3;

/** Somebody who has too much open may try again after so long, in seconds. */
export const CROWDED_SECONDS = '10';

/**
 * Answers every request to a workspace's host. Mounted before everything else, so that no page, file or
 * cookie of the app exists at such a host. `earlier` holds the outcome of a request that was handled before
 * Express saw it.
 */
export function createHostRouter(
  deps: WorkspaceDeps,
  requestProxy: RequestProxy | null,
  earlier: WeakMap<IncomingMessage, ProxyOutcome> = new WeakMap(),
): Router {
  const { config } = deps;
  const readHost = createHostReader(config);
  const assets = createHostAssets();
  const router = Router();
  router.use(async (req, res, next) => {
    const host = readHost(req.headers.host);
    if (host.kind === 'app') {
      next();
      return;
    }
    res.locals.hostAssets = assets;
    if (isAsset(req, res, assets)) return;
    if (host.kind === 'workspace' && req.path === ENTER_PATH && req.method === 'GET') {
      await enter(deps, req, res, host.label);
    } else if (host.kind === 'workspace' && requestProxy !== null) {
      const outcome =
        earlier.get(req) ??
        (await requestProxy.proxyRequest(requestContext(req), { req, res, label: host.label }));
      settle(req, res, { outcome, url: enterUrl(config.baseUrl, host.label) });
    } else if (host.kind === 'workspace') {
      // Workspaces run elsewhere, or not at all. All hosts get the same answer, so the answer reveals nothing
      // about any of them.
      showAway(req, res, { status: 503, textKey: 'workspace.awayStopped', url: config.baseUrl });
    } else {
      showAway(req, res, { status: 404, textKey: 'workspace.awayNobody', url: config.baseUrl });
    }
  });
  return router;
}

async function enter(
  { db, config }: WorkspaceDeps,
  req: Request,
  res: Response,
  label: string,
): Promise<void> {
  res.setHeader('cache-control', 'no-store');
  res.setHeader('referrer-policy', 'no-referrer');
  const { entry, ticket } = req.query;
  const { cookie } = req.headers;
  const step = isPrefetch(req.headers)
    ? undefined
    : await enterHost(db, requestContext(req), { config, label, entry, ticket, cookie });
  if (step === undefined) {
    const url = enterUrl(config.baseUrl, label);
    showAway(req, res, { status: 403, textKey: 'workspace.awayTicket', url });
  } else {
    res.setHeader('set-cookie', step.cookies);
    res.redirect(303, step.location);
  }
}

/** Answers what was not passed on. */
function settle(req: Request, res: Response, { outcome, url }: { outcome: ProxyOutcome; url: string }): void {
  if (outcome.kind === 'refused') refuse(req, res, { ...outcome, url });
  else if (outcome.kind === 'away') {
    const { error, workspaceId } = outcome;
    if (error.closedPort === null)
      requestContext(req).log.warn({ err: error, workspaceId }, 'a workspace did not answer');
    if (res.headersSent || res.destroyed) res.destroy();
    else if (error.closedPort !== null) {
      res.locals.isExpected = true;
      res.setHeader('retry-after', String(AGAIN_SECONDS));
      const again = req.method === 'GET' && req.accepts(['html', 'json']) === 'html';
      const port = String(error.closedPort);
      showAway(req, res, { status: 502, textKey: 'workspace.awayPort', url, again, port });
    } else {
      const textKey = error.status === 408 ? 'workspace.awayStalled' : 'workspace.awayBroken';
      showAway(req, res, { status: error.status, textKey, url });
    }
  } else if (outcome.kind === 'crowded') {
    res.setHeader('retry-after', CROWDED_SECONDS);
    showAway(req, res, { status: 429, textKey: 'workspace.awayCrowded', url });
  }
}

function refuse(
  req: Request,
  res: Response,
  { request, reason, url }: { request: HostRequest; reason: AccessRefusal; url: string },
): void {
  const isMendable = mendable.includes(reason);
  res.setHeader('cache-control', 'no-store');
  // No 503: that is for the log a fault that somebody must see to.
  if (reason === 'stopped') showAway(req, res, { status: 409, textKey: 'workspace.awayStopped', url });
  else if (reason === 'away') {
    res.setHeader('retry-after', String(AGAIN_SECONDS));
    showAway(req, res, { status: 503, textKey: 'workspace.awayStarting', url, again: isNavigation(request) });
  } else if (isMendable && isNavigation(request)) res.redirect(303, url);
  else if (reason === 'no-second-factor')
    showAway(req, res, { status: 403, textKey: 'workspace.awayFactor', url });
  else if (isMendable) showAway(req, res, { status: 401, textKey: 'workspace.awaySignIn', url });
  else if (reason === 'unknown-host')
    showAway(req, res, { status: 404, textKey: 'workspace.awayNobody', url });
  else showAway(req, res, { status: 403, textKey: 'workspace.awayRefused', url });
}

/** True when one of our files was asked for, and answered. */
function isAsset(req: Request, res: Response, assets: HostAssets): boolean {
  const file = req.method === 'GET' || req.method === 'HEAD' ? assets.find(req.path) : undefined;
  if (file === undefined) return false;
  res.setHeader('cache-control', 'public, max-age=31536000, immutable');
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('cross-origin-resource-policy', 'same-origin');
  res.setHeader('content-type', file.type);
  res.send(file.body);
  return true;
}

/** Shows one of our own pages at a workspace's host. The page has our style and logo, and no script. */
function showAway(
  req: Request,
  res: Response,
  page: { status: number; textKey: AwayKey; url: string; again?: boolean; port?: string },
): void {
  const format = formatFor(req.acceptsLanguages('en', 'tr') === 'tr' ? 'tr' : 'en');
  const { port = '' } = page;
  const heading = format.t(`${page.textKey}Heading` as TextKey, { port });
  const message = format.t(page.textKey, { port });
  res.status(page.status);
  res.setHeader('cache-control', 'no-store');
  res.setHeader('content-language', format.locale);
  res.setHeader('content-security-policy', AWAY_POLICY);
  res.setHeader('referrer-policy', 'no-referrer');
  res.setHeader('x-content-type-options', 'nosniff');
  if (req.accepts(['html', 'json']) === 'html') {
    const { styleUrl, logoUrl } = res.locals.hostAssets as HostAssets;
    const refreshSeconds = page.again === true ? AGAIN_SECONDS : null;
    const { url } = page;
    const shownStatus = notAtFault.includes(page.textKey) ? null : page.status;
    res.render('workspace/entry/away', {
      ...{ ...format, shownStatus, heading, message, url, styleUrl, logoUrl, refreshSeconds },
    });
  } else {
    res.json({ status: page.status, title: heading, detail: message });
  }
}

type AwayKey =
  `workspace.away${'Nobody' | 'Ticket' | 'SignIn' | 'Refused' | 'Factor' | 'Stopped' | 'Starting' | 'Broken' | 'Port' | 'Stalled' | 'Crowded'}`;

/** Nothing went wrong here: a number above the heading would only frighten. */
const notAtFault: readonly AwayKey[] = [
  'workspace.awayStarting',
  'workspace.awayStopped',
  'workspace.awayPort',
];

const AWAY_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
