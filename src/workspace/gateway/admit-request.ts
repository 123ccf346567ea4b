import type { RequestContext } from '../../audit/request-context.ts';
import type { EnteredSession } from '../session-row.ts';
import type { HostRequest } from '../host-request.ts';
import type { PassRefusal } from '../access/decide-access.ts';
import type { WorkspaceAddress } from '../workspace-addresses.ts';
import type { WorkspaceGate } from '../access/access-cache.ts';
import type { Admitted, WorkspaceGateway } from './workspace-gateway.ts';

/** Both ways into the gateway's workspaces. */
export interface Doors {
  gate: WorkspaceGate;
  gateway: WorkspaceGateway;
}

type Admission = { ok: true; admitted: Admitted } | { ok: false; reason: PassRefusal };

/**
 * Decides about a request that came to the gateway, and where it goes. It counts as use when the workspace
 * answers: what finds nobody there is none. `cookie`: the browser's cookies without ours.
 */
export async function admitRequest(
  { gate, gateway }: Doors,
  context: RequestContext,
  { request, cookie }: { request: HostRequest; cookie: string },
): Promise<Admission> {
  const entry = await gate.decide(context, request);
  if (!entry.allowed) return { ok: false, reason: entry.reason };
  const { session, entrant } = entry;
  const { workspaceId, userId, companyId } = entrant;
  const address = await gateway.addresses.addressOf(workspaceId);
  if (address === null) return { ok: false, reason: 'away' };
  return {
    ok: true,
    admitted: new AdmittedRequest(gate, {
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
class AdmittedRequest implements Admitted {
  readonly label: string;
  readonly tokenHash: string | null;
  readonly workspaceId: number;
  readonly userId: number;
  readonly companyId: number;
  readonly session: EnteredSession;
  readonly context: RequestContext;
  readonly address: WorkspaceAddress;
  readonly cookie: string;
  readonly #gate: WorkspaceGate;
  readonly #request: HostRequest;

  constructor(
    gate: WorkspaceGate,
    of: Omit<Admitted, 'label' | 'tokenHash' | 'onAnswer'> & { request: HostRequest },
  ) {
    this.#gate = gate;
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
    this.#gate
      .note(context, session, { request: this.#request, isPartlySeen: false })
      ?.catch((error: unknown) => {
        context.log.warn({ err: error, workspaceId }, 'traffic could not be counted');
      });
  }
}
