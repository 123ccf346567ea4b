import { setTimeout as pause } from 'node:timers/promises';
import { foldersOf, type WorkspaceFolders } from '../../config/data-folders.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import type { Log } from '../../log.ts';
import type { Confinement, RuntimeWorkspace } from '../runtime-types.ts';
import {
  controlGroupOf,
  limitControlGroup,
  makeControlGroup,
  readEndedForMemory,
  readGroupUse,
  removeControlGroup,
  type GroupUse,
} from '../sandbox/control-group.ts';
import {
  findIdentity,
  isAlive,
  killRemains,
  signalGroup,
  signalProcesses,
  type ProcessIdentity,
} from '../sandbox/process-identity.ts';
import { beginQuota, endQuota, projectOf } from '../sandbox/project-quota.ts';
import type { QuotaProject } from '../sandbox/quota-programs.ts';
import { diskLimits, resourceLimits, type ResourceLimits } from '../sandbox/resource-limits.ts';
import { findSandboxProcesses } from '../sandbox/sandbox-processes.ts';
import { launch } from './launch.ts';
import {
  emptyTmp,
  findRecorded,
  ownerOf,
  prepareFolders,
  removeRecord,
  writeRecord,
  type RunRecord,
} from './workspace-folders.ts';

/** A program that has not ended so long after SIGTERM is killed, in milliseconds. */
const GRACE_MS = 5000;

/** How often it is looked whether a process has ended, in milliseconds. */
const POLL_MS = 50;

/** A program that ends within so long after the kernel killed for memory ended of that. In milliseconds. */
const MEMORY_BLAME_MS = 5000;

/**
 * The process of a workspace: adopted, or started within its walls and its limits, and ended with all that it
 * has started.
 */
export class WorkspaceProcess {
  readonly #config: RuntimeConfig;
  readonly #log: Log;
  readonly #root: string;
  readonly #id: number;
  readonly #folders: WorkspaceFolders;
  #identity: ProcessIdentity | null = null;
  #confinement: Confinement | null = null;
  #group: string | null = null;
  #limits: ResourceLimits | null = null;
  /** Its folders are a project of the quota. */
  #hasQuota = false;
  #endedForMemory = 0;
  #memoryBlameUntil = 0;

  constructor({ config, log }: { config: RuntimeConfig; log: Log }, root: string, id: number) {
    this.#config = config;
    this.#log = log;
    this.#root = root;
    this.#id = id;
    this.#folders = foldersOf(root, id);
  }

  /** The walls around the program, or around its next start. */
  get confinement(): Confinement {
    return this.#confinement ?? confinementOf(this.#config);
  }

  /** Null when it was never started. */
  get limits(): ResourceLimits | null {
    return this.#limits;
  }

