import type { Config } from '../config/config.ts';
import { hostnameOf } from './host-name.ts';
import { createCookieReader, isHttps } from './workspace-cookie.ts';

/** A request to a workspace's host, read the same way for the proxy, for WebSockets and for forward-auth. */
export interface HostRequest {
  label: string;
  /** SHA-256 of the token in the workspace cookie; null when there is none. */
  tokenHash: string | null;
  /** The cookies that the workspace may see: all but ours. */
  forwardedCookie: string;
  /** The name in its address, in lower case and without port. */
  hostname: string;
  method: string;
  /** The path of the request, without its query. */
  path: string;
  /** True for a request to open a WebSocket. */
  isUpgrade: boolean;
  origin: string | undefined;
  fetchSite: string | undefined;
  fetchMode: string | undefined;
  fetchDest: string | undefined;
  accept: string | undefined;
  /** A page that the browser says a person asked for, by a click or in the address bar. */
  isPersonal: boolean;
  /**
   * The length of the body. Undefined for a request without a body, for a body in pieces, and where the proxy
   * that asks does not report the length.
   */
  contentLength: string | undefined;
}

/** Headers as Node gives them. */
type Headers = Record<string, string | string[] | undefined>;

/** The target of a request. Behind another proxy the host and the path are those that the proxy reports. */
interface Target {
  label: string;
  host: string | undefined;
  method: string;
  /** With or without its query. */
  path: string;
}

/** Creates the one reader of requests to workspaces' hosts. The headers are those of the browser. */
export function createHostRequestReader(
  config: Pick<Config, 'baseUrl'>,
): (headers: Headers, target: Target) => HostRequest {
  const readCookie = createCookieReader(isHttps(config));
  return (headers, { label, host, method, path }) => {
    const cookie = readCookie(one(headers.cookie));
    const query = path.indexOf('?');
    // Every field is written out: a spread would cost most of this function's time, and the function runs for
    // each request.
    return {
      label,
      tokenHash: cookie.hash,
      forwardedCookie: cookie.forwarded,
      hostname: hostnameOf(host) ?? '',
      method,
      path: query === -1 ? path : path.slice(0, query),
      isUpgrade: wantsWebSocket(headers),
      origin: one(headers.origin),
      fetchSite: one(headers['sec-fetch-site']),
      fetchMode: one(headers['sec-fetch-mode']),
      fetchDest: one(headers['sec-fetch-dest']),
      accept: one(headers.accept),
      isPersonal: one(headers['sec-fetch-user']) === '?1',
      contentLength: one(headers['content-length']),
    };
  };
}

/** True when the browser offers to change to WebSocket (RFC 9110, section 7.8). */
export function wantsWebSocket({ upgrade }: Headers): boolean {
  return upgrade !== undefined && /^(.*,)?[ \t]*websocket[ \t]*(,.*)?$/i.test(one(upgrade) ?? '');
}

/** The value of a header; several values are joined, so that they equal no expected one. */
export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * True when another site's page is behind the request. SameSite alone does not separate two workspaces: they
 * are of one site, and a page in one of them may open sockets to its neighbour with the neighbour's cookie. A
 * followed link is allowed, but not into a frame, since the outer page could then cover what a person clicks.
 */
export function isCrossSite(request: HostRequest): boolean {
  const { fetchSite, fetchMode, fetchDest = 'document', origin, method, isUpgrade, hostname } = request;
  const isPage = fetchMode === 'navigate' && fetchDest === 'document';
  const isLink = isPage && !isUpgrade && ['GET', 'HEAD'].includes(method);
  if (fetchSite === 'same-site' || fetchSite === 'cross-site') return !isLink;
  if (fetchSite === 'same-origin' || origin === undefined) return false;
  return !URL.canParse(origin) || hostnameOf(new URL(origin).host) !== hostname;
}

/** True for a page that a person looks at, so that a redirect leads somewhere. */
export function isNavigation({ method, isUpgrade, fetchMode, accept }: HostRequest): boolean {
  if (isUpgrade || method !== 'GET') return false;
  return fetchMode === undefined ? (accept ?? '').includes('text/html') : fetchMode === 'navigate';
}

/**
 * True for a request that a browser makes before anybody wants it; such a request must use up nothing.
 * Source: Fetch, section 3.7, `Sec-Purpose`; older browsers send `Purpose`.
 */
export function isPrefetch(headers: Headers): boolean {
  return /\bprefetch\b/i.test(`${one(headers['sec-purpose']) ?? ''} ${one(headers.purpose) ?? ''}`);
}
