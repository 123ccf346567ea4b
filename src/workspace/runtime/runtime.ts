import { join } from 'node:path';
import { DiskMeter } from './disk-meter.ts';
import { SupervisedWorkspace, type SupervisorDeps } from './supervised-workspace.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import { foldersOf } from '../../config/data-folders.ts';
import { listRecorded, removeFolders } from './workspace-folders.ts';
import { tailOfWorkspaceLog } from './workspace-log.ts';

/** How often processes and logs are looked at, in milliseconds. */
const LOOK_MS = 1000;

/** Starts the supervisor of this machine's workspaces; there may be one for each DATA_DIR. */
export function createWorkspaceRuntime(deps: SupervisorDeps): WorkspaceRuntime {
  const { config } = deps;
  const root = join(config.dataDir, 'workspaces');
  const disk = new DiskMeter();
  const supervised = new Map<number, SupervisedWorkspace>();
  const of = (id: number): SupervisedWorkspace => {
    const known = supervised.get(id) ?? new SupervisedWorkspace(deps, root, id);
    supervised.set(id, known);
    return known;
  };
  const diskLimitOf = (id: number): number | null => supervised.get(id)?.process.limits?.disk_mb ?? null;
  const timer = setInterval(() => {
    for (const workspace of supervised.values()) workspace.look();
  }, LOOK_MS).unref();
  return {
    isManaged: config.isManaged,
    start: (workspace) => {
      if (of(workspace.id).state !== 'running') disk.forget(workspace.id);
      return of(workspace.id).start(workspace);
    },
    stop: (id) => of(id).stop(),
    restart: (workspace) => of(workspace.id).restart(workspace),
    state: (id) => supervised.get(id)?.state ?? 'stopped',
    addressOf: (id) => supervised.get(id)?.address ?? null,
    confinement: (id) => of(id).process.confinement,
    limits: (id) => of(id).process.limits,
    resourceUse: (id) => of(id).process.use,
    applyPlan: (workspace) => {
      of(workspace.id).process.applyPlan(workspace);
    },
    isMemoryFull: (id) => supervised.get(id)?.isMemoryFull ?? false,
    groupOf: (id) => of(id).process.group,
    entranceOf: (id) => {
      const { confinement, init } = of(id).process;
      return confinement.sandbox === 'none' ? { sandbox: 'none' } : { sandbox: 'bubblewrap', init };
    },
    measureDisk: (id) => disk.measure(id, foldersOf(root, id), diskLimitOf(id)),
    diskUse: (id) => disk.useOf(id, diskLimitOf(id)),
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
