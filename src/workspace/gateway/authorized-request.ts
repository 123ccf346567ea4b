import type { RequestContext } from '../../audit/request-context.ts';
import type { EnteredSession } from '../session-row.ts';
import type { HostRequest } from '../host-request.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import type { WorkspaceAddress } from '../workspace-addresses.ts';
import type { AccessCache } from '../access/access-cache.ts';
import type { AuthorizedRequest, WorkspaceProxy } from './workspace-proxy.ts';

/** Both ways into the gateway's workspaces. */
export interface Doors {
  accessCache: AccessCache;
  workspaceProxy: WorkspaceProxy;
}

type Authorization = { ok: true; authorized: AuthorizedRequest } | { ok: false; reason: AccessRefusal };

/**
 * Decides about a request that came to the gateway, and where it goes. It counts as use when the workspace
 * answers: what finds nobody there is none. `cookie`: the browser's cookies without ours.
 */
export async function admitRequest(
  { accessCache, workspaceProxy }: Doors,
  context: RequestContext,
  { request, cookie }: { request: HostRequest; cookie: string },
): Promise<Authorization> {
  const decision = await accessCache.decide(context, request);
  if (!decision.allowed) return { ok: false, reason: decision.reason };
  const { session, grant } = decision;
  const { workspaceId, userId, companyId } = grant;
  const address = await workspaceProxy.addresses.addressOf(workspaceId);
  if (address === null) return { ok: false, reason: 'away' };
  return {
    ok: true,
    authorized: new AuthorizedRequestOfProxy(accessCache, {
      context,
      request,
      cookie,
      workspaceId,
      userId,
      companyId,
      session,
      address,
    }),
  };
}

/**
 * A class, for its method is made once: tsx names each function anew that is made for a request, which is
 * slow.
 */
class AuthorizedRequestOfProxy implements AuthorizedRequest {
  readonly label: string;
  readonly tokenHash: string | null;
  readonly workspaceId: number;
  readonly userId: number;
  readonly companyId: number;
  readonly session: EnteredSession;
  readonly context: RequestContext;
  readonly address: WorkspaceAddress;
  readonly cookie: string;
  readonly #accessCache: AccessCache;
  readonly #request: HostRequest;

  constructor(
    accessCache: AccessCache,
    of: Omit<AuthorizedRequest, 'label' | 'tokenHash' | 'onAnswer'> & { request: HostRequest },
  ) {
    this.#accessCache = accessCache;
    this.#request = of.request;
    this.label = of.request.label;
    this.tokenHash = of.request.tokenHash;
    this.workspaceId = of.workspaceId;
    this.userId = of.userId;
    this.companyId = of.companyId;
    this.session = of.session;
    this.context = of.context;
    this.address = of.address;
    this.cookie = of.cookie;
  }

  onAnswer(): void {
    const { context, session, workspaceId } = this;
    this.#accessCache
      .note(context, session, { request: this.#request, isPartlySeen: false })
      ?.catch((error: unknown) => {
        context.log.warn({ err: error, workspaceId }, 'traffic could not be counted');
      });
  }
}
