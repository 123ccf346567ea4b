import type { RequestContext } from '../audit/request-context.ts';
import type { HostRequest } from './host-request.ts';
import type { PassRefusal } from './judge-pass.ts';
import type { WorkspaceGate } from './workspace-gate.ts';
import type { Admitted, WorkspaceGateway } from './workspace-gateway.ts';

/** Both ways into the gateway's workspaces. */
export interface Doors {
  gate: WorkspaceGate;
  gateway: WorkspaceGateway;
}

export type Admission = { ok: true; admitted: Admitted } | { ok: false; reason: PassRefusal };

/**
 * Decides about a request that came to the gateway, and where it goes. It counts as use when the workspace answers: what finds
 * nobody there is none. `cookie`: the browser's cookies without ours.
 */
export async function admitRequest(
  { gate, gateway }: Doors,
  context: RequestContext,
  { request, cookie }: { request: HostRequest; cookie: string },
): Promise<Admission> {
  const entry = await gate.decide(context, request);
  if (!entry.allowed) return { ok: false, reason: entry.reason };
  const { session, entrant } = entry;
  const { workspaceId } = entrant;
  const address = await gateway.addresses.addressOf(workspaceId);
  if (address === null) return { ok: false, reason: 'away' };
  const onAnswer = (): void => {
    gate.note(context, session, { request, isPartlySeen: false }).catch((error: unknown) => {
      context.log.warn({ err: error, workspaceId }, 'traffic could not be counted');
    });
  };
  const { label, tokenHash } = request;
  return {
    ok: true,
    admitted: { label, tokenHash, workspaceId, session, context, address, cookie, onAnswer },
  };
}
