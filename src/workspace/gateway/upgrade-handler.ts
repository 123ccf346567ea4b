import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { answerAndClose } from '../../web/server/answer-and-close.ts';
import { createHostReader } from '../host-name.ts';
import { wantsWebSocket } from '../host-request.ts';
import { CROWDED_SECONDS } from './host-router.ts';
import { answerHead } from './proxy-headers.ts';
import type { ProxyOutcome, RequestProxy } from './proxy-request.ts';

/** The server's way of handling requests that want to leave HTTP. */
export interface UpgradeHandler {
  /**
   * True for a WebSocket at a workspace's host. Any other upgrade is ignored, and the request is handled as a
   * plain one.
   */
  isWanted(req: IncomingMessage): boolean;
  /** Answers one that is wanted. Never rejects. */
  handle(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
}

/** Answers requests for a WebSocket at a workspace's host, on the same way as plain requests. */
export function createUpgradeHandler(
  { config, contextOf }: { config: Config; contextOf(req: IncomingMessage): RequestContext },
  requestProxy: RequestProxy,
): UpgradeHandler {
  const readHost = createHostReader(config);
  const isWanted = (req: IncomingMessage): boolean =>
    req.method === 'GET' && wantsWebSocket(req.headers) && readHost(req.headers.host).kind === 'workspace';
  const handle = async (req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    socket.on('error', () => socket.destroy());
    const host = readHost(req.headers.host);
    if (host.kind !== 'workspace') {
      refuse(socket, 404);
      return;
    }
    const context = contextOf(req);
    try {
      const outcome = await requestProxy.proxyWebSocket(context, { req, socket, head, label: host.label });
      if (outcome.kind === 'crowded') refuse(socket, 429, { 'retry-after': CROWDED_SECONDS });
      else if (outcome.kind !== 'proxied') refuse(socket, statusOf(outcome));
    } catch (error) {
      context.log.error({ err: error, requestId: context.requestId }, 'a WebSocket to a workspace failed');
      socket.destroy();
    }
  };
  return { isWanted, handle };
}

function statusOf(outcome: Exclude<ProxyOutcome, { kind: 'proxied' | 'crowded' }>): number {
  if (outcome.kind === 'away') return outcome.error.status;
  if (outcome.reason === 'away') return 503;
  return outcome.reason === 'no-pass' ? 401 : 403;
}

/** A browser's script sees only that the socket closed. */
function refuse(socket: Socket, status: number, headers: OutgoingHttpHeaders = {}): void {
  answerAndClose(socket, answerHead(status, { ...headers, connection: 'close', 'content-length': 0 }));
}
