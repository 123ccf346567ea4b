import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config.ts';
import { admitRequest } from './admit-request.ts';
import { createHostReader, hostnameOf } from './host-name.ts';
import { readHostRequest } from './host-request.ts';
import type { PassRefusal } from './judge-pass.ts';
import { createPassReader, isHttps } from './pass-token.ts';
import type { WorkspaceGate } from './workspace-gate.ts';
import type { WorkspaceGateway } from './workspace-gateway.ts';

/** Answers a request that wants to become a WebSocket. Never rejects. */
export type UpgradeHandler = (req: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;

/** Lets WebSockets into workspaces, by the same decision as every other request; at any other host there are none. */
export function createUpgradeHandler(
  { config, contextOf }: { config: Config; contextOf(req: IncomingMessage): RequestContext },
  gate: WorkspaceGate,
  gateway: WorkspaceGateway | null,
): UpgradeHandler {
  const readHost = createHostReader(config);
  const readCookie = createPassReader(isHttps(config));
  return async (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    const asked = readHost(req.headers.host);
    if (asked.kind !== 'workspace' || gateway === null) {
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
      const admission = await admitRequest({ gate, gateway }, context, { request, cookie: cookie.forwarded });
      if (admission.ok) await gateway.passOnSocket(req, socket, head, admission.admitted);
      else refuse(socket, refusalStatus(admission.reason));
    } catch (error) {
      context.log.error({ err: error, requestId: context.requestId }, 'a WebSocket to a workspace failed');
      socket.destroy();
    }
  };
}

function refusalStatus(reason: PassRefusal): number {
  if (reason === 'away') return 503;
  return reason === 'no-pass' ? 401 : 403;
}

/** What a browser's script sees of it is that the socket closed. */
export function refuse(socket: Socket, status: number): void {
  if (socket.destroyed) return;
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}
