import type { Socket } from 'node:net';

/** Where the program of a workspace listens: a Unix socket, or a port of this machine. */
export type WorkspaceAddress = { socketPath: string } | { port: number };

/** Nothing listens on this port inside of the workspace. */
export class PortClosed extends Error {
  constructor() {
    super('nothing listens on the port');
    this.name = 'PortClosed';
  }
}

/** Knows where workspaces listen; null for one that does not run. */
export interface WorkspaceAddresses {
  addressOf(workspaceId: number): WorkspaceAddress | null | Promise<WorkspaceAddress | null>;
  /**
   * Whether the ports inside can be reached: only in a network of its own is each one surely the workspace's.
   * Absent: none can.
   */
  offersPorts?(workspaceId: number): boolean;
  /** A connection to a port inside. Rejects with `PortClosed` when nothing listens there. */
  connectTo?(workspaceId: number, port: number): Promise<Socket>;
}
