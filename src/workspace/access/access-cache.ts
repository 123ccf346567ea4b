import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../../audit/request-context.ts';
import { authorizeRequest, type AccessDecision } from './authorize-request.ts';
import { type SessionReference } from '../session-row.ts';
import { browserFacts } from './find-access-facts.ts';
import { type AccessRules } from '../access-rules.ts';
import { isCrossSite, type HostRequest } from '../host-request.ts';
import { createAccessQuestions, type FindFacts } from './access-questions.ts';
import type { HumanActivity } from '../activity/human-activity.ts';
import { sessionBuffer } from '../sessions/session-buffer.ts';

/** Longest time that a decision is kept, in milliseconds: access must end within seconds. */
const KEPT_MS = 2000;

/**
 * A decision older than this, in milliseconds, is renewed in the background while it is still kept, so that a
 * busy browser never waits for the database.
 */
const RENEWED_MS = 1000;

interface KeptDecision {
  /** Arrival of the request that the decision is about, in milliseconds. */
  at: number;
  decision: Promise<AccessDecision>;
  /** True when a newer decision is on its way. */
  isRenewed: boolean;
}

/**
 * Asks `authorizeRequest` about requests to workspaces, keeps its answer for two seconds, since a page asks
 * for dozens of files, and counts authorized requests as use of their session.
 */
export class AccessCache {
  readonly #db: Knex;
  readonly #rules: AccessRules;
  readonly #findFacts: FindFacts;
  /**
   * By host and cookie: at most 10 000, since strangers who make up cookies must not fill the memory, each
   * for two seconds. A decision that leaves early is asked for again: that costs a statement and changes no
   * answer.
   */
  readonly #kept = new LRUCache<string, KeptDecision>({
    max: 10_000,
    ttl: KEPT_MS,
    perf: { now: () => Date.now() },
    ttlResolution: 0,
  });
  readonly #humanActivity: HumanActivity;

  constructor(db: Knex, rules: AccessRules, humanActivity: HumanActivity) {
    this.#db = db;
    this.#rules = rules;
    this.#humanActivity = humanActivity;
    this.#findFacts = createAccessQuestions(db);
  }

  /** Decides about one request. `note` counts it. */
  decide(context: RequestContext, request: HostRequest): Promise<AccessDecision> {
    return isCrossSite(request)
      ? Promise.resolve({ allowed: false, reason: 'cross-site' })
      : this.#decide(context, request);
  }

  /**
   * Counts an authorized request as use of its session; `isPartlySeen`: another proxy passes it on and only
   * asked.
   */
  note(
    { at }: RequestContext,
    session: SessionReference,
    { request, isPartlySeen }: { request: HostRequest; isPartlySeen: boolean },
  ): void {
    const isActive = this.#humanActivity.isBehindRequest(session, at, request);
    sessionBuffer.of(this.#db)?.note(session, at, { isActive, isPartlySeen });
  }

  #decide(context: RequestContext, request: HostRequest): Promise<AccessDecision> {
    const key = browserFacts.keyOf(request);
    const kept = this.#kept.get(key);
    if (kept === undefined) return this.#ask(key, context, request);
    if (context.at.getTime() - kept.at >= RENEWED_MS && !kept.isRenewed) {
      kept.isRenewed = true;
      this.#renew(key, context, request, kept);
    }
    return kept.decision;
  }

  #ask(key: string, context: RequestContext, request: HostRequest): Promise<AccessDecision> {
    const decision = this.#authorize(context, request);
    const kept = this.#keep(key, context, decision);
    const forget = (): void => {
      if (this.#kept.peek(key) === kept) this.#kept.delete(key);
    };
    decision.then((found) => {
      if (isAway(found)) forget();
    }, forget);
    return decision;
  }

  /** Asks again in the background. When that fails, the old decision is kept until its time is over. */
  #renew(key: string, context: RequestContext, request: HostRequest, old: KeptDecision): void {
    const decision = this.#authorize(context, request);
    decision.then(
      (found) => {
        if (this.#kept.peek(key) !== old) return;
        if (isAway(found)) this.#kept.delete(key);
        else this.#keep(key, context, decision);
      },
      (error: unknown) => {
        context.log.warn({ err: error }, 'a decision about a workspace could not be renewed');
      },
    );
  }

  #keep(key: string, context: RequestContext, decision: Promise<AccessDecision>): KeptDecision {
    const at = context.at.getTime();
    const kept = { at, decision, isRenewed: false };
    this.#kept.set(key, kept, { start: at });
    return kept;
  }

  #authorize(context: RequestContext, { label, tokenHash }: HostRequest): Promise<AccessDecision> {
    return authorizeRequest(this.#db, context, {
      label,
      tokenHash,
      ...this.#rules,
      ask: this.#findFacts,
    });
  }
}

/** Such a decision is not kept, so that a workspace is there as soon as it listens. */
function isAway(decision: AccessDecision): boolean {
  return !decision.allowed && decision.reason === 'away';
}
