import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import { withoutSecrets } from '../audit/request-context.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Recorders } from '../recorders.ts';

/** A request id from a proxy is believed only in this shape; anything else gets an id of our own. */
const REQUEST_ID = /^[\w-]{8,64}$/;

/** Gives each request an id, the time it came in, a log that bears the id, one log line and one duration. */
export function requestLog(log: Log, metrics: Metrics, recorders: Recorders): RequestHandler[] {
  return [
    pinoHttp({
      logger: log,
      genReqId: (req, res) => {
        const given = req.headers['x-request-id'];
        const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
        res.setHeader('x-request-id', id);
        return id;
      },
      customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'error' : 'info'),
      serializers: {
        req: (req: { method: string; url: string }) => ({
          method: req.method,
          path: withoutSecrets(req.url),
        }),
        res: (res: { statusCode: number }) => ({ status: res.statusCode }),
      },
      autoLogging: { ignore: (req) => /^\/(healthz$|assets\/)/.test(req.url) },
    }) as RequestHandler,
    (req, res, next) => {
      req.recorders = recorders;
      startRequest(req, res, next, metrics);
    },
  ];
}

function startRequest(req: Request, res: Response, next: NextFunction, metrics: Metrics): void {
  req.requestId = String(res.getHeader('x-request-id'));
  req.receivedAt = new Date();
  req.metrics = metrics;
  const stop = metrics.httpRequests.startTimer();
  res.once('close', () => {
    stop({ method: req.method, route: routePattern(req), status: String(res.statusCode) });
  });
  next();
}

function routePattern(req: Request): string {
  const route = req.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? req.baseUrl + route.path : 'none';
}
