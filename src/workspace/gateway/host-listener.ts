import type { IncomingMessage, RequestListener } from 'node:http';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { createHostReader, OUR_PATH } from '../host-name.ts';
import type { ProxyOutcome, RequestProxy } from './proxy-request.ts';

/**
 * Proxies authorized requests to a workspace's host before Express sees them. A page of a workspace asks for
 * dozens of files, and Express with its log line takes three times as long.
 *
 * 1. A request that we must answer ourselves goes to the app, and `earlier` holds its outcome.
 * 2. No log line is written, since it is private what a person opens in a workspace. The metrics count the
 *    request.
 */
export function createHostListener(
  { config, metrics }: Pick<WorkspaceDeps, 'config' | 'metrics'>,
  of: {
    app: RequestListener;
    /** Null: nothing is passed on here. */
    requestProxy: RequestProxy | null;
    earlier: WeakMap<IncomingMessage, ProxyOutcome>;
    contextOf(req: IncomingMessage): RequestContext;
  },
): RequestListener {
  const { app, requestProxy, earlier, contextOf } = of;
  if (requestProxy === null) return app;
  const readHost = createHostReader(config);
  return (req, res) => {
    const host = readHost(req.headers.host);
    if (host.kind !== 'workspace' || req.url?.startsWith(OUR_PATH) === true) {
      app(req, res);
      return;
    }
    const context = contextOf(req);
    const since = performance.now();
    requestProxy.proxyRequest(context, { req, res, label: host.label }).then(
      (outcome) => {
        if (outcome.kind === 'proxied') {
          const labels = { method: req.method ?? '', route: 'workspace', status: String(res.statusCode) };
          metrics.httpRequests.observe(labels, (performance.now() - since) / 1000);
          return;
        }
        earlier.set(req, outcome);
        app(req, res);
      },
      (error: unknown) => {
        context.log.error({ err: error, requestId: context.requestId }, 'a request to a workspace failed');
        res.destroy();
      },
    );
  };
}
