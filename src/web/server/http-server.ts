import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../../log.ts';
import { answerAndClose } from './answer-and-close.ts';
import { setBodyDeadline } from './body-deadline.ts';
import { useOriginForm } from './request-target.ts';
import { unreadableAnswer, unreadableStatus } from './unreadable-request.ts';

/** The head of a request must be complete after so long, in milliseconds. Node checks every half minute. */
const HEAD_MS = 60_000;

/**
 * The body of a request to the app must be complete after so long, in milliseconds. Our largest form takes
 * seconds.
 */
const BODY_MS = 60_000;

interface HttpServerOptions {
  listener: RequestListener;
  /** Absent: every upgrade is ignored, and the request is answered like any other (RFC 9110, section 7.8). */
  upgrade?: {
    isWanted(req: IncomingMessage): boolean;
    handle(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
  };
  log: Log;
  bodyMs?: number;
}

class BodyTooSlow extends Error {
  /** The code of Node's own error for a request that is too slow. */
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';

  constructor() {
    super('the body took too long');
    this.name = 'BodyTooSlow';
  }
}

/**
 * The server in front of the app and of the way into workspaces. The server reads targets in all their forms,
 * ignores unwanted upgrades, bounds how long a body may take, and answers requests that Node itself refuses.
 */
export function createHttpServer({ listener, upgrade, log, bodyMs = BODY_MS }: HttpServerOptions): Server {
  const refuse = (error: Error, socket: Duplex): void => {
    refuseUnreadable(log, error, socket);
  };
  const isWanted = (req: IncomingMessage): boolean =>
    upgrade !== undefined && useOriginForm(req) && upgrade.isWanted(req);
  const server = createServer({ IncomingMessage: requestClass(isWanted) }, (req, res) => {
    if (!useOriginForm(req)) {
      refuse(new Error('a target that names nothing here'), req.socket);
      return;
    }
    setBodyDeadline(req, bodyMs, () => {
      // The request was answered before its body was complete: no further answer is due.
      if (res.writableEnded) req.destroy();
      else refuse(new BodyTooSlow(), req.socket);
    });
    listener(req, res);
  });
  server.headersTimeout = HEAD_MS;
  server.requestTimeout = 0;
  server.on('clientError', refuse);
  if (upgrade !== undefined)
    server.on('upgrade', (req, socket: Socket, head) => void upgrade.handle(req, socket, head));
  return server;
}

/**
 * As soon as anybody listens for upgrades, Node takes every request with an `Upgrade` header for one that
 * leaves HTTP, and does not read its body. Node asks a property of the request, so this class overrides it.
 * From Node 24.9 on the server's option `shouldUpgradeCallback` does the same.
 */
function requestClass(isWanted: (req: IncomingMessage) => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    declare asksForUpgrade: boolean | null;

    get upgrade(): boolean {
      return this.asksForUpgrade === true && (this.method === 'CONNECT' || isWanted(this));
    }

    set upgrade(asks: boolean | null) {
      this.asksForUpgrade = asks;
    }
  };
}

/**
 * Requests that reach no router (a header of more than 16 kB, odd bytes in it, too slow a body) are at least
 * logged.
 */
function refuseUnreadable(log: Log, error: Error, socket: Duplex): void {
  // The rest of the connection cannot be read either, and the answer has been sent.
  if (socket.writableEnded) return;
  const ip = 'remoteAddress' in socket ? socket.remoteAddress : null;
  const status = unreadableStatus(error);
  log.warn({ err: error, ip, status }, 'unreadable request refused');
  if (hasBegunAnswer(socket)) socket.destroy();
  else answerAndClose(socket, unreadableAnswer(status));
}

/**
 * A second answer cannot begin in the middle of the first. Node makes the same check before its own answer.
 */
function hasBegunAnswer(socket: Duplex): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: { headersSent: boolean } | null };
  return answer?.headersSent === true;
}
