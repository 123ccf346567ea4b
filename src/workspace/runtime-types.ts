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

/** The part of the configuration that the runtime needs. */
export interface RuntimeConfig {
  isManaged: boolean;
  /** The arguments with their placeholders; null when no command is configured. */
  command: string[] | null;
  usesSocket: boolean;
  dataDir: string;
  /** Each workspace gets the user `uid` + its id; null: the user of the app. */
  uid: number | null;
  /** One group for all; null: a group with the number of the user. */
  gid: number | null;
  memoryMb: number | null;
  processesMax: number | null;
  /** Processes live on when the app stops, and the next start adopts them. */
  outlivesApp: boolean;
  startTimeoutMs: number;
}
