import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../../log.ts';
import { answerAndClose } from './answer-and-close.ts';
import { setBodyDeadline } from './body-deadline.ts';
import { useOriginForm } from './request-target.ts';
import { unreadableAnswer, unreadableStatus } from './unreadable-request.ts';

/**
 * The head of a request must have come in whole after so long, in milliseconds; Node looks every half minute.
 */
const HEAD_MS = 60_000;

/**
 * The body of a request to the app must have come in whole after so long, in milliseconds; our largest form
 * takes seconds.
 */
const BODY_MS = 60_000;

interface HttpServerOptions {
  listener: RequestListener;
  /**
   * Absent: every upgrade is ignored, and the request is answered as what it is besides (RFC 9110, section
   * 7.8).
   */
  upgrade?: {
    isWanted(req: IncomingMessage): boolean;
    handle(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
  };
  log: Log;
  bodyMs?: number;
}

class BodyTooSlow extends Error {
  /** As Node's own error for a request that is too slow. */
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';

  constructor() {
    super('the body took too long');
    this.name = 'BodyTooSlow';
  }
}

/**
 * The server in front of the app and of the way into workspaces: reads targets in all their forms, ignores
 * upgrades that are not wanted, bounds how long a body may take, and answers what Node itself refuses.
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
      // It has been answered without its body: there is nothing left to say.
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
 * Node takes every request with an `Upgrade` header for one that leaves HTTP as soon as anybody listens for
 * upgrades, and reads no body of it. It asks the request's own property, so that is where we say which ones
 * do. From Node 24.9 on the server's option `shouldUpgradeCallback` does the same.
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
 * What reaches no router (a header of more than 16 kB, odd bytes in it, too slow a body) is in the log at
 * least.
 */
function refuseUnreadable(log: Log, error: Error, socket: Duplex): void {
  // What follows on the same connection cannot be read either, and has been answered.
  if (socket.writableEnded) return;
  const ip = 'remoteAddress' in socket ? socket.remoteAddress : null;
  const status = unreadableStatus(error);
  log.warn({ err: error, ip, status }, 'unreadable request refused');
  if (hasBegunAnswer(socket)) socket.destroy();
  else answerAndClose(socket, unreadableAnswer(status));
}

/** In the midst of an answer there is no place for another one. Node asks the same before its own answer. */
function hasBegunAnswer(socket: Duplex): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: { headersSent: boolean } | null };
  return answer?.headersSent === true;
}
