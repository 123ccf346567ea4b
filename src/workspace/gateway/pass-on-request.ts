import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { admitRequest, type Doors } from './admit-request.ts';
import { hostnameOf } from '../host-name.ts';
import { readHostRequest, type HostRequest } from '../host-request.ts';
import type { PassRefusal } from '../access/decide-access.ts';
import { createPassReader, isHttps } from '../access/pass-token.ts';
import { TooMuchOpen, WorkspaceAway } from './workspace-gateway.ts';

/** What came of a request to a workspace's host; all but `passed` are still to be answered. */
export type PassedOn =
  | { kind: 'passed' }
  | { kind: 'refused'; reason: PassRefusal; request: HostRequest }
  | { kind: 'crowded' }
  | { kind: 'away'; error: WorkspaceAway; workspaceId: number };

/** Lets one request into a workspace and passes it on, or says why not. */
export type PassOn = (
  context: RequestContext,
  of: { req: IncomingMessage; res: ServerResponse; label: string },
) => Promise<PassedOn>;

/** Makes it. */
export function createPassOn({ config, ...doors }: Doors & { config: Config }): PassOn {
  const readCookie = createPassReader(isHttps(config));
  return async (context, { req, res, label }) => {
    const { hash: tokenHash, forwarded: cookie } = readCookie(req.headers.cookie);
    const hostname = hostnameOf(req.headers.host) ?? '';
    const { method = 'GET', url: path = '/' } = req;
    const request = readHostRequest(req.headers, { label, tokenHash, hostname, method, path });
    const admission = await admitRequest(doors, context, { request, cookie });
    if (!admission.ok) return { kind: 'refused', reason: admission.reason, request };
    try {
      await doors.gateway.passOn(req, res, admission.admitted);
      return { kind: 'passed' };
    } catch (error) {
      if (error instanceof TooMuchOpen) return { kind: 'crowded' };
      if (!(error instanceof WorkspaceAway)) throw error;
      return { kind: 'away', error, workspaceId: admission.admitted.workspaceId };
    }
  };
}
