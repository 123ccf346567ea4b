import type { WorkspaceFolders } from '../../config/data-folders.ts';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import type { Log } from '../../log.ts';
import type { Plan } from '../../plan.ts';
import { limitControlGroup } from '../sandbox/control-group.ts';
import { beginQuota, endQuota, projectOf } from '../sandbox/project-quota.ts';
import type { QuotaProject } from '../sandbox/quota-programs.ts';
import { diskLimits, resourceLimits, type ResourceLimits } from '../sandbox/resource-limits.ts';

/** The limits that hold for the program of a workspace, over changes of its plan. */
export class LimitsInForce {
  readonly #config: RuntimeConfig;
  readonly #log: Log;
  readonly #id: number;
  readonly #folders: WorkspaceFolders;
  #limits: ResourceLimits | null = null;
  /** Its folders are a project of the quota. */
  #hasQuota = false;

  constructor({ config, log }: { config: RuntimeConfig; log: Log }, id: number, folders: WorkspaceFolders) {
    this.#config = config;
    this.#log = log;
    this.#id = id;
    this.#folders = folders;
  }

  /** Null when it was never started. */
  get current(): ResourceLimits | null {
    return this.#limits;
  }

  /** The project of its folders; null unless a quota bounds its disk. */
  get quota(): QuotaProject | null {
    const isBound = this.#limits?.disk_bound_by === 'quota';
    return isBound ? projectOf(this.#config, this.#id, this.#folders) : null;
  }

  /** The limits of a start; nothing may run. The disk is measured where its quota cannot be set. */
  async begin(plan: Plan): Promise<ResourceLimits> {
    this.#hasQuota = await this.#beginQuota(plan);
    this.#limits = this.#limitsOf(plan);
    return this.#limits;
  }

  /** The limits that a program was started with by an app before this one. */
  adopt(limits: ResourceLimits | null): void {
    this.#limits = limits;
    this.#hasQuota = limits?.disk_bound_by === 'quota' && this.#config.quotaDevice !== null;
  }

  /**
   * Sets the limits of the plan in force. Without a control group processes keep the limits that they were
   * started with, and only the bound of the disk is another one.
   */
  apply(plan: Plan, { group, isRunning }: { group: string | null; isRunning: boolean }): void {
    const asked = this.#limitsOf(plan);
    const isHeld = group === null && isRunning && this.#limits !== null;
    const limits = isHeld ? { ...asked, ...this.#limits, ...diskLimits(this.#askedOf(), plan) } : asked;
    if (JSON.stringify(limits) === JSON.stringify(this.#limits)) return;
    if (limits.disk_mb === null && this.quota !== null) this.#freeQuota(this.quota);
    try {
      if (group !== null) limitControlGroup(group, limits);
      this.#limits = limits;
    } catch (error) {
      this.#log.warn({ err: error, workspaceId: this.#id }, 'the limits of a plan could not be set');
    }
  }

  #limitsOf(plan: Plan): ResourceLimits {
    return resourceLimits(this.#askedOf(), plan);
  }

  #askedOf(): RuntimeConfig {
    return this.#hasQuota ? this.#config : { ...this.#config, quotaDevice: null };
  }

  async #beginQuota(plan: Plan): Promise<boolean> {
    const project = projectOf(this.#config, this.#id, this.#folders);
    if (project === null) return false;
    try {
      await beginQuota(this.#config, project, resourceLimits(this.#config, plan));
      return true;
    } catch (error) {
      this.#log.warn({ err: error, workspaceId: this.#id }, 'the disk of a workspace is measured: no quota');
      return false;
    }
  }

  #freeQuota(project: QuotaProject): void {
    endQuota(this.#config, project).catch((error: unknown) => {
      const facts = { err: error, workspaceId: this.#id };
      this.#log.warn(facts, 'the quota of a workspace could not be taken away');
    });
  }
}
