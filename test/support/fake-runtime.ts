import type {
  RuntimeState,
  RuntimeWorkspace,
  StartOutcome,
  WorkspaceRuntime,
} from '../../src/workspace/runtime-types.ts';

interface FakeRuntime extends WorkspaceRuntime {
  /** What the next start comes to. */
  outcome: StartOutcome;
  /** What each program has printed. */
  log: string[];
  started: RuntimeWorkspace[];
  /** What an app before this one has left. */
  recorded: number[];
  stopped: number[];
  destroyed: number[];
  /** What destroying fails with; null: it does not. */
  destruction: Error | null;
}

/** A runtime that starts no process; what it "runs" is said to listen on `port`. */
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
