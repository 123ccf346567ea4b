import type {
  RuntimeState,
  RuntimeWorkspace,
  StartOutcome,
  WorkspaceRuntime,
} from '../../src/workspace/runtime-types.ts';
import type { GroupUse } from '../../src/workspace/sandbox/control-group.ts';
import type { DiskUse, ResourceLimits } from '../../src/workspace/sandbox/resource-limits.ts';
import { PortClosed } from '../../src/workspace/workspace-addresses.ts';

interface FakeRuntime extends WorkspaceRuntime {
  /** The outcome of the next start. */
  outcome: StartOutcome;
  /** The output of each program. */
  log: string[];
  started: RuntimeWorkspace[];
  /** Workspaces that an earlier app has left running. */
  recorded: number[];
  stopped: number[];
  destroyed: number[];
  /** The error that destroying throws. Null: none. */
  destruction: Error | null;
  /** Workspaces that take more of the disk than they may. */
  full: number[];
  /** The disk of every other workspace. */
  disk: DiskUse | null;
  /** Workspaces whose programs were ended for want of memory, and when. */
  memoryFull: Map<number, Date>;
  /** The limits and the use of every workspace. */
  held: { limits: ResourceLimits | null; use: GroupUse | null };
  /** The workspaces whose plan was applied while they ran. */
  applied: RuntimeWorkspace[];
}

/** A runtime that starts no process. Its "running" programs are said to listen on `port`. */
export function createFakeRuntime(port = 1): FakeRuntime {
  const states = new Map<number, RuntimeState>();
  const fake: FakeRuntime = {
    isManaged: true,
    outcome: { ok: true },
    log: [],
    started: [],
    recorded: [],
    stopped: [],
    destroyed: [],
    destruction: null,
    full: [],
    disk: null,
    memoryFull: new Map(),
    held: { limits: null, use: null },
    applied: [],
    start: (workspace) => {
      fake.started.push(workspace);
      states.set(workspace.id, fake.outcome.ok ? 'running' : 'crashed');
      return Promise.resolve(fake.outcome);
    },
    stop: (id) => {
      fake.stopped.push(id);
      states.set(id, 'stopped');
      return Promise.resolve();
    },
    restart: (workspace) => fake.start(workspace),
    state: (id) => states.get(id) ?? 'stopped',
    addressOf: (id) => (states.get(id) === 'running' ? { port } : null),
    offersPorts: () => false,
    listeningPorts: () => Promise.resolve([]),
    connectTo: () => Promise.reject(new PortClosed()),
    confinement: () => ({ sandbox: 'none', network: 'shared' }),
    limits: () => fake.held.limits,
    resourceUse: () => fake.held.use,
    applyPlan: (workspace) => {
      fake.applied.push(workspace);
    },
    memoryFullSince: (id) => fake.memoryFull.get(id) ?? null,
    groupOf: () => null,
    entranceOf: () => ({ sandbox: 'none' }),
    measureDisk: () => Promise.resolve(),
    diskUse: (id) =>
      fake.full.includes(id)
        ? { usedBytes: 2_097_152, limitBytes: 1_048_576, files: null, isFull: true, mustStop: true }
        : fake.disk,
    logTail: () => fake.log,
    destroy: (id) => {
      if (fake.destruction !== null) return Promise.reject(fake.destruction);
      fake.destroyed.push(id);
      return fake.stop(id);
    },
    listRecorded: () => fake.recorded,
    close: () => Promise.resolve([...states.keys()].filter((id) => states.get(id) !== 'stopped')),
  };
  return fake;
}
