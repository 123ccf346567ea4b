import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../../config/config.ts';
import { workspaceOrigin } from '../host-name.ts';
import { portLabel, readPortLabel } from '../port-label.ts';
import { PortClosed, type WorkspaceAddresses } from '../workspace-addresses.ts';
import { fromPortHeaders, toPortHeaders } from './port-headers.ts';
import type { RelayTarget } from './relay-request.ts';
import { WorkspaceSilent } from './workspace-agent.ts';

/** Where a request goes, with its headers as they are sent there. */
export interface MadeTarget extends RelayTarget {
  options: Omit<RequestOptions, 'headers'> & { headers: IncomingHttpHeaders };
}

/** The way to a port inside of a workspace, whose host has this label. */
export function portTarget(
  { config, addresses, silentMs }: { config: Config; addresses: WorkspaceAddresses; silentMs: number },
  { workspaceId, port, label }: { workspaceId: number; port: number; label: string },
  headers: IncomingHttpHeaders,
): MadeTarget {
  const open = (): Promise<Socket> =>
    addresses.connectTo?.(workspaceId, port) ?? Promise.reject(new PortClosed());
  const ownOrigin = workspaceOrigin(config, label);
  const ownLabel = readPortLabel(label)?.label ?? label;
  const originOf = (other: number): string | null => {
    const otherLabel = portLabel(ownLabel, other);
    return otherLabel === null ? null : workspaceOrigin(config, otherLabel);
  };
  return {
    options: {
      headers: toPortHeaders(headers, { port, ownOrigin }),
      createConnection: connectionFrom(open, silentMs),
    },
    freshAgent: undefined,
    cleanAnswer: (answered, status) => fromPortHeaders(answered, status, originOf),
  };
}

/**
 * The option of a request by which it gets its connection from `open`, and gives it up when nothing was said
 * for `silentMs`. None is kept for the next request: each of a workspace's 64 000 ports could keep some, and
 * one person could have the app run out of files.
 */
function connectionFrom(
  open: () => Promise<Socket>,
  silentMs: number,
): NonNullable<RequestOptions['createConnection']> {
  return (_options, done) => {
    const fail = done as (error: Error) => void;
    open().then((socket) => {
      socket.setNoDelay(true);
      socket.setTimeout(silentMs);
      socket.on('timeout', () => socket.destroy(new WorkspaceSilent()));
      done(null, socket);
    }, fail);
    return undefined;
  };
}
