import { setTimeout as pause } from 'node:timers/promises';
import { foldersOf, type WorkspaceFolders } from '../../config/data-folders.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import type { Log } from '../../log.ts';
import type { Confinement, RuntimeWorkspace } from '../runtime-types.ts';
import {
  controlGroupOf,
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
import type { QuotaProject } from '../sandbox/quota-programs.ts';
import type { ResourceLimits } from '../sandbox/resource-limits.ts';
import { findSandboxProcesses } from '../sandbox/sandbox-processes.ts';
import { launch } from './launch.ts';
import { LimitsInForce } from './limits-in-force.ts';
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
  readonly #limits: LimitsInForce;
  #identity: ProcessIdentity | null = null;
  #confinement: Confinement | null = null;
  #group: string | null = null;
  #endedForMemory = 0;
  #memoryBlameUntil = 0;

  constructor({ config, log }: { config: RuntimeConfig; log: Log }, root: string, id: number) {
    this.#config = config;
    this.#log = log;
    this.#root = root;
    this.#id = id;
    this.#folders = foldersOf(root, id);
    this.#limits = new LimitsInForce({ config, log }, id, this.#folders);
  }

  /** The walls around the program, or around its next start. */
  get confinement(): Confinement {
    return this.#confinement ?? confinementOf(this.#config);
  }

  /** Null when it was never started. */
  get limits(): ResourceLimits | null {
    return this.#limits.current;
  }

  /** The project of its folders; null unless a quota bounds its disk. */
  get quota(): QuotaProject | null {
    return this.#limits.quota;
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
    this.#limits.adopt(limits);
    this.#endedForMemory = this.#readEnded() ?? 0;
    this.applyPlan(workspace);
    this.#log.info({ workspaceId: this.#id, pid: adopted.pid }, 'workspace adopted');
  }

  /** Sets the limits of the plan in force; see `LimitsInForce`. */
  applyPlan({ plan_now: plan }: RuntimeWorkspace): void {
    this.#limits.apply(plan, { group: this.#group, isRunning: this.#identity !== null });
  }

  /** Notices whether the kernel has ended something for want of memory. */
  look(): void {
    const count = this.#readEnded() ?? this.#endedForMemory;
    if (count > this.#endedForMemory) this.#memoryBlameUntil = Date.now() + MEMORY_BLAME_MS;
    this.#endedForMemory = count;
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
    const limits = await this.#limits.begin(workspace.plan_now);
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
