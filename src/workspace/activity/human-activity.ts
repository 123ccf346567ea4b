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
   * One for all WebSockets of the session, since a page may answer in another one than the workspace used.
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
 * Tells what a person causes from what a page does by itself; only the former makes a minute active. Contents
 * are not looked at: they are the person's, and every program has its own. A person is behind
 * - a page that the browser says a person asked for (`Sec-Fetch-User`, Fetch Metadata, section 2.4);
 * - a request that writes, and a message in a WebSocket, unless it is a greeting or a heartbeat: it comes
 *   right after the page or the socket was opened, or in the rhythm of those of its kind before it. Of one
 *   kind are messages of one size in one socket (VS Code: 13 bytes every five seconds), requests of one
 *   method and size, and where the size is not known, as where a proxy asks or the body comes in pieces,
 *   those of one method and path. A message that answers the workspace, right after one from there, is no
 *   sign either. Active minutes are the lower bound of use, so what comes at first, at once or as regularly
 *   as a clock makes none, whoever does it. The other way round, the beats of a heartbeat count until its
 *   rhythm is heard: two, or six of each when two tabs ask in turn. So does what a program does by itself at
 *   no regular time, such as to save what a person has changed (Jupyter: within two minutes), and whatever
 *   answers a workspace that speaks without pause.
 */
export class HumanActivity {
  /**
   * Of each session what was heard of it: at most 5000, each until half an hour after its last sign, when it
   * is over. A session that leaves early must show its heartbeats anew, so that a few of their beats make
   * minutes active. The caches of kinds below have the same rule: nobody who makes up ever new kinds fills
   * the memory.
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
