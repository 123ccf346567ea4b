import type { Socket } from 'node:net';
import type { Plan } from '../plan.ts';
import type { GroupUse } from './sandbox/control-group.ts';
import type { ProcessIdentity } from './sandbox/process-identity.ts';
import type { DiskUse, ResourceLimits } from './sandbox/resource-limits.ts';
import type { WorkspaceAddress } from './workspace-addresses.ts';

/** How the process of a workspace stands; `crashed` waits for its next attempt. */
export const runtimeStates = ['stopped', 'starting', 'running', 'crashed'] as const;
export type RuntimeState = (typeof runtimeStates)[number];

/** The sandboxes that a program may run in. */
export const sandboxes = ['bubblewrap', 'none'] as const;

/** The networks that a program may have; see WORKSPACE_NETWORK. */
export const networks = ['own', 'none', 'shared'] as const;

/** The walls between a workspace and others: facts of the evidence, so the names never change. */
export interface Confinement {
  sandbox: (typeof sandboxes)[number];
  network: (typeof networks)[number];
}

/**
 * How a shell comes to where the program runs. `init` is the first process of its sandbox; null when the
 * program does not run.
 */
export type SandboxEntrance = { sandbox: 'none' } | { sandbox: 'bubblewrap'; init: ProcessIdentity | null };

/** The facts of a workspace that the runtime needs. */
export interface RuntimeWorkspace {
  id: number;
  name: string;
  port: number;
  /** The plan in force, by which its limits are. */
  plan_now: Plan;
}

/** Why the system stopped a program that nobody had asked it to stop. */
export type StopCause = 'unused' | 'subscription-lapsed' | 'over-limit' | 'owner-deactivated' | FullCause;

/** Which limit of its own a workspace has run into. */
export type FullCause = 'disk-full' | 'memory-full';

export type StartOutcome =
  { ok: true } | { ok: false; reason: 'no-command' | 'cannot-start' | 'ended' | 'not-listening' | 'stopped' };
/** Runs workspaces: one process for each. */
export interface WorkspaceRuntime {
  /** False: workspaces run elsewhere, and there is nothing to start or stop here. */
  isManaged: boolean;
  /**
   * Resolves when the program listens, or when it could not be started. A program that lives already is
   * adopted.
   */
  start(workspace: RuntimeWorkspace): Promise<StartOutcome>;
  /** Ends the process and all it has started; resolves when they are gone, rejects when they do not go. */
  stop(id: number): Promise<void>;
  restart(workspace: RuntimeWorkspace): Promise<StartOutcome>;
  state(id: number): RuntimeState;
  /** Where the program listens; null unless it runs. */
  addressOf(id: number): WorkspaceAddress | null;
  /** Whether people can reach ports inside; `listeningPorts` are those on which something listens now. */
  offersPorts(id: number): boolean;
  listeningPorts(id: number): Promise<number[]>;
  /** A connection to a port inside. Rejects with `PortClosed` when nothing listens there. */
  connectTo(id: number, port: number): Promise<Socket>;
  /** The walls around the program, or around its next start. */
  confinement(id: number): Confinement;
  /** The limits of the program; null before its first start by this process. */
  limits(id: number): ResourceLimits | null;
  /** The memory and the processes it takes; null without a control group, and while it does not run. */
  resourceUse(id: number): GroupUse | null;
  /** The plan in force has changed: its limits hold at once. */
  applyPlan(workspace: RuntimeWorkspace): void;
  /**
   * When its program was ended because its memory was used up; then it is not started again by itself. Null:
   * it was not, or somebody has started it since.
   */
  memoryFullSince(id: number): Date | null;
  /** The control group of the program; null without one. */
  groupOf(id: number): string | null;
  /** How a shell comes to the program. */
  entranceOf(id: number): SandboxEntrance;
  /** Measures what the workspace takes on the disk, unless that was done just now or a quota counts it. */
  measureDisk(id: number): Promise<void>;
  /** The quota's count, or the last measurement since the start; null before there is one, or a limit. */
  diskUse(id: number): DiskUse | null;
  /** The last lines that the program printed, oldest first. */
  logTail(id: number): string[];
  /**
   * Stops the program and removes all files of the workspace for good. Rejects when some could not be
   * removed.
   */
  destroy(id: number): Promise<void>;
  /** Workspaces that an app before this one has left a record of, alive or not. */
  listRecorded(): number[];
  /**
   * Leaves the processes alive where the configuration says so (production), else ends them and tells which
   * ran.
   */
  close(): Promise<number[]>;
}
