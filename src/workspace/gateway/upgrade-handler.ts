import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { answerAndClose } from '../../web/server/answer-and-close.ts';
import { admitRequest } from './authorized-request.ts';
import { createHostReader, hostnameOf } from '../host-name.ts';
import { asksForWebSocket, readHostRequest } from '../host-request.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import { createCookieReader, isHttps } from '../access/workspace-cookie-token.ts';
import { answerHead } from './proxy-headers.ts';
import type { AccessCache } from '../access/access-cache.ts';
import { TooMuchOpen, WorkspaceAway, type WorkspaceProxy } from './workspace-proxy.ts';

/** What the server does with a request that would like to leave HTTP. */
export interface UpgradeHandler {
  /**
   * True for a WebSocket at a workspace's host; whatever else is asked for is ignored, and the request is a
   * plain one.
   */
  isWanted(req: IncomingMessage): boolean;
  /** Answers one that is wanted. Never rejects. */
  handle(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
}

/** Lets WebSockets into workspaces, by the same decision as every other request. */
export function createUpgradeHandler(
  { config, contextOf }: { config: Config; contextOf(req: IncomingMessage): RequestContext },
  accessCache: AccessCache,
  workspaceProxy: WorkspaceProxy,
): UpgradeHandler {
  const readHost = createHostReader(config);
  const readCookie = createCookieReader(isHttps(config));
  const isWanted = (req: IncomingMessage): boolean =>
    req.method === 'GET' && asksForWebSocket(req.headers) && readHost(req.headers.host).kind === 'workspace';
  const handle = async (req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    socket.on('error', () => socket.destroy());
    const asked = readHost(req.headers.host);
    if (asked.kind !== 'workspace') {
      refuse(socket, 404);
      return;
    }
    const context = contextOf(req);
    try {
      const cookie = readCookie(req.headers.cookie);
      const request = readHostRequest(req.headers, {
        label: asked.label,
        tokenHash: cookie.hash,
        hostname: hostnameOf(req.headers.host) ?? '',
        method: req.method ?? 'GET',
        path: req.url ?? '',
      });
      const authorization = await admitRequest({ accessCache, workspaceProxy }, context, {
        request,
        cookie: cookie.forwarded,
      });
      if (authorization.ok) await workspaceProxy.proxyWebSocket(req, socket, head, authorization.authorized);
      else refuse(socket, refusalStatus(authorization.reason));
    } catch (error) {
      if (error instanceof TooMuchOpen) refuse(socket, 429);
      else if (error instanceof WorkspaceAway) refuse(socket, error.status);
      if (error instanceof TooMuchOpen || error instanceof WorkspaceAway) return;
      context.log.error({ err: error, requestId: context.requestId }, 'a WebSocket to a workspace failed');
      socket.destroy();
    }
  };
  return { isWanted, handle };
}

function refusalStatus(reason: AccessRefusal): number {
  if (reason === 'away') return 503;
  return reason === 'no-pass' ? 401 : 403;
}

/** What a browser's script sees of it is that the socket closed. */
function refuse(socket: Socket, status: number): void {
  answerAndClose(socket, answerHead(status, { connection: 'close', 'content-length': 0 }));
}
