import { setTimeout as pause } from 'node:timers/promises';
import { foldersOf, type WorkspaceFolders } from '../../config/data-folders.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import type { Log } from '../../log.ts';
import type { RuntimeState, RuntimeWorkspace, StartOutcome } from '../runtime-types.ts';
import type { WorkspaceAddress } from '../workspace-addresses.ts';
import { answers } from './answers.ts';
import { boundWorkspaceLog } from './workspace-log.ts';
import { WorkspaceProcess } from './workspace-process.ts';

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

/** How often it is looked whether the program listens yet, in milliseconds. */
const POLL_MS = 50;

/** A workspace and its process, which is started, watched, restarted and stopped, one act after the other. */
export class SupervisedWorkspace {
  state: RuntimeState = 'stopped';
  /** When the program was ended because its memory was used up; it waits for somebody to start it again. */
  memoryFullSince: Date | null = null;
  readonly process: WorkspaceProcess;
  readonly #deps: SupervisorDeps;
  readonly #id: number;
  readonly #folders: WorkspaceFolders;
  #wanted: RuntimeWorkspace | null = null;
  #acts: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | null = null;
  #crashes = 0;
  #runningSince = 0;

  constructor(deps: SupervisorDeps, root: string, id: number) {
    this.process = new WorkspaceProcess(deps, root, id);
    this.#deps = deps;
    this.#id = id;
    this.#folders = foldersOf(root, id);
  }

  /** Null unless the program runs. */
  get address(): WorkspaceAddress | null {
    return this.state === 'running' ? this.#target() : null;
  }

  start(workspace: RuntimeWorkspace): Promise<StartOutcome> {
    this.#want(workspace);
    return this.#inTurn(() => this.#bringUp());
  }

  /** Restarts as a single act, so that a stop that comes meanwhile takes effect after it. */
  restart(workspace: RuntimeWorkspace): Promise<StartOutcome> {
    this.#want(workspace);
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

  /** The plan in force, also for the start after a crash. */
  applyPlan(workspace: RuntimeWorkspace): void {
    const { plan_now } = workspace;
    if (this.#wanted !== null) this.#wanted = { ...this.#wanted, plan_now };
    this.process.applyPlan(workspace);
  }

  /** Notices a process that has ended, bounds its log. */
  look(): void {
    if (this.state !== 'running') return;
    this.process.look();
    if (this.process.isAlive) boundWorkspaceLog(this.#folders.logFile);
    else this.#crashed();
  }

  #want(workspace: RuntimeWorkspace): void {
    this.#wanted = workspace;
    this.#crashes = 0;
    this.memoryFullSince = null;
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#acts.then(act);
    this.#acts = result.catch(() => undefined);
    return result;
  }

  async #bringUp(): Promise<StartOutcome> {
    if (this.#wanted === null) return { ok: false, reason: 'stopped' };
    if (this.state === 'running' && this.process.isAlive) return { ok: true };
    if (this.#deps.config.command === null) return { ok: false, reason: 'no-command' };
    this.#cancelRetry();
    this.state = 'starting';
    const outcome = await this.#startProcess(this.#wanted);
    if (outcome.ok) {
      this.state = 'running';
      this.#runningSince = Date.now();
    } else {
      // The count of the kernel goes with the control group.
      this.process.look();
      await this.process.end();
      this.#crashed();
    }
    return outcome;
  }

  async #startProcess(workspace: RuntimeWorkspace): Promise<StartOutcome> {
    try {
      await this.process.bringUp(workspace, () => {
        this.look();
      });
    } catch (error) {
      const facts = { err: error, workspaceId: this.#id };
      this.#deps.log.error(facts, 'the process of a workspace cannot be started');
      return { ok: false, reason: 'cannot-start' };
    }
    return this.#untilListening();
  }

  async #untilListening(): Promise<StartOutcome> {
    const end = Date.now() + this.#deps.config.startTimeoutMs;
    while (Date.now() < end) {
      if (!this.process.isAlive) return { ok: false, reason: 'ended' };
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
    if (this.process.hasEndedForMemory()) {
      this.memoryFullSince = new Date();
      this.#wanted = null;
    }
    this.state = this.#wanted === null ? 'stopped' : 'crashed';
    this.process.forget();
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
    this.process.claim();
    await this.process.end();
    this.state = 'stopped';
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }
}

function isListening(address: WorkspaceAddress): Promise<boolean> {
  return answers('socketPath' in address ? { path: address.socketPath } : { ...address, host: '127.0.0.1' });
}
