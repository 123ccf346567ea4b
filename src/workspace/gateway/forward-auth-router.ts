import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { Forbidden } from '../../errors.ts';
import { createHostReader, hostnameOf } from '../host-name.ts';
import { createHostRequestReader, isNavigation, one, type HostRequest } from '../host-request.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import type { AccessCache } from '../access/access-cache.ts';

/**
 * Refusals that the app can mend when the person goes there: by a new ticket, a start, or the page that sets
 * up a second factor. Any other refusal would send the person round in a circle.
 */
export const mendable: readonly AccessRefusal[] = [
  'no-pass',
  'signed-out',
  'no-second-factor',
  'stopped',
  'away',
];

/**
 * Answers a proxy (Traefik forwardAuth, nginx auth_request, Caddy forward_auth) that asks whether a request
 * may go to a workspace: 204, 401, 403, or for a page a redirect to the app. Mounted at `/workspace` before
 * browser sessions, since a workspace cookie is no browser session.
 */
export function createForwardAuthRouter({ config }: WorkspaceDeps, accessCache: AccessCache): Router {
  const readHost = createHostReader(config);
  const readRequest = createHostRequestReader(config);
  const router = Router();
  router.get('/forward-auth', async (req, res) => {
    res.setHeader('cache-control', 'no-store');
    const original = readOriginal(req);
    const host = original === null ? null : readHost(original.host);
    if (original === null || host?.kind !== 'workspace') throw new Forbidden({ message: 'unknown host' });
    const request = readRequest(req.headers, { label: host.label, ...original });
    const context = requestContext(req);
    const decision = await accessCache.decide(context, request);
    if (!decision.allowed) {
      refuse(res, config.baseUrl, { request, reason: decision.reason, isNginx: original.isNginx });
      return;
    }
    // The proxy has no way to a port inside: only the gateway serves these hosts.
    if (decision.grant.port !== null) throw new Forbidden({ message: 'a port of a workspace' });
    accessCache.note(context, decision.session, { request, isPartlySeen: true });
    res.setHeader('x-workspace-id', String(decision.grant.workspaceId));
    res.setHeader('x-workspace-user-id', String(decision.grant.userId));
    // The cookies that the workspace may see; each of the three proxies can put them in place of the
    // browser's own.
    res.setHeader('cookie', request.forwardedCookie);
    res.status(204).end();
  });
  return router;
}

/**
 * nginx knows only 200, 401 and 403 as answers; its own configuration turns a 401 with an address into a
 * redirect.
 */
function refuse(
  res: Response,
  baseUrl: string,
  of: { request: HostRequest; reason: AccessRefusal; isNginx: boolean },
): void {
  if (!mendable.includes(of.reason)) throw new Forbidden({ message: of.reason });
  const url = enterUrl(baseUrl, of.request.label);
  if (of.isNginx) {
    res.status(401).setHeader('location', url).end();
  } else if (isNavigation(of.request)) {
    res.redirect(303, url);
  } else {
    res.status(401).end();
  }
}

/** The page of the app from which a person comes (back) into the workspace at this host. */
export function enterUrl(baseUrl: string, label: string): string {
  return `${baseUrl}/workspace/at/${label}`;
}

interface Original {
  host: string;
  method: string;
  /** With its query; empty when the proxy does not say it. */
  path: string;
  isNginx: boolean;
}

/**
 * Reads the request that the proxy asks about. Null unless a trusted proxy asks: a stranger's headers are
 * ignored. A browser can send the header that its proxy does not set, so both headers must name the same host
 * when both are there.
 */
function readOriginal(req: Request): Original | null {
  const isTrusted = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  if (!isTrusted(req.socket.remoteAddress ?? '', 0)) return null;
  const forwardedHost = one(req.headers['x-forwarded-host']);
  const url = one(req.headers['x-original-url']);
  const hosts = [forwardedHost, url === undefined ? undefined : hostOfUrl(url)].filter(
    (host) => host !== undefined,
  );
  const [host] = hosts;
  if (host === undefined || hosts.some((other) => hostnameOf(other) !== hostnameOf(host))) return null;
  const isNginx = url !== undefined;
  const method = one(req.headers[isNginx ? 'x-original-method' : 'x-forwarded-method']) ?? 'GET';
  const path = isNginx ? pathOfUrl(url) : one(req.headers['x-forwarded-uri']);
  return { host, method: method.toUpperCase(), path: path ?? '', isNginx };
}

function hostOfUrl(url: string): string {
  // Blanks of ASCII only: nginx sends the address byte for byte, and `\s` would take the byte A0 of a UTF-8
  // letter for one.
  const isPlain = !/[\t\n\v\f\r ]/.test(url) && URL.canParse(url);
  return isPlain ? new URL(url).host : '';
}

function pathOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
}
