import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { answers } from './answers.ts';
import { launch } from './launch.ts';
import {
  findIdentity,
  isAlive,
  killRemains,
  signalGroup,
  signalProcesses,
  type ProcessIdentity,
} from '../sandbox/process-identity.ts';
import type {
  Confinement,
  RuntimeState,
  RuntimeWorkspace,
  SandboxEntrance,
  StartOutcome,
  WorkspaceAddress,
} from '../runtime-types.ts';
import { findSandboxProcesses } from '../sandbox/sandbox-processes.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { foldersOf, type WorkspaceFolders } from '../../config/data-folders.ts';
import {
  emptyTmp,
  findRecorded,
  ownerOf,
  prepareFolders,
  removeRecord,
  writeRecord,
  type RunRecord,
} from './workspace-folders.ts';
import { boundWorkspaceLog } from './workspace-log.ts';

export interface SupervisorDeps {
  config: RuntimeConfig;
  log: Log;
  /**
   * The pause after the first crash, in milliseconds; each one after doubles it, up to a minute. Default
   * 1000.
   */
  firstPauseMs?: number;
}

const LONGEST_PAUSE_MS = 60_000;

/** A process that lived for so long crashed of something new: the pauses begin again. In milliseconds. */
const STABLE_MS = 60_000;

/** A program that has not ended so long after SIGTERM is killed, in milliseconds. */
const GRACE_MS = 5000;

/** How often it is looked whether the program listens yet, or has ended, in milliseconds. */
const POLL_MS = 50;

/** A workspace and its process, which is started, watched, restarted and stopped, one act after the other. */
export class SupervisedWorkspace {
  state: RuntimeState = 'stopped';
  readonly #deps: SupervisorDeps;
  readonly #root: string;
  readonly #id: number;
  readonly #folders: WorkspaceFolders;
  #wanted: RuntimeWorkspace | null = null;
  #identity: ProcessIdentity | null = null;
  #confinement: Confinement | null = null;
  #acts: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | null = null;
  #crashes = 0;
  #runningSince = 0;

  constructor(deps: SupervisorDeps, root: string, id: number) {
    this.#deps = deps;
    this.#root = root;
    this.#id = id;
    this.#folders = foldersOf(root, id);
  }

  /** Null unless the program runs. */
  get address(): WorkspaceAddress | null {
    return this.state === 'running' ? this.#target() : null;
  }

  /** The walls around the program, or around its next start. */
  get confinement(): Confinement {
    return this.#confinement ?? confinementOf(this.#deps.config);
  }

  get entrance(): SandboxEntrance {
    const { sandbox } = this.confinement;
    if (sandbox === 'none') return { sandbox };
    const found = this.#identity === null ? null : findSandboxProcesses(this.#identity);
    return { sandbox, init: found?.init ?? null };
  }

  start(workspace: RuntimeWorkspace): Promise<StartOutcome> {
    this.#wanted = workspace;
    this.#crashes = 0;
    return this.#inTurn(() => this.#bringUp());
  }

