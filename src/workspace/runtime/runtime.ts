import { join } from 'node:path';
import { DiskMeter } from './disk-meter.ts';
import { SupervisedWorkspace, type SupervisorDeps } from './supervised-workspace.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import { foldersOf } from '../../config/data-folders.ts';
import { hasEntranceTools } from '../ports/port-entrance.ts';
import { PortEntrances } from '../ports/port-entrances.ts';
import type { ProcessIdentity } from '../sandbox/process-identity.ts';
import { endQuota, holdQuota, projectOf, quotaUse } from '../sandbox/project-quota.ts';
import type { QuotaProject } from '../sandbox/quota-programs.ts';
import type { ResourceLimits } from '../sandbox/resource-limits.ts';
import { PortClosed } from '../workspace-addresses.ts';
import { listRecorded, ownerOf, removeFolders } from './workspace-folders.ts';
import { tailOfWorkspaceLog } from './workspace-log.ts';

/** How often processes and logs are looked at, in milliseconds. */
const LOOK_MS = 1000;

/** Starts the supervisor of this machine's workspaces; there may be one for each DATA_DIR. */
export function createWorkspaceRuntime(deps: SupervisorDeps): WorkspaceRuntime {
  const { config } = deps;
  const root = join(config.dataDir, 'workspaces');
  const disk = new DiskMeter();
  const entrances = new PortEntrances(deps.log);
  const supervised = new Map<number, SupervisedWorkspace>();
  const of = (id: number): SupervisedWorkspace => {
    const known = supervised.get(id) ?? new SupervisedWorkspace(deps, root, id);
    supervised.set(id, known);
    return known;
  };
  const diskLimitOf = (id: number): number | null => supervised.get(id)?.process.limits?.disk_mb ?? null;
  /** Null unless a quota bounds its disk. */
  const quotaOf = (id: number): { project: QuotaProject; limits: ResourceLimits } | null => {
    const { quota = null, limits = null } = supervised.get(id)?.process ?? {};
    return quota === null || limits === null ? null : { project: quota, limits };
  };
  // Not `of`: it would keep whatever number somebody asks about.
  const hasOwnNetwork = (id: number): boolean => {
    const { process } = supervised.get(id) ?? new SupervisedWorkspace(deps, root, id);
    return process.confinement.network === 'own';
  };
  /** Null unless its program runs in a network of its own. */
  const starterOf = (id: number): ProcessIdentity | null => {
    const found = supervised.get(id);
    return found?.state === 'running' && hasOwnNetwork(id) ? found.process.starter : null;
  };
  const warnOfQuota = (workspaceId: number) => (error: unknown) => {
    deps.log.warn({ err: error, workspaceId }, 'the quota of a workspace could not be set');
  };
  const timer = setInterval(() => {
    for (const workspace of supervised.values()) workspace.look();
  }, LOOK_MS).unref();
  return {
    isManaged: config.isManaged,
    start: (workspace) => {
      if (of(workspace.id).state !== 'running') disk.forget(workspace.id);
      return of(workspace.id).start(workspace);
    },
    stop: (id) => {
      entrances.end(id);
      return of(id).stop();
    },
    restart: (workspace) => {
      entrances.end(workspace.id);
      return of(workspace.id).restart(workspace);
    },
    state: (id) => supervised.get(id)?.state ?? 'stopped',
    addressOf: (id) => supervised.get(id)?.address ?? null,
    offersPorts: (id) => hasOwnNetwork(id) && hasEntranceTools(config.uid !== null),
    listeningPorts: (id) => {
      const starter = starterOf(id);
      return starter === null
        ? Promise.resolve([])
        : entrances.list(id, { starter, owner: ownerOf(config, id) });
    },
    connectTo: (id, port) => {
      const starter = starterOf(id);
      return starter === null
        ? Promise.reject(new PortClosed())
        : entrances.connect(id, { starter, owner: ownerOf(config, id) }, port);
    },
    confinement: (id) => of(id).process.confinement,
    limits: (id) => of(id).process.limits,
    resourceUse: (id) => of(id).process.use,
    applyPlan: (workspace) => {
      of(workspace.id).applyPlan(workspace);
    },
    memoryFullSince: (id) => supervised.get(id)?.memoryFullSince ?? null,
    groupOf: (id) => of(id).process.group,
    entranceOf: (id) => {
      const { confinement, init } = of(id).process;
      return confinement.sandbox === 'none' ? { sandbox: 'none' } : { sandbox: 'bubblewrap', init };
    },
    measureDisk: async (id) => {
      const quota = quotaOf(id);
      if (quota === null) return disk.measure(id, foldersOf(root, id), diskLimitOf(id));
      // One that is being started gets its bounds there.
      if (supervised.get(id)?.state !== 'running') return;
      await holdQuota(config, quota.project, quota.limits).catch(warnOfQuota(id));
    },
    diskUse: (id) => {
      const quota = quotaOf(id);
      return quota === null ? disk.useOf(id, diskLimitOf(id)) : quotaUse(quota.project, quota.limits);
    },
    logTail: (id) => tailOfWorkspaceLog(foldersOf(root, id).logFile),
    destroy: async (id) => {
      entrances.end(id);
      await of(id).stop();
      supervised.delete(id);
      await removeFolders(foldersOf(root, id));
      const project = projectOf(config, id, foldersOf(root, id));
      if (project !== null) await endQuota(config, project).catch(warnOfQuota(id));
    },
    listRecorded: () => listRecorded(root),
    close: async () => {
      clearInterval(timer);
      entrances.endAll();
      const all = [...supervised.values()];
      const ran = [...supervised].filter(([, { state }]) => state !== 'stopped').map(([id]) => id);
      await Promise.all(all.map((workspace) => (config.outlivesApp ? workspace.leave() : workspace.stop())));
      return config.outlivesApp ? [] : ran;
    },
  };
}