  /** The project of its folders; null unless a quota bounds its disk. */
  get quota(): QuotaProject | null {
    const isBound = this.#limits?.disk_bound_by === 'quota';
    return isBound ? projectOf(this.#config, this.#id, this.#folders) : null;
  }

  get group(): string | null {
    return this.#group;
  }

  /** Null without a control group, and while nothing runs. */
  get use(): GroupUse | null {
    return this.#group === null ? null : readGroupUse(this.#group);
  }

  /** The process that was started; null while there is none. */
  get starter(): ProcessIdentity | null {
    return this.#identity;
  }

  /** The first process of its sandbox; null while there is none. */
  get init(): ProcessIdentity | null {
    const { network } = this.confinement;
    return this.#identity === null ? null : (findSandboxProcesses(this.#identity, network)?.init ?? null);
  }

  get isAlive(): boolean {
    return this.#identity !== null && isAlive(this.#identity);
  }

  /**
   * Adopts the program of an app before this one, or starts it. Throws when neither is possible. `onExit` is
   * called when a started one has ended.
   */
  async bringUp(workspace: RuntimeWorkspace, onExit: () => void): Promise<void> {
    this.#memoryBlameUntil = 0;
    const adopted = await this.#findAdoptable();
    if (adopted === undefined) return this.#spawn(workspace, onExit);
    const { sandbox, network, group, limits, ...identity } = adopted;
    this.#identity = identity;
    this.#confinement = { sandbox, network };
    this.#group = group;
    this.#limits = limits;
    this.#hasQuota = limits?.disk_bound_by === 'quota' && this.#config.quotaDevice !== null;
    this.#endedForMemory = this.#readEnded() ?? 0;
    this.applyPlan(workspace);
    this.#log.info({ workspaceId: this.#id, pid: adopted.pid }, 'workspace adopted');
  }

  /**
   * Sets the limits of the plan in force. Without a control group processes keep the limits that they were
   * started with, and only the bound of the disk is another one.
   */
  applyPlan({ plan_now: plan }: RuntimeWorkspace): void {
    const config = this.#hasQuota ? this.#config : { ...this.#config, quotaDevice: null };
    const asked = resourceLimits(config, plan);
    const isHeld = this.#group === null && this.#identity !== null && this.#limits !== null;
    const limits = isHeld ? { ...asked, ...this.#limits, ...diskLimits(config, plan) } : asked;
    if (JSON.stringify(limits) === JSON.stringify(this.#limits)) return;
    if (limits.disk_mb === null && this.quota !== null) this.#freeQuota(this.quota);
    try {
      if (this.#group !== null) limitControlGroup(this.#group, limits);
      this.#limits = limits;
    } catch (error) {
      this.#log.warn({ err: error, workspaceId: this.#id }, 'the limits of a plan could not be set');
    }
  }

  /** Notices whether the kernel has ended something for want of memory. */
  look(): void {
    const count = this.#readEnded() ?? this.#endedForMemory;
    if (count > this.#endedForMemory) this.#memoryBlameUntil = Date.now() + MEMORY_BLAME_MS;
    this.#endedForMemory = count;
  }

  #freeQuota(project: QuotaProject): void {
    endQuota(this.#config, project).catch((error: unknown) => {
      this.#log.warn(
        { err: error, workspaceId: this.#id },
        'the quota of a workspace could not be taken away',
      );
    });
  }

  #readEnded(): number | null {
    return this.#group === null ? null : readEndedForMemory(this.#group);
  }

  /** Whether the program, which has ended, did so because the memory was used up. */
  hasEndedForMemory(): boolean {
    this.look();
    return Date.now() < this.#memoryBlameUntil;
  }

  /** The program has ended by itself: what it has left behind is killed. */
  forget(): void {
    if (this.#identity !== null) killRemains(this.#identity);
    this.#identity = null;
  }

  /** Takes a program that an app before this one has left for its own, so that it can be ended. */
  claim(): void {
    const recorded = this.#identity === null ? findRecorded(this.#folders) : undefined;
    if (recorded === undefined) return;
    const { sandbox, network, group } = recorded;
    this.#identity = recorded;
    this.#confinement = { sandbox, network };
    this.#group = group;
  }

  /** Ends the program and all that it has started. Rejects when something does not end. */
  async end(): Promise<void> {
    const identity = this.#identity;
    if (identity !== null) {
      const inside = isAlive(identity) ? findSandboxProcesses(identity, this.confinement.network) : null;
      // Only the program is asked: the starter of a sandbox would end at once, and all inside with it.
      if (inside === null) signalGroup(identity, 'SIGTERM');
      else signalProcesses(inside.programs, 'SIGTERM');
      const end = Date.now() + GRACE_MS;
      while (isAlive(identity) && Date.now() < end) await pause(POLL_MS);
      killRemains(identity);
      const last = Date.now() + GRACE_MS;
      while (isAlive(identity) || (inside !== null && isAlive(inside.init))) {
        if (Date.now() > last)
          throw new Error(`process ${String(identity.pid)} does not end, not even killed`);
        await pause(POLL_MS);
      }
    }
    await this.#removeGroup();
    this.#identity = null;
    this.#group = null;
    this.#confinement = null;
    removeRecord(this.#folders);
  }

  /**
   * The program of an app before this one. One that runs in other walls or in another group than are set now
   * is ended: otherwise it would stay open to its neighbours until somebody restarts it.
   */
  async #findAdoptable(): Promise<RunRecord | undefined> {
    const recorded = findRecorded(this.#folders);
    const { sandbox, network } = confinementOf(this.#config);
    if (recorded === undefined) return undefined;
    const isSame = recorded.sandbox === sandbox && recorded.network === network;
    if (isSame && (recorded.group === null) === (this.#config.cgroup === null)) return recorded;
    this.#log.info({ workspaceId: this.#id }, 'workspace in other walls: ended, not adopted');
    this.claim();
    await this.end();
    return undefined;
  }

  async #spawn(workspace: RuntimeWorkspace, onExit: () => void): Promise<void> {
    const owner = ownerOf(this.#config, this.#id);
    // First: nothing of the workspace may run while root goes through its folders.
    await this.#removeGroup();
    await emptyTmp(this.#folders);
    prepareFolders(this.#root, this.#folders, owner);
    const limits = await this.#beginLimits(workspace);
    this.#limits = limits;
    this.#endedForMemory = 0;
    const { cgroup } = this.#config;
    this.#group = cgroup === null ? null : makeControlGroup(cgroup, this.#id, limits);
    const setting = { folders: this.#folders, owner, limits, group: this.#group };
    const child = launch(this.#config, workspace, setting);
    // Without an id it has failed, and says why in its event; with one, a later error is that of a signal.
    const failed = new Promise<never>((_, fail) => child.once('error', fail));
    failed.catch(() => undefined);
    if (child.pid === undefined) return failed;
    this.#identity = findIdentity(child.pid) ?? { pid: child.pid, startedAt: 'gone' };
    this.#confinement = confinementOf(this.#config);
    writeRecord(this.#folders, { ...this.#identity, ...this.#confinement, group: this.#group, limits });
    child.unref();
    child.once('exit', onExit);
  }

  /** The limits of a start. The disk is measured where its quota cannot be set. */
  async #beginLimits({ plan_now: plan }: RuntimeWorkspace): Promise<ResourceLimits> {
    const limits = resourceLimits(this.#config, plan);
    const project = projectOf(this.#config, this.#id, this.#folders);
    this.#hasQuota = false;
    if (project === null) return limits;
    try {
      await beginQuota(this.#config, project, limits);
      this.#hasQuota = true;
      return limits;
    } catch (error) {
      this.#log.warn({ err: error, workspaceId: this.#id }, 'the disk of a workspace is measured: no quota');
      return resourceLimits({ ...this.#config, quotaDevice: null }, plan);
    }
  }

  /**
   * Kills what is left in the group, also when an app before this one has left it there without a record: it
   * would hold up every start, and nobody else would end it.
   */
  async #removeGroup(): Promise<void> {
    const { cgroup } = this.#config;
    const own = cgroup === null ? null : controlGroupOf(cgroup, this.#id);
    for (const group of new Set([this.#group, own])) if (group !== null) await removeControlGroup(group);
  }
}

function confinementOf({ sandbox, network }: RuntimeConfig): Confinement {
  if (sandbox !== 'bubblewrap') return { sandbox: 'none', network: 'shared' };
  return { sandbox, network: network === 'auto' ? 'none' : network };
}
