import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config.ts';
import { hostnameOf } from './host-name.ts';
import { readHostRequest, type HostRequest } from './host-request.ts';
import type { PassRefusal } from './judge-pass.ts';
import { isHttps, readPassCookie } from './pass-token.ts';
import type { WorkspaceGate } from './workspace-gate.ts';
import { WorkspaceAway, type WorkspaceGateway } from './workspace-gateway.ts';

/** What came of a request to a workspace's host; all but `passed` are still to be answered. */
export type PassedOn =
  | { kind: 'passed' }
  | { kind: 'refused'; reason: PassRefusal; request: HostRequest }
  | { kind: 'stopped' }
  | { kind: 'away'; error: WorkspaceAway; workspaceId: number };

/** Lets one request into a workspace and passes it on, or says why not. */
export async function passOnRequest(
  deps: { config: Config; gate: WorkspaceGate; gateway: WorkspaceGateway },
  context: RequestContext,
  of: { req: IncomingMessage; res: ServerResponse; label: string },
): Promise<PassedOn> {
  const { req, res, label } = of;
  const { hash: tokenHash, forwarded: cookie } = readPassCookie(req.headers.cookie, isHttps(deps.config));
  const hostname = hostnameOf(req.headers.host) ?? '';
  const { method = 'GET', url: path = '/' } = req;
  const request = readHostRequest(req.headers, { label, tokenHash, hostname, method, path });
  const entry = await deps.gate.admit(context, request);
  if (!entry.allowed) return { kind: 'refused', reason: entry.reason, request };
  const { workspaceId } = entry.entrant;
  const address = await deps.gateway.addresses.addressOf(workspaceId);
  if (address === null) return { kind: 'stopped' };
  try {
    const admitted = { label, tokenHash, workspaceId, session: entry.session, context, address, cookie };
    await deps.gateway.passOn(req, res, admitted);
    return { kind: 'passed' };
  } catch (error) {
    if (!(error instanceof WorkspaceAway)) throw error;
    return { kind: 'away', error, workspaceId };
  }
}
