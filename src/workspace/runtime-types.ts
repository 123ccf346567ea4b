/** How the process of a workspace stands; `crashed` waits for its next attempt. */
export const runtimeStates = ['stopped', 'starting', 'running', 'crashed'] as const;
export type RuntimeState = (typeof runtimeStates)[number];

/** Where the program of a workspace listens: a Unix socket, or a port of this machine. */
export type WorkspaceAddress = { socketPath: string } | { port: number };

/** What the runtime must know of a workspace. */
export interface RuntimeWorkspace {
  id: number;
  name: string;
  port: number;
}

/** Why the system stopped a program that nobody had asked it to stop. */
export type StopCause = 'unused' | 'subscription-lapsed';

export type StartOutcome =
  { ok: true } | { ok: false; reason: 'no-command' | 'cannot-start' | 'ended' | 'not-listening' | 'stopped' };
