import { LRUCache } from 'lru-cache';
import { ReplyWindow } from './reply-window.ts';
import { type SessionReference, IDLE_MINUTES } from '../session-row.ts';
import { isNavigation, type HostRequest } from '../host-request.ts';
import { Heartbeat } from './heartbeat.ts';
import { MINUTE_MS } from '../../durations.ts';

/**
 * Requests in this time after a page was opened are the page's own greeting, in milliseconds. Jupyter 6
 * registers itself with a POST three seconds after its page was asked for, on a slow machine.
 */
const PAGE_GREETING_MS = 10_000;

/**
 * The same for a WebSocket, from its opening: Jupyter 6 asks about the kernel at once, also when it
 * reconnects by itself.
 */
const SOCKET_GREETING_MS = 2000;

/** Kinds of requests remembered of each session, and kinds of messages of each socket. */
const REQUEST_KINDS_MAX = 50;
const MESSAGE_KINDS_MAX = 200;

/**
 * Length of the part of a path that tells kinds of requests apart, so that long paths do not fill the memory.
 */
const PATH_MAX = 200;

interface Known {
  /** When a page was last asked for, in milliseconds. */
  pageAt: number;
  /**
   * The same for all WebSockets of the session, since a page may answer in another one than the workspace
   * used.
   */
  replies: ReplyWindow;
  /** Heartbeats among requests. Tabs are not told apart, since a request does not name its tab. */
  heartbeats: Heartbeats<string>;
  /**
   * Intervals of the heartbeats of each size that WebSockets had, in milliseconds, for a socket that
   * reconnects.
   */
  periods: LRUCache<number, number>;
}

type Heartbeats<Kind extends string | number> = LRUCache<Kind, Heartbeat>;

/**
 * Decides whether a person caused a request or a message, or whether a page sent it by itself. Only acts of a
 * person make a minute active. Contents are never read: they are private, and every program has its own.
 *
 * A request for a page is a person's when the browser says so (`Sec-Fetch-User`, Fetch Metadata, section
 * 2.4). A request that writes and a message in a WebSocket are a person's as well, with three exceptions:
 *
 * 1. Greetings, which come right after the page or the socket was opened.
 * 2. Heartbeats, which come in the rhythm of earlier ones of their kind. Messages of one size in one socket
 *    are of one kind (VS Code: 13 bytes every five seconds). So are requests of one method and size, or of
 *    one method and path where the size is not known: a proxy that only asks, a body in pieces.
 * 3. Answers, which come right after a message of the workspace.
 *
 * Active minutes are the lower bound of use: a person who acts during a greeting, or as regularly as a clock,
 * makes none. These acts of pages still count:
 *
 * - The beats of a heartbeat before its rhythm is known: two, or six of each when two tabs alternate.
 * - Acts at no regular time, such as saving the changes of a person (Jupyter: within two minutes).
 * - Answers to a workspace that speaks without pause.
 */
export class HumanActivity {
  /**
   * The state of each session: at most 5000, each until half an hour after its last request or message, when
   * the session is over. A session that leaves early must show its heartbeats again, so that a few of their
   * beats make minutes active. The caches of kinds below have the same rule, so that made-up kinds cannot
   * fill the memory.
   */
  readonly #sessions = new LRUCache<number, Known>({
    max: 5000,
    ttl: IDLE_MINUTES * MINUTE_MS,
    ttlResolution: 1000,
    updateAgeOnGet: true,
  });
  readonly #sockets = new WeakMap<object, Heartbeats<number>>();

  /** True when a person caused an authorized request. */
  isBehindRequest(session: SessionReference, at: Date, request: HostRequest): boolean {
    const now = at.getTime();
    const known = this.#known(session);
    if (isNavigation(request)) known.pageAt = now;
    if (request.isUpgrade) return false;
    if (request.isPersonal) return true;
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return false;
    const isBeat = heartbeatOf(known.heartbeats, kindOf(request)).isBeat(now);
    return !isBeat && now - known.pageAt >= PAGE_GREETING_MS;
  }

  /**
   * True when a person caused a message in a WebSocket. `socket` stands for the WebSocket, which was opened
   * at `openedAt`.
   */
  isBehindMessage(
    session: SessionReference,
    at: Date,
    { socket, openedAt, bytes }: { socket: object; openedAt: Date; bytes: number },
  ): boolean {
    const now = at.getTime();
    const { periods, replies } = this.#known(session);
    const heartbeats = this.#sockets.get(socket) ?? new LRUCache({ max: MESSAGE_KINDS_MAX });
    this.#sockets.set(socket, heartbeats);
    const heartbeat = heartbeatOf(heartbeats, bytes, periods.get(bytes));
    const isBeat = heartbeat.isBeat(now);
    if (heartbeat.knownMs !== null) periods.set(bytes, heartbeat.knownMs);
    const isGreeting = now - openedAt.getTime() < SOCKET_GREETING_MS;
    return !isBeat && !isGreeting && !replies.isReply(now);
  }

  /** Notes that the workspace sent something in a WebSocket of the session. */
  noteSpoken(session: SessionReference, at: Date): void {
    const now = at.getTime();
    this.#known(session).replies.noteSpoken(now);
  }

  #known({ id }: SessionReference): Known {
    const found = this.#sessions.get(id);
    if (found !== undefined) return found;
    const known: Known = {
      pageAt: 0,
      replies: new ReplyWindow(),
      heartbeats: new LRUCache({ max: REQUEST_KINDS_MAX }),
      periods: new LRUCache({ max: MESSAGE_KINDS_MAX }),
    };
    this.#sessions.set(id, known);
    return known;
  }
}

function kindOf({ method, contentLength, path }: HostRequest): string {
  return contentLength === undefined ? `${method} ${path.slice(0, PATH_MAX)}` : `${method} ${contentLength}`;
}

function heartbeatOf<Kind extends string | number>(
  heartbeats: Heartbeats<Kind>,
  kind: Kind,
  knownMs?: number,
): Heartbeat {
  const found = heartbeats.get(kind);
  if (found !== undefined) return found;
  const heartbeat = new Heartbeat(knownMs);
  heartbeats.set(kind, heartbeat);
  return heartbeat;
}
