import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Express, Request } from 'express';
import type { Log } from '../log.ts';
import { boundedText } from '../storable-text.ts';
import { normaliseAddress, normaliseForwarded } from './client-address.ts';
import { withoutSecrets } from './without-secrets.ts';

export const actorTypes = ['user', 'operator', 'gateway', 'system', 'anonymous'] as const;
export type ActorType = (typeof actorTypes)[number];

/** The request as operations and recorders know it: who acts, from where and when. */
export interface RequestContext {
  requestId: string;
  actorType: ActorType;
  /** The signed-in person; null for strangers, jobs and the gateway. */
  userId: number | null;
  /** That person's company; null for operators and strangers. */
  companyId: number | null;
  /** The client's address, IPv4-mapped IPv6 as IPv4; null when there is none or it cannot be read. */
  ip: string | null;
  /** The address as it was received, when it could not be read. */
  rawIp: string | null;
  userAgent: string | null;
  method: string | null;
  /** Without the query, and without secrets that stand in a path. */
  path: string | null;
  /** SHA-256 of the browser session's id; null outside a browser. */
  browserSessionHash: string | null;
  /** When the request came in; operations never read the clock. */
  at: Date;
  log: Log;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express merges its request type through this namespace
  namespace Express {
    interface Request {
      /** Set by web/request-log.ts, like `receivedAt`. */
      requestId: string;
      receivedAt: Date;
      /** Set by web/browser-session.ts: SHA-256 of the session id. */
      browserSessionHash?: string;
    }
    interface User {
      id: number;
      company_id: number | null;
      role: 'member' | 'admin' | 'operator';
    }
  }
}

/** Longest user agent that tables keep, in characters. An audit row keeps the hash of a longer one. */
const USER_AGENT_MAX = 1024;

/** The user agent as tables keep it; null when there was none. */
export function keptUserAgent({ userAgent }: Pick<RequestContext, 'userAgent'>): string | null {
  return userAgent === null ? null : boundedText(userAgent, USER_AGENT_MAX);
}

/**
 * The adapter from Express. Reads the signed-in person at the time of the call, so call it after the guards.
 */
export function requestContext(req: Request): RequestContext {
  const user = req.user ?? null;
  const given = clientAddress(req);
  const ip = normaliseAddress(given);
  return {
    requestId: req.requestId,
    actorType: user === null ? 'anonymous' : user.role === 'operator' ? 'operator' : 'user',
    userId: user?.id ?? null,
    companyId: user?.company_id ?? null,
    ip,
    rawIp: ip === null ? (given ?? null) : null,
    userAgent: req.get('user-agent') ?? null,
    method: req.method,
    path: withoutSecrets(req.originalUrl),
    browserSessionHash: req.browserSessionHash ?? null,
    at: req.receivedAt,
    log: req.log,
  };
}

/**
 * `req.ip` is the right-most address of X-Forwarded-For that no trusted proxy wrote (Express, `trust proxy`).
 * A trusted proxy that sends only X-Real-IP is believed too; a stranger's header never is.
 */
function clientAddress(req: Request): string | undefined {
  const realIp = req.get('x-real-ip');
  if (realIp === undefined || req.get('x-forwarded-for') !== undefined) return req.ip;
  const isTrusted = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return isTrusted(req.socket.remoteAddress ?? '', 0) ? realIp : req.ip;
}

/**
 * The context of a request that passes no middleware: thousands a second go to workspaces. The request object
 * stays unchanged, since with the prototype that Express sets, Node handles it more slowly from then on.
 */
export function unroutedContext(app: Express, req: IncomingMessage, log: Log): RequestContext {
  const { headers, socket, method, url } = req;
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['x-real-ip'] !== undefined;
  if (isForwarded) normaliseForwarded(headers);
  const given = isForwarded ? clientAddress(asRouted(app, req)) : socket.remoteAddress;
  const ip = normaliseAddress(given);
  return {
    requestId: randomUUID(),
    actorType: 'anonymous',
    userId: null,
    companyId: null,
    ip,
    rawIp: ip === null ? (given ?? null) : null,
    userAgent: headers['user-agent'] ?? null,
    method: method ?? null,
    path: withoutSecrets(url ?? '/'),
    browserSessionHash: null,
    at: new Date(),
    log,
  };
}

/** A copy of the request with the methods of Express, which reads the address from it. */
function asRouted(app: Express, { headers, socket }: IncomingMessage): Request {
  return Object.assign(Object.create(app.request) as Request, { headers, socket });
}

/** The context of work that no request asked for: jobs, the command line. The actor is the system. */
export function systemContext(options: { name: string; at: Date; log: Log }): RequestContext {
  return {
    requestId: `${options.name}-${options.at.getTime().toString(36)}`,
    actorType: 'system',
    userId: null,
    companyId: null,
    ip: null,
    rawIp: null,
    userAgent: null,
    method: null,
    path: null,
    browserSessionHash: null,
    at: options.at,
    log: options.log,
  };
}
