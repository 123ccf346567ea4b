import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { AccessCache } from '../access/access-cache.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import { createHostRequestReader, type HostRequest } from '../host-request.ts';
import { TooMuchOpen } from './open-per-person.ts';
import { WorkspaceAway, type AuthorizedRequest, type WorkspaceProxy } from './workspace-proxy.ts';

/** The outcome of one request to a workspace's host. The caller answers it unless it is `proxied`. */
export type ProxyOutcome =
  | { kind: 'proxied' }
  | { kind: 'refused'; reason: AccessRefusal; request: HostRequest }
  /** The person has too many requests and WebSockets open. */
  | { kind: 'crowded' }
  /** The workspace did not answer, or its answer could not be sent on. */
  | { kind: 'away'; error: WorkspaceAway; workspaceId: number };

const PROXIED: ProxyOutcome = { kind: 'proxied' };

/**
 * The way from a request to a workspace, for plain requests and for WebSockets:
 *
 * 1. Parse: `host-request.ts` reads the label, the workspace cookie and the headers that say where the
 *    request comes from. Forward-auth uses the same reader, so the decision never depends on the way in.
 * 2. Decide: `AccessCache` refuses requests of other sites and asks `authorizeRequest` for all others. The
 *    first allowed request opens the session and writes its audit row.
 * 3. Find the address: the program may have stopped since the decision, which is cached for two seconds.
 * 4. Proxy: `WorkspaceProxy` counts what the person has open, relays the bytes, and cuts the connection when
 *    access ends. The request counts as use when the workspace answers, and not before.
 *
 * A class rather than closures: tsx names each function that is created for a request, which is slow.
 */
export class RequestProxy {
  readonly #readRequest: ReturnType<typeof createHostRequestReader>;
  readonly #accessCache: AccessCache;
  readonly #workspaceProxy: WorkspaceProxy;

  constructor(of: { config: Config; accessCache: AccessCache; workspaceProxy: WorkspaceProxy }) {
    this.#readRequest = createHostRequestReader(of.config);
    this.#accessCache = of.accessCache;
    this.#workspaceProxy = of.workspaceProxy;
  }

  /** Steps 1 to 4 for a plain request. */
  async proxyRequest(
    context: RequestContext,
    { req, res, label }: { req: IncomingMessage; res: ServerResponse; label: string },
  ): Promise<ProxyOutcome> {
    const authorized = await this.#authorize(context, req, label);
    if ('kind' in authorized) return authorized;
    try {
      await this.#workspaceProxy.proxyRequest(req, res, authorized);
      return PROXIED;
    } catch (error) {
      return outcomeOf(error, authorized);
    }
  }

  /** Steps 1 to 4 for a WebSocket. */
  async proxyWebSocket(
    context: RequestContext,
    { req, socket, head, label }: { req: IncomingMessage; socket: Socket; head: Buffer; label: string },
  ): Promise<ProxyOutcome> {
    const authorized = await this.#authorize(context, req, label);
    if ('kind' in authorized) return authorized;
    try {
      await this.#workspaceProxy.proxyWebSocket(req, socket, head, authorized);
      return PROXIED;
    } catch (error) {
      return outcomeOf(error, authorized);
    }
  }

  /** Steps 1 to 3. */
  async #authorize(
    context: RequestContext,
    req: IncomingMessage,
    label: string,
  ): Promise<AuthorizedRequest | ProxyOutcome> {
    const { method = 'GET', url: path = '/', headers } = req;
    const request = this.#readRequest(headers, { label, host: headers.host, method, path });
    const decision = await this.#accessCache.decide(context, request);
    if (!decision.allowed) return { kind: 'refused', reason: decision.reason, request };
    const { grant, session } = decision;
    const address = await this.#workspaceProxy.addresses.addressOf(grant.workspaceId);
    if (address === null) return { kind: 'refused', reason: 'away', request };
    return { request, context, grant, session, address };
  }
}

function outcomeOf(error: unknown, { grant }: AuthorizedRequest): ProxyOutcome {
  if (error instanceof TooMuchOpen) return { kind: 'crowded' };
  if (error instanceof WorkspaceAway) return { kind: 'away', error, workspaceId: grant.workspaceId };
  throw error;
}
