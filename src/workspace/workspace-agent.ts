import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** Connections to one workspace that carry a request, at a time: a page that waits long for answers takes some. */
const CONNECTIONS_MAX = 256;

/** Idle ones that are kept for the next request. */
const KEPT_MAX = 64;

/**
 * Keeps connections to workspaces, and breaks off one on which nothing is said for `silentMs`. The limit is the connection's:
 * that of a request (`proxyTimeout` of the library) is set anew for each, which cost a tenth of passing one on.
 */
export class WorkspaceAgent extends Agent {
  constructor({ silentMs }: { silentMs: number }) {
    super({ keepAlive: true, maxSockets: CONNECTIONS_MAX, maxFreeSockets: KEPT_MAX, timeout: silentMs });
  }

  override createConnection(
    options: AgentOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const connection = super.createConnection(options, callback);
    (connection as Socket).on('timeout', () => connection?.destroy());
    return connection;
  }
}
