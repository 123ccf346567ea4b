import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import ejs from 'ejs';
import express, { type Express, type Request } from 'express';
import type { Knex } from 'knex';
import { createAccountRouter } from './account/router.ts';
import { createAdminRouter } from './admin/router.ts';
import { createNoticesRouter } from './alerts/notices/notices-router.ts';
import { createReportRouter } from './alerts/report/report-router.ts';
import { createSessionPlaceRouter } from './alerts/watch/session-place-router.ts';
import { createSchemaRouter } from './evidence/schemas/schema-router.ts';
import { createApiRouter } from './api/router.ts';
import type { WorkspaceDeps } from './workspace/workspace-deps.ts';
import { unroutedContext, type RequestContext } from './audit/request-context.ts';
import { createPassport } from './auth/passport.ts';
import { createEnrolmentRouter } from './auth/enrolment/router.ts';
import { requireSecondFactor } from './auth/enrolment/require-second-factor.ts';
import { requireCompanyUser } from './auth/require-user.ts';
import { createAuthRouter } from './auth/router.ts';
import { createAttemptLimits } from './auth/attempt-limits.ts';
import { createCredentialsRouter } from './credentials/router.ts';
import { createLocaleRouter } from './people/locale-router.ts';
import { createChangeRouter } from './people/address/change-router.ts';
import { createPeopleRouter } from './people/router.ts';
import { noteUnreadableSignIn } from './auth/sign-in-router.ts';
import { FILE_BYTES_MAX } from './billing/legal-invoices/add-legal-invoice-file.ts';
import { createPaytrCallbackRouter } from './billing/settlement/callback-router.ts';
import { createInvoiceRouter } from './billing/invoices/router.ts';
import { createReversalRouter } from './billing/reversals/router.ts';
import { createPaymentReturnRouter } from './billing/checkout/return-router.ts';
import { createBillingRouter } from './billing/router.ts';
import { subscriptionState, type SubscriptionState } from './billing/subscription-state.ts';
import { createStatementAnswersRouter } from './disputes/statements/answers-router.ts';
import { createHealthRouter } from './health/router.ts';
import { createHomeRouter } from './home/router.ts';
import { requireCurrentAcceptance } from './legal/require-acceptance.ts';
import { createPrivacyRouter } from './privacy/router.ts';
import { createLegalRouter } from './legal/router.ts';
import { createLogRouter } from './transparency/heads/public/log-router.ts';
import { createTilesRouter } from './transparency/heads/public/tiles-router.ts';
import { createVerifyRouter } from './transparency/verifier/verify-router.ts';
import { createAssets } from './web/assets.ts';
import { createBrowserSessions } from './web/sessions/browser-session.ts';
import { compressText } from './web/compress-text.ts';
import { csrfProtection, giveFormToken } from './web/csrf.ts';
import { errorPages, notFound } from './web/error-pages.ts';
import { limitInFlight } from './web/server/in-flight-limit.ts';
import { noStore, noStoreWhenSignedIn } from './web/no-store.ts';
import { basicLocals, pageLocals } from './web/page-locals.ts';
import { readUpload } from './web/server/read-upload.ts';
import { requestLog } from './web/request-log.ts';
import { serverOptions } from './web/server/request-target.ts';
import { securityHeaders } from './web/security-headers.ts';
import { createActivityRouter, createNotingRouter } from './workspace/sessions/activity-router.ts';
import { accessRules } from './workspace/access-rules.ts';
import { createForwardAuthRouter } from './workspace/gateway/forward-auth-router.ts';
import { createUpgradeHandler, type UpgradeHandler } from './workspace/gateway/upgrade-handler.ts';
import { createHostListener } from './workspace/gateway/host-listener.ts';
import { createHostRouter } from './workspace/gateway/host-router.ts';
import { RequestProxy, type ProxyOutcome } from './workspace/gateway/proxy-request.ts';
import { HumanActivity } from './workspace/activity/human-activity.ts';
import { createWorkspaceRouter } from './workspace/router.ts';
import { AccessCache } from './workspace/access/access-cache.ts';
import { WorkspaceProxy } from './workspace/gateway/workspace-proxy.ts';

/** Our forms are far smaller. The gateway's notification has a bound of its own. */
const FORM_LIMIT = '64kb';

const views = join(import.meta.dirname, '../views');

/**
 * The whole application: middleware and routers in the order a request meets them. Browser sessions have
 * `sessionsDb` for themselves: requests that fill the pool of `deps` may wait for them.
 */
