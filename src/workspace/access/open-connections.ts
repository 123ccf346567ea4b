import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Log } from '../../log.ts';
import { authorizeKnown, type AccessChannel } from './authorize-request.ts';
import { type SessionReference } from '../session-row.ts';
import type { AccessFacts, FactSource } from './find-access-facts.ts';
import { type AccessRules } from '../access-rules.ts';
import type { AccessRefusal } from './decide-access.ts';
import { sessionBuffers } from '../sessions/session-buffers.ts';
import { MERELY_CONNECTED } from '../sessions/traffic-buffer.ts';
import type { WorkspaceAddresses } from '../workspace-addresses.ts';

/** Something that is open between a browser and a workspace. */
export interface OpenConnection<Client> {
  /** By whom it was opened, as the facts name it. */
  client: Client;
  workspaceId: number;
  /** The session that it belongs to; another one after a break. */
  session: SessionReference;
  /** Of the request that opened it. */
  context: RequestContext;
  /** The way in; that of browsers when not given. */
  channel?: AccessChannel;
  /** A WebSocket, which is cut when the process stops; an answer that is still being sent is waited for. */
  isSocket: boolean;
  /** One side has said that it leaves: while the socket still stands, it is no proof of life any more. */
  hasClosed?: boolean;
  /** Told why it is not let in any more; null when the workspace or this process is gone. */
  cut(refusal: AccessRefusal | null): void;
}

/** Where a connection stands among the open ones; `index` is -1 when it does no more. */
interface Place<Client> {
  readonly connection: OpenConnection<Client>;
  index: number;
}

interface ConnectionDeps<Client> {
  db: Knex;
  log: Log;
  /** Given: what is open to a workspace that does not listen is cut. */
  addresses?: WorkspaceAddresses;
  rules: AccessRules;
  facts: FactSource<Client>;
}

/** How often all open connections are decided about anew, in milliseconds: access must end within seconds. */
const LOOK_MS = 2000;

/**
 * Everything that is open through the gateway of one process, or by SSH. Every two seconds all of it is
 * decided about anew, in one statement, and what is no longer let in is cut. While the database does not
 * answer, what is open stays open.
 */
export class OpenConnections<Client> {
  /**
   * No Set: thousands come and go each second, and V8 keeps what a Set's earlier tables name until its next
   * full collection.
   */
  readonly #open: Place<Client>[] = [];
  readonly #deps: ConnectionDeps<Client>;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(deps: ConnectionDeps<Client>) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  get size(): number {
    return this.#open.length;
  }

  /** Watches a connection until the returned function is called. */
  add(connection: OpenConnection<Client>): () => void {
    const place = { connection, index: this.#open.length };
    this.#open.push(place);
    return () => {
      this.#remove(place);
    };
  }

  /** Decides about everything that is open now. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#open.length === 0) return;
    this.#isLooking = true;
    try {
      await this.#decideAll(new Date());
    } catch (error) {
      this.#deps.log.warn({ err: error, open: this.#open.length }, 'open connections could not be looked at');
    } finally {
      this.#isLooking = false;
    }
  }

  /** Cuts the sockets, since the process stops; requests are finished first, as everywhere. */
  close(): void {
    clearInterval(this.#timer);
    for (const { connection } of [...this.#open]) if (connection.isSocket) connection.cut(null);
  }

  /** Cuts all that is open, answers included. */
  cutAll(): void {
    for (const { connection } of [...this.#open]) connection.cut(null);
  }

  /** The last one takes its place. */
  #remove(place: Place<Client>): void {
    const { index } = place;
    const last = this.#open[this.#open.length - 1];
    if (index === -1 || last === undefined) return;
    this.#open.pop();
    last.index = index;
    if (last !== place) this.#open[index] = last;
    place.index = -1;
  }

  async #decideAll(at: Date): Promise<void> {
    const places = [...this.#open];
    const { db, facts } = this.#deps;
    const clients = new Map(
      places.map(({ connection: { client } }): [string, Client] => [facts.keyOf(client), client]),
    );
    const known = await facts.find(db, [...clients.values()], at);
    for (const place of places) {
      const { client, workspaceId } = place.connection;
      try {
        await this.#decide(place, known.get(facts.keyOf(client)), at);
      } catch (error) {
        // The fault of one must not keep the others open.
        this.#deps.log.warn({ err: error, workspaceId }, 'an open connection could not be decided about');
      }
    }
  }

  /**
   * Nothing is decided about what has gone meanwhile: that would open a session for nobody, or cut it a
   * second time.
   */
  async #decide(place: Place<Client>, facts: AccessFacts | undefined, at: Date): Promise<void> {
    if (place.index === -1) return;
    const { connection } = place;
    const context = { ...connection.context, at };
    const { db, addresses, rules } = this.#deps;
    const { workspaceId, channel } = connection;
    const decision = await authorizeKnown(db, context, {
      facts,
      ...rules,
      ...(channel === undefined ? {} : { channel }),
    });
    const isAway =
      decision.allowed && addresses !== undefined && (await addresses.addressOf(workspaceId)) === null;
    if (place.index === -1) return;
    if (!decision.allowed) connection.cut(decision.reason);
    else if (isAway) connection.cut(null);
    else {
      connection.session = decision.session;
      if (connection.hasClosed !== true)
        sessionBuffers.of(db)?.traffic?.note(decision.session, at, MERELY_CONNECTED);
    }
  }
}
