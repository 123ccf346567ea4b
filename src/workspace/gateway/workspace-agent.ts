import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/**
 * Connections to one workspace that carry a request, at a time: a page that waits long for answers takes
 * some.
 */
const CONNECTIONS_MAX = 256;

/** Idle ones that are kept for the next request. */
const KEPT_MAX = 64;

/** Nothing was said for too long, by either side. */
export class WorkspaceSilent extends Error {
  constructor() {
    super('nothing was said for too long');
    this.name = 'WorkspaceSilent';
  }
}

/**
 * Keeps connections to workspaces, and closes a connection on which neither side has sent anything for
 * `silentMs`. The limit is set on the connection: to set it for each request made proxying a tenth slower.
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
    (connection as Socket).on('timeout', () => connection?.destroy(new WorkspaceSilent()));
    return connection;
  }
}