export function createApp(
  deps: WorkspaceDeps,
  sessionsDb: Knex,
): {
  app: Express;
  /** For the server: the app behind the way into workspaces. */
  listener: RequestListener;
  /** For the server's upgrades. Undefined where workspaces have no address. */
  upgrade: UpgradeHandler | undefined;
  /**
   * Cuts connections that would keep the server from closing: WebSockets, or workspaces' answers as well.
   */
  cut(what: 'sockets' | 'answers'): void;
} {
  const { config, db, log, metrics } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.engine('ejs', renderView);
  app.set('views', views);
  app.set('view engine', 'ejs');
  if (config.production) app.enable('view cache');

  const assets = createAssets(join(views, 'assets'));
  const passport = createPassport(deps);
  const limits = createAttemptLimits(db);
  const humanActivity = new HumanActivity();
  const accessCache = new AccessCache(db, accessRules(deps), humanActivity);
  const workspaceProxy = createWorkspaceProxy(deps, { humanActivity, accessCache });
  const requestProxy =
    workspaceProxy === null ? null : new RequestProxy({ config, accessCache, workspaceProxy });
  const earlier = new WeakMap<IncomingMessage, ProxyOutcome>();
  const contextOf = (req: IncomingMessage): RequestContext => unroutedContext(app, req, log);

  app.use(requestLog(log, metrics));
  app.use(createHostRouter(deps, requestProxy, earlier));
  app.use(serverOptions);
  app.use(securityHeaders(config));
  app.use(basicLocals(assets));
  app.use(compressText());
  assets.mount(app);
  // The gateway and a probe have no browser session, and must not be refused by CSRF or a form limit.
  app.use(createHealthRouter(deps));
  app.use(createSchemaRouter(deps));
  app.use('/log', createTilesRouter(deps));
  app.use('/billing', createPaytrCallbackRouter(deps));
  app.use('/workspace', createForwardAuthRouter(deps, accessCache));
  // Programs come with a token. Cookies are read only below this line, so they open nothing here.
  app.use('/api', createApiRouter(deps));

  app.use(createBrowserSessions(config, sessionsDb));
  const readForm = express.urlencoded({ extended: false, limit: FORM_LIMIT });
  app.use('/workspace', createNotingRouter(deps, readForm));
  app.use(passport.session());
  app.use(noStoreWhenSignedIn);
  // Before anything is refused: the error page shows a person their own header, with a sign-out that works.
  app.use(giveFormToken(config));
  app.use(pageLocals(subscriptionOf));
  app.use(limitInFlight());
  app.use(readForm);
  app.use('/admin/finance/invoices', readUpload({ mayUpload: isOperator, bytesMax: FILE_BYTES_MAX }));
  const { fileBytesMax } = config.exhibits;
  app.use('/admin/disputes', readUpload({ mayUpload: isOperator, bytesMax: fileBytesMax }));
  app.use(csrfProtection(config));

  app.use(createSessionPlaceRouter(deps));
  app.use(requireSecondFactor);
  app.use(createHomeRouter(deps));
  app.use(createLocaleRouter(deps));
  app.use('/auth', noStore);
  app.use('/auth', createAuthRouter(deps, passport, limits));
  app.use('/auth', createPeopleRouter(deps, limits));
  app.use('/auth', createCredentialsRouter(deps));
  app.use('/account', createNoticesRouter(deps));
  app.use('/account/data', createPrivacyRouter(deps));
  app.use('/account', createAccountRouter(deps));
  app.use('/auth', createReportRouter(deps));
  app.use('/account', createChangeRouter(deps, limits));
  app.use('/account', createEnrolmentRouter(deps));
  app.use(createStatementAnswersRouter(deps));
  app.use('/legal', createLegalRouter(deps));
  app.use('/log', createLogRouter(deps));
  app.use(createVerifyRouter());
  app.use('/billing', createPaymentReturnRouter(deps));
  app.use('/billing', createInvoiceRouter(deps));
  app.use('/billing', createReversalRouter(deps));
  app.use('/workspace', requireCompanyUser, createActivityRouter(deps));
  app.use('/workspace', requireCurrentAcceptance(db), createWorkspaceRouter(deps));
  app.use('/billing', requireCompanyUser, requireCurrentAcceptance(db), createBillingRouter(deps));
  app.use('/admin', createAdminRouter(deps, limits));

  app.use(notFound);
  app.use('/auth/login', noteUnreadableSignIn(deps));
  app.use(errorPages(db));
  return {
    app,
    listener: createHostListener(deps, { app, requestProxy, earlier, contextOf }),
    upgrade: requestProxy === null ? undefined : createUpgradeHandler({ config, contextOf }, requestProxy),
    cut: (what) => {
      if (what === 'sockets') workspaceProxy?.close();
      else workspaceProxy?.cutAnswers();
    },
  };
}

function createWorkspaceProxy(
  { workspaceAddresses: addresses, ...deps }: WorkspaceDeps,
  of: { humanActivity: HumanActivity; accessCache: AccessCache },
): WorkspaceProxy | null {
  return addresses === undefined
    ? null
    : new WorkspaceProxy({ ...deps, addresses, ...of, rules: accessRules(deps) });
}

/** The subscription of the person's own company, loaded with the person. Null for operators. */
function subscriptionOf({ subscription }: Express.User, at: Date): SubscriptionState | null {
  return subscription === undefined || subscription === null ? null : subscriptionState(subscription, at);
}

const isOperator = (req: Request): boolean => req.user?.role === 'operator';

/** Includes name their file from the root of the views: for others EJS would look at the disk each time. */
function renderView(path: string, data: object, done: (error: Error | null, html?: string) => void): void {
  const { settings } = data as { settings: Record<string, unknown> };
  const options = { root: views, cache: settings['view cache'] === true };
  ejs.renderFile(path, data as Record<string, unknown>, options, (error, html) => {
    done(error ?? null, html);
  });
}
