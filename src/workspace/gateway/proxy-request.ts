import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { admitRequest, type Doors } from './authorized-request.ts';
import { hostnameOf } from '../host-name.ts';
import { readHostRequest, type HostRequest } from '../host-request.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import { createCookieReader, isHttps } from '../access/workspace-cookie-token.ts';
import { TooMuchOpen, WorkspaceAway } from './workspace-proxy.ts';

/** What came of a request to a workspace's host; all but `passed` are still to be answered. */
export type ProxyOutcome =
  | { kind: 'passed' }
  | { kind: 'refused'; reason: AccessRefusal; request: HostRequest }
  | { kind: 'crowded' }
  | { kind: 'away'; error: WorkspaceAway; workspaceId: number };

/** Lets one request into a workspace and passes it on, or says why not. */
export type RequestProxy = (
  context: RequestContext,
  of: { req: IncomingMessage; res: ServerResponse; label: string },
) => Promise<ProxyOutcome>;

/** Makes it. */
export function createRequestProxy({ config, ...doors }: Doors & { config: Config }): RequestProxy {
  const readCookie = createCookieReader(isHttps(config));
  return async (context, { req, res, label }) => {
    const { hash: tokenHash, forwarded: cookie } = readCookie(req.headers.cookie);
    const hostname = hostnameOf(req.headers.host) ?? '';
    const { method = 'GET', url: path = '/' } = req;
    const request = readHostRequest(req.headers, { label, tokenHash, hostname, method, path });
    const authorization = await admitRequest(doors, context, { request, cookie });
    if (!authorization.ok) return { kind: 'refused', reason: authorization.reason, request };
    try {
      await doors.workspaceProxy.proxyRequest(req, res, authorization.authorized);
      return { kind: 'passed' };
    } catch (error) {
      if (error instanceof TooMuchOpen) return { kind: 'crowded' };
      if (!(error instanceof WorkspaceAway)) throw error;
      return { kind: 'away', error, workspaceId: authorization.authorized.workspaceId };
    }
  };
}
