import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Log } from '../../log.ts';
import { authorizeKnown, type AccessChannel } from './authorize-request.ts';
import { type SessionReference } from '../session-row.ts';
import type { AccessFacts, FactSource } from './find-access-facts.ts';
import { type AccessRules } from '../access-rules.ts';
import type { AccessRefusal } from './decide-access.ts';
import { sessionBuffer } from '../sessions/session-buffer.ts';
import { MERELY_CONNECTED } from '../sessions/session-notes.ts';
import type { WorkspaceAddresses } from '../workspace-addresses.ts';

/** Something that is open between a browser and a workspace. */
export interface OpenConnection<Client> {
  /** The client that opened it, by the name that the facts have for it. */
  client: Client;
  workspaceId: number;
  /** The session that it belongs to. After a break this is another one. */
  session: SessionReference;
  /** The context of the request that opened it. */
  context: RequestContext;
  /** The channel of access. Default: that of browsers. */
  channel?: AccessChannel;
  /**
   * True for a WebSocket, which is cut when the process stops. An answer that is still being sent is waited
   * for.
   */
  isSocket: boolean;
  /**
   * True when one side has said that it leaves. The socket may stay open for a while, which is no use any
   * more.
   */
  hasClosed?: boolean;
  /**
   * Closes the connection. `refusal` says why access ended; null when the workspace or this process is gone.
   */
  cut(refusal: AccessRefusal | null): void;
}

/** The place of a connection in the list of open ones. `index` is -1 once it is removed. */
interface Place<Client> {
  readonly connection: OpenConnection<Client>;
  index: number;
}

interface ConnectionDeps<Client> {
  db: Knex;
  log: Log;
  /** When given, connections to a workspace that does not listen are cut. */
  addresses?: WorkspaceAddresses;
  rules: AccessRules;
  facts: FactSource<Client>;
}

/**
 * Time between two decisions about all open connections, in milliseconds: access must end within seconds.
 */
const LOOK_MS = 2000;

/**
 * All connections that are open through the gateway of one process, or by SSH. Every two seconds one
 * statement reads what is needed to decide about all of them again, and those that may no longer go on are
 * cut. While the database does not answer, open connections stay open.
 */
export class OpenConnections<Client> {
  /**
   * An array, not a Set. Thousands of connections come and go each second, and V8 keeps the members of a
   * Set's earlier tables until the next full garbage collection.
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

  /** Decides about all connections that are open now. Never rejects. */
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

  /** Cuts the sockets, since the process stops. Requests are finished first, as everywhere. */
  close(): void {
    clearInterval(this.#timer);
    for (const { connection } of [...this.#open]) if (connection.isSocket) connection.cut(null);
  }

  /** Cuts all connections, answers included. */
  cutAll(): void {
    for (const { connection } of [...this.#open]) connection.cut(null);
  }

  /** Moves the last connection to the place that becomes free. */
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
        // A fault with one connection must not keep the others open.
        this.#deps.log.warn({ err: error, workspaceId }, 'an open connection could not be decided about');
      }
    }
  }

  /**
   * Skips a connection that was removed meanwhile. A decision would open a session for nobody, or cut the
   * connection a second time.
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
      if (connection.hasClosed !== true) sessionBuffer.of(db)?.note(decision.session, at, MERELY_CONNECTED);
    }
  }
}
