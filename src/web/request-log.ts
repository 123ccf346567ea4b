import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import { normaliseForwarded } from '../audit/client-address.ts';
import { withoutSecrets } from '../audit/without-secrets.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/**
 * The form of an id that a client or proxy gives its request. Such an id is kept in the log; anything else is
 * dropped.
 */
const GIVEN_ID = /^[\w-]{8,64}$/;

/**
 * Gives each request its own id, its time of arrival, a log with the id, one log line and one duration. The
 * id stands in the evidence, so nobody else may choose it.
 */
export function requestLog(log: Log, metrics: Metrics): RequestHandler[] {
  return [
    pinoHttp({
      logger: log,
      genReqId: (_req, res) => {
        const id = randomUUID();
        res.setHeader('x-request-id', id);
        return id;
      },
      customLogLevel: (_req, res, error) =>
        error || (res.statusCode >= 500 && !isExpected(res)) ? 'error' : 'info',
      customProps: (req) => {
        const given = req.headers['x-request-id'];
        return typeof given === 'string' && GIVEN_ID.test(given)
          ? { givenRequestId: withoutSecrets(given) }
          : {};
      },
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
      normaliseForwarded(req.headers);
      req.requestId = String(res.getHeader('x-request-id'));
      req.receivedAt = new Date();
      const stop = metrics.httpRequests.startTimer();
      res.once('close', () => {
        stop({ method: req.method, route: routePattern(req), status: String(res.statusCode) });
      });
      next();
    },
  ];
}

/** `res.locals.isExpected`: a status that says what is so, and about which nobody here can do anything. */
function isExpected(res: object): boolean {
  return (res as { locals?: { isExpected?: unknown } }).locals?.isExpected === true;
}

function routePattern(req: Request): string {
  const route = req.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? req.baseUrl + route.path : 'none';
}
