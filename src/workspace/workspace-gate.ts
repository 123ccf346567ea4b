import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { authorizeWorkspaceRequest, type Entry } from './authorize-workspace-request.ts';
import type { DoorRules } from './find-passes.ts';
import { isCrossSite, type HostRequest } from './host-request.ts';
import type { PersonSigns } from './person-signs.ts';
import { trafficAt, writeTraffic } from './write-traffic.ts';

/** A decision is believed so long, in milliseconds: a page asks for dozens of files, and access must end within seconds. */
const BELIEVED_MS = 2000;

/** Decisions kept at once; strangers who make up cookies must not fill the memory. */
const KEPT_MAX = 10_000;

/**
 * The door of one process to all workspaces, for both ways in: asks `authorizeWorkspaceRequest`, believes its answer for two
 * seconds, and notes what is let in as traffic of the session.
 */
export class WorkspaceGate {
  readonly #db: Knex;
  readonly #rules: DoorRules;
  readonly #believed = new Map<string, { until: number; entry: Promise<Entry> }>();

  readonly #signs: PersonSigns;

  constructor(db: Knex, rules: DoorRules, signs: PersonSigns) {
    this.#db = db;
    this.#rules = rules;
    this.#signs = signs;
  }

  /** Decides about one request and counts it when it is let in. */
  async admit(context: RequestContext, request: HostRequest): Promise<Entry> {
    if (isCrossSite(request)) return { allowed: false, reason: 'cross-site' };
    const entry = await this.#decide(context, request);
    if (entry.allowed) await this.#note(context, entry, request);
    return entry;
  }

  /** Lets the next request of this pass be decided anew. */
  forget({ label, tokenHash }: Pick<HostRequest, 'label' | 'tokenHash'>): void {
    this.#believed.delete(`${label} ${tokenHash ?? ''}`);
  }

  async #decide(context: RequestContext, { label, tokenHash }: HostRequest): Promise<Entry> {
    const key = `${label} ${tokenHash ?? ''}`;
    const now = context.at.getTime();
    const believed = this.#believed.get(key);
    if (believed !== undefined && believed.until > now) return believed.entry;
    if (this.#believed.size >= KEPT_MAX) this.#believed.clear();
    const entry = authorizeWorkspaceRequest(this.#db, context, { label, tokenHash, ...this.#rules });
    this.#believed.set(key, { until: now + BELIEVED_MS, entry });
    try {
      return await entry;
    } catch (error) {
      this.#believed.delete(key);
      throw error;
    }
  }

  async #note(
    context: RequestContext,
    { session }: Extract<Entry, { allowed: true }>,
    request: HostRequest,
  ): Promise<void> {
    const isActive = this.#signs.isBehindRequest(session, context.at, request);
    const buffer = context.recorders?.trafficBuffer;
    if (buffer !== undefined) buffer.note(session, context.at, isActive);
    else await writeTraffic(this.#db, [trafficAt(session, context.at, isActive)]);
  }
}
