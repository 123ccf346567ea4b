import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security/security-log.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import type { AccessGrant } from '../access/decide-access.ts';

/** The security log names a person who has too much open at most once in this time, in milliseconds. */
const RECORDED_MS = 60_000;

const REFUSED_MAX = 10_000;

/** The person has as much open as one may have. */
export class TooMuchOpen extends Error {
  constructor() {
    super('the person has too much open');
    this.name = 'TooMuchOpen';
  }
}

/** A request of a person who may use the workspace. */
interface GrantedRequest {
  grant: AccessGrant;
  context: RequestContext;
}

interface Refused {
  /** In milliseconds since the epoch. */
  recordedAt: number;
  count: number;
}

interface Deps {
  config: Config;
  db: Knex;
  /** People whose refusals are counted at a time. Default 10 000. */
  refusedMax?: number;
}

/** How much each person has open, and how often one was refused for having too much. */
export class OpenPerPerson {
  readonly #deps: Deps;
  readonly #held = new Map<number, number>();
  /**
   * How often each person was refused since the security log last named the person: of at most `refusedMax`
   * people, until an hour after the last refusal. A count that leaves early is missing in the log, which then
   * names the person again at the next refusal.
   */
  readonly #refused: LRUCache<number, Refused>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#refused = new LRUCache({ max: deps.refusedMax ?? REFUSED_MAX, ttl: HOUR_MS, ttlResolution: 1000 });
  }

  /** Counts one more for its person. Returns what takes it away again; throws `TooMuchOpen`. */
  hold(granted: GrantedRequest): () => void {
    const { userId } = granted.grant;
    const held = this.#held.get(userId) ?? 0;
    if (held >= this.#deps.config.workspaceConnectionsMax) {
      this.#recordRefusal(granted);
      throw new TooMuchOpen();
    }
    this.#held.set(userId, held + 1);
    return () => {
      this.#letGo(userId);
    };
  }

  #letGo(userId: number): void {
    const held = this.#held.get(userId) ?? 0;
    if (held > 1) this.#held.set(userId, held - 1);
    else this.#held.delete(userId);
  }

  /** Writes one row a minute at most: a person who opens thousands of connections must not fill a table. */
  #recordRefusal({ grant: { userId, companyId }, context }: GrantedRequest): void {
    const now = context.at.getTime();
    const refused = this.#refused.get(userId) ?? { recordedAt: -Infinity, count: 0 };
    this.#refused.set(userId, refused);
    refused.count += 1;
    if (now - refused.recordedAt < RECORDED_MS) return;
    const details = { by: 'gateway', reason: 'too-many', user_id: userId, company_id: companyId };
    void recordSecurityEvent(this.#deps.db, context, {
      kind: 'access-refused',
      details: { ...details, times: refused.count },
    });
    refused.recordedAt = now;
    refused.count = 0;
  }
}