  /** Restarts as a single act, so that a stop that comes meanwhile takes effect after it. */
  restart(workspace: RuntimeWorkspace): Promise<StartOutcome> {
    this.#wanted = workspace;
    this.#crashes = 0;
    return this.#inTurn(async () => {
      await this.#takeDown();
      return this.#bringUp();
    });
  }

  stop(): Promise<void> {
    this.#wanted = null;
    this.#cancelRetry();
    return this.#inTurn(() => this.#takeDown());
  }

  /** Watches it no longer; its process lives on. */
  leave(): Promise<void> {
    this.#wanted = null;
    this.#cancelRetry();
    return this.#inTurn(() => Promise.resolve());
  }

  /** Notices a process that has ended, bounds its log. */
  look(): void {
    if (this.state !== 'running' || this.#identity === null) return;
    if (isAlive(this.#identity)) boundWorkspaceLog(this.#folders.logFile);
    else this.#crashed();
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#acts.then(act);
    this.#acts = result.catch(() => undefined);
    return result;
  }

  async #bringUp(): Promise<StartOutcome> {
    if (this.#wanted === null) return { ok: false, reason: 'stopped' };
    if (this.state === 'running' && this.#identity !== null && isAlive(this.#identity)) return { ok: true };
    if (this.#deps.config.command === null) return { ok: false, reason: 'no-command' };
    this.#cancelRetry();
    this.state = 'starting';
    const outcome = await this.#startProcess(this.#wanted);
    if (outcome.ok) {
      this.state = 'running';
      this.#runningSince = Date.now();
    } else {
      await this.#endProcess();
      this.#crashed();
    }
    return outcome;
  }

  async #startProcess(workspace: RuntimeWorkspace): Promise<StartOutcome> {
    const adopted = await this.#findAdoptable();
    if (adopted === undefined) {
      try {
        await this.#spawn(workspace);
      } catch (error) {
        this.#deps.log.error(
          { err: error, workspaceId: this.#id },
          'the process of a workspace cannot be started',
        );
        return { ok: false, reason: 'cannot-start' };
      }
    } else {
      this.#identity = adopted;
      this.#confinement = { sandbox: adopted.sandbox, network: adopted.network };
      this.#deps.log.info({ workspaceId: this.#id, pid: adopted.pid }, 'workspace adopted');
    }
    return this.#untilListening();
  }

  /**
   * The program of an app before this one. One that runs in another sandbox or network than is set now is
   * ended: otherwise it would stay open to its neighbours until somebody restarts it.
   */
  async #findAdoptable(): Promise<RunRecord | undefined> {
    const recorded = findRecorded(this.#folders);
    const { sandbox, network } = confinementOf(this.#deps.config);
    if (recorded === undefined) return undefined;
    if (recorded.sandbox === sandbox && recorded.network === network) return recorded;
    this.#deps.log.info(
      { workspaceId: this.#id },
      'workspace in another sandbox or network: ended, not adopted',
    );
    this.#identity = recorded;
    await this.#endProcess();
    return undefined;
  }

  async #spawn(workspace: RuntimeWorkspace): Promise<void> {
    const { config } = this.#deps;
    const owner = ownerOf(config, this.#id);
    await emptyTmp(this.#folders);
    prepareFolders(this.#root, this.#folders, owner);
    const child = launch(config, workspace, this.#folders, owner);
    // Without an id it has failed, and says why in its event; with one, a later error is that of a signal.
    const failed = new Promise<never>((_, fail) => child.once('error', fail));
    failed.catch(() => undefined);
    if (child.pid === undefined) return failed;
    this.#identity = findIdentity(child.pid) ?? { pid: child.pid, startedAt: 'gone' };
    this.#confinement = confinementOf(config);
    writeRecord(this.#folders, { ...this.#identity, ...this.#confinement });
    child.unref();
    child.once('exit', () => {
      this.look();
    });
    await Promise.resolve();
  }

  async #untilListening(): Promise<StartOutcome> {
    const end = Date.now() + this.#deps.config.startTimeoutMs;
    while (Date.now() < end) {
      if (this.#identity === null || !isAlive(this.#identity)) return { ok: false, reason: 'ended' };
      if (this.#wanted === null) return { ok: false, reason: 'stopped' };
      const target = this.#target();
      if (target !== null && (await isListening(target))) return { ok: true };
      await pause(POLL_MS);
    }
    return { ok: false, reason: 'not-listening' };
  }

  #target(): WorkspaceAddress | null {
    if (this.#deps.config.usesSocket) return { socketPath: this.#folders.socketPath };
    return this.#wanted === null ? null : { port: this.#wanted.port };
  }

  #crashed(): void {
    this.state = this.#wanted === null ? 'stopped' : 'crashed';
    if (this.#identity !== null) killRemains(this.#identity);
    this.#identity = null;
    if (this.#wanted === null) return;
    if (this.#runningSince > 0 && Date.now() - this.#runningSince > STABLE_MS) this.#crashes = 0;
    this.#runningSince = 0;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, (this.#deps.firstPauseMs ?? 1000) * 2 ** this.#crashes);
    this.#crashes = Math.min(this.#crashes + 1, 16);
    this.#deps.log.warn(
      { workspaceId: this.#id, pauseMs },
      'the process of a workspace has ended: started again',
    );
    this.#retry = setTimeout(() => void this.#inTurn(() => this.#bringUp()), pauseMs).unref();
  }

  async #takeDown(): Promise<void> {
    this.#identity ??= findRecorded(this.#folders) ?? null;
    await this.#endProcess();
    this.state = 'stopped';
  }

  async #endProcess(): Promise<void> {
    const identity = this.#identity;
    if (identity !== null) {
      const inside = isAlive(identity) ? findSandboxProcesses(identity) : null;
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
    this.#identity = null;
    this.#confinement = null;
    removeRecord(this.#folders);
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }
}

function confinementOf({ sandbox, network }: RuntimeConfig): Confinement {
  if (sandbox !== 'bubblewrap') return { sandbox: 'none', network: 'shared' };
  return { sandbox, network: network === 'auto' ? 'none' : network };
}

function isListening(address: WorkspaceAddress): Promise<boolean> {
  return answers('socketPath' in address ? { path: address.socketPath } : { ...address, host: '127.0.0.1' });
}
