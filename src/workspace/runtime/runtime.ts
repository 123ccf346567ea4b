import { join } from 'node:path';
import { SupervisedWorkspace, type SupervisorDeps } from './supervised-workspace.ts';
import type { RuntimeState, RuntimeWorkspace, StartOutcome, WorkspaceAddress } from '../runtime-types.ts';
import { foldersOf } from '../../config/data-folders.ts';
import { listRecorded, removeFolders } from './workspace-folders.ts';
import { tailOfWorkspaceLog } from './workspace-log.ts';

/** How often processes and logs are looked at, in milliseconds. */
const LOOK_MS = 1000;

/** Runs workspaces: one process for each. */
export interface WorkspaceRuntime {
  /** False: workspaces run elsewhere, and there is nothing to start or stop here. */
  isManaged: boolean;
  /** Resolves when the program listens, or could not be brought to. One that lives already is adopted. */
  start(workspace: RuntimeWorkspace): Promise<StartOutcome>;
  /** Ends the process and all it has started; resolves when they are gone, rejects when they do not go. */
  stop(id: number): Promise<void>;
  restart(workspace: RuntimeWorkspace): Promise<StartOutcome>;
  state(id: number): RuntimeState;
  /** Where the program listens; null unless it runs. */
  addressOf(id: number): WorkspaceAddress | null;
  /** The last lines that the program printed, oldest first. */
  logTail(id: number): string[];
  /** Stops the program and removes all files of the workspace for good. Rejects when some could not be removed. */
  destroy(id: number): Promise<void>;
  /** Workspaces that an app before this one has left a record of, alive or not. */
  listRecorded(): number[];
  /** Leaves the processes alive where the configuration says so (production), else ends them and tells which ran. */
  close(): Promise<number[]>;
}

/** Starts the supervisor of this machine's workspaces; there may be one for each DATA_DIR. */
export function createWorkspaceRuntime(deps: SupervisorDeps): WorkspaceRuntime {
  const { config } = deps;
  const root = join(config.dataDir, 'workspaces');
  const supervised = new Map<number, SupervisedWorkspace>();
  const of = (id: number): SupervisedWorkspace => {
    const known = supervised.get(id) ?? new SupervisedWorkspace(deps, root, id);
    supervised.set(id, known);
    return known;
  };
  const timer = setInterval(() => {
    for (const workspace of supervised.values()) workspace.look();
  }, LOOK_MS).unref();
  return {
    isManaged: config.isManaged,
    start: (workspace) => of(workspace.id).start(workspace),
    stop: (id) => of(id).stop(),
    restart: (workspace) => of(workspace.id).restart(workspace),
    state: (id) => supervised.get(id)?.state ?? 'stopped',
    addressOf: (id) => supervised.get(id)?.address ?? null,
    logTail: (id) => tailOfWorkspaceLog(foldersOf(root, id).logFile),
    destroy: async (id) => {
      await of(id).stop();
      supervised.delete(id);
      await removeFolders(foldersOf(root, id));
    },
    listRecorded: () => listRecorded(root),
    close: async () => {
      clearInterval(timer);
      const all = [...supervised.values()];
      const ran = [...supervised].filter(([, { state }]) => state !== 'stopped').map(([id]) => id);
      await Promise.all(all.map((workspace) => (config.outlivesApp ? workspace.leave() : workspace.stop())));
      return config.outlivesApp ? [] : ran;
    },
  };
}
