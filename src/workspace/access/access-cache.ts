import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { authorizeRequest, type AccessDecision } from './authorize-request.ts';
import { type SessionReference } from '../session-row.ts';
import { browserFacts } from './find-access-facts.ts';
import { type AccessRules } from '../access-rules.ts';
import { isCrossSite, type HostRequest } from '../host-request.ts';
import { createAccessQuestions, type FindFacts } from './access-questions.ts';
import type { HumanActivity } from '../activity/human-activity.ts';
import { sessionBuffers } from '../sessions/session-buffers.ts';
import { trafficAt, writeTraffic } from '../sessions/write-traffic.ts';

/**
 * A decision is believed so long, in milliseconds: a page asks for dozens of files, and access must end
 * within seconds.
 */
const BELIEVED_MS = 2000;

/**
 * Older than this it is renewed while it is still believed, in milliseconds, so that who asks all the time
 * never waits.
 */
const RENEWED_MS = 1000;

/** Decisions kept at once; strangers who make up cookies must not fill the memory. */
const KEPT_MAX = 10_000;

interface Believed {
  /** When the request came about which it was decided, in milliseconds. */
  at: number;
  decision: Promise<AccessDecision>;
  /** True: a newer one is on its way. */
  isRenewed: boolean;
}

/**
 * The door of one process to all workspaces, for both ways in: asks `authorizeRequest`, believes its
 * answer for two seconds, and notes what is let in as traffic of the session when it is told to.
 */
export class AccessCache {
  readonly #db: Knex;
  readonly #rules: AccessRules;
  readonly #findFacts: FindFacts;
  readonly #believed = new Map<string, Believed>();
  readonly #humanActivity: HumanActivity;

  constructor(db: Knex, rules: AccessRules, humanActivity: HumanActivity) {
    this.#db = db;
    this.#rules = rules;
    this.#humanActivity = humanActivity;
    this.#findFacts = createAccessQuestions(db);
  }

  /** Decides about one request. What is let in is counted by `note`. */
  decide(context: RequestContext, request: HostRequest): Promise<AccessDecision> {
    return isCrossSite(request)
      ? Promise.resolve({ allowed: false, reason: 'cross-site' })
      : this.#decide(context, request);
  }

  /**
   * Counts a request that was let in; `isPartlySeen`: another proxy passes it on and only asked. A promise
   * only where it is written at once.
   */
  note(
    context: RequestContext,
    session: SessionReference,
    { request, isPartlySeen }: { request: HostRequest; isPartlySeen: boolean },
  ): Promise<void> | undefined {
    const isActive = this.#humanActivity.isBehindRequest(session, context.at, request);
    const buffer = sessionBuffers.of(this.#db)?.traffic;
    const sign = { isActive, isPartlySeen };
    if (buffer === undefined)
      return writeTraffic(this.#db, [trafficAt(session, context.at, sign)]).then(() => undefined);
    buffer.note(session, context.at, sign);
    return undefined;
  }

  #decide(context: RequestContext, request: HostRequest): Promise<AccessDecision> {
    const key = browserFacts.keyOf(request);
    const believed = this.#believed.get(key);
    const age = context.at.getTime() - (believed?.at ?? -Infinity);
    if (believed === undefined || age >= BELIEVED_MS) return this.#ask(key, context, request);
    if (age >= RENEWED_MS && !believed.isRenewed) {
      believed.isRenewed = true;
      this.#renew(key, context, request, believed);
    }
    return believed.decision;
  }

  #ask(key: string, context: RequestContext, request: HostRequest): Promise<AccessDecision> {
    if (this.#believed.size >= KEPT_MAX) this.#believed.clear();
    const decision = this.#authorize(context, request);
    const believed = { at: context.at.getTime(), decision, isRenewed: false };
    this.#believed.set(key, believed);
    const forget = (): void => {
      if (this.#believed.get(key) === believed) this.#believed.delete(key);
    };
    decision.then((found) => {
      if (isAway(found)) forget();
    }, forget);
    return decision;
  }

  /** Nobody waits for this one; when it fails, the old decision is believed until its time is over. */
  #renew(key: string, context: RequestContext, request: HostRequest, old: Believed): void {
    const decision = this.#authorize(context, request);
    decision.then(
      (found) => {
        if (this.#believed.get(key) !== old) return;
        if (isAway(found)) this.#believed.delete(key);
        else this.#believed.set(key, { at: context.at.getTime(), decision, isRenewed: false });
      },
      (error: unknown) => {
        context.log.warn({ err: error }, 'a decision about a workspace could not be renewed');
      },
    );
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

/** Not believed, so that a workspace is there as soon as it listens. */
function isAway(decision: AccessDecision): boolean {
  return !decision.allowed && decision.reason === 'away';
}
