/** Where the program of a workspace listens: a Unix socket, or a port of this machine. */
export type WorkspaceAddress = { socketPath: string } | { port: number };

/** Knows where workspaces listen; null for one that does not run. */
export interface WorkspaceAddresses {
  addressOf(workspaceId: number): WorkspaceAddress | null | Promise<WorkspaceAddress | null>;
}
