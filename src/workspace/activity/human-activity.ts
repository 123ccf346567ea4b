import { ReplyWindow } from './reply-window.ts';
import { type SessionReference, IDLE_MINUTES } from '../session-row.ts';
import { isNavigation, type HostRequest } from '../host-request.ts';
import { Heartbeat } from './heartbeat.ts';
import { MINUTE_MS } from '../../durations.ts';

/**
 * What a page asks for in so many milliseconds after it was opened is its own greeting. Jupyter 6 registers
 * itself with a POST three seconds after its page was asked for, on a slow machine.
 */
const PAGE_GREETING_MS = 10_000;

/**
 * The same for a WebSocket, from when it speaks: Jupyter 6 asks about the kernel at once, also when it
 * connects anew by itself.
 */
const SOCKET_GREETING_MS = 2000;

/**
 * Sessions remembered at once, and of each the kinds of requests, and of each socket those of messages:
 * whoever makes up ever new ones must not fill the memory. A kind takes some 600 bytes.
 */
const SESSIONS_MAX = 5000;
const REQUEST_KINDS_MAX = 50;
const MESSAGE_KINDS_MAX = 200;

/** So much of a path tells kinds of requests apart, for the same reason. */
const PATH_MAX = 200;

/** Without a request or message for so long a session is over. */
const IDLE_MS = IDLE_MINUTES * MINUTE_MS;

interface Known {
  /** When the session was last heard of, in milliseconds. */
  usedAt: number;
  /** When a page was last asked for, in milliseconds. */
  pageAt: number;
  /** Over all WebSockets: what the workspace says in one a page may answer in another. */
  replies: ReplyWindow;
  /** Of requests; which of a browser's tabs one comes from is not known. */
  heartbeats: Map<string, Heartbeat>;
  /**
   * Milliseconds between the beats of each size that a WebSocket was heard to have: one that connects anew
   * goes on with them.
   */
  periods: Map<number, number>;
}

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
  readonly #sessions = new Map<number, Known>();
  /** When the sessions that are over were last forgotten, in milliseconds. */
  #forgotAt = 0;
  readonly #sockets = new WeakMap<object, Map<number, Heartbeat>>();

  /** Whether a person is behind a request that was let in. */
  isBehindRequest(session: SessionReference, at: Date, request: HostRequest): boolean {
    const now = at.getTime();
    const known = this.#known(session, now);
    if (isNavigation(request)) known.pageAt = now;
    if (request.isUpgrade) return false;
    if (request.isPersonal) return true;
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return false;
    const isBeat = heartbeatOf(known.heartbeats, kindOf(request), REQUEST_KINDS_MAX).isBeat(now);
    return !isBeat && now - known.pageAt >= PAGE_GREETING_MS;
  }

  /**
   * Whether a person is behind a message in a WebSocket, for which `socket` stands, and which speaks since
   * `openedAt`.
   */
  isBehindMessage(
    session: SessionReference,
    at: Date,
    { socket, openedAt, bytes }: { socket: object; openedAt: Date; bytes: number },
  ): boolean {
    const now = at.getTime();
    const { periods, replies } = this.#known(session, now);
    const heartbeats = this.#sockets.get(socket) ?? new Map<number, Heartbeat>();
    this.#sockets.set(socket, heartbeats);
    const heartbeat = heartbeatOf(heartbeats, bytes, MESSAGE_KINDS_MAX, periods.get(bytes));
    const isBeat = heartbeat.isBeat(now);
    if (heartbeat.knownMs !== null) rememberPeriod(periods, bytes, heartbeat.knownMs);
    const isGreeting = now - openedAt.getTime() < SOCKET_GREETING_MS;
    return !isBeat && !isGreeting && !replies.isReply(now);
  }

  /** Notes that the workspace said something in a WebSocket of the session. */
  noteSpoken(session: SessionReference, at: Date): void {
    const now = at.getTime();
    this.#known(session, now).replies.noteSpoken(now);
  }

  #known({ id }: SessionReference, now: number): Known {
    const found = this.#sessions.get(id);
    if (found !== undefined) {
      found.usedAt = now;
      return found;
    }
    this.#forget(now);
    const replies = new ReplyWindow();
    const known: Known = { usedAt: now, pageAt: 0, replies, heartbeats: new Map(), periods: new Map() };
    this.#sessions.set(id, known);
    return known;
  }

  /**
   * What was not heard of for so long that the session is over; and when there are still too many, the half
   * longest unheard of.
   */
  #forget(now: number): void {
    const isFull = this.#sessions.size >= SESSIONS_MAX;
    if (!isFull && now - this.#forgotAt < IDLE_MS) return;
    this.#forgotAt = now;
    for (const [id, { usedAt }] of this.#sessions) if (now - usedAt >= IDLE_MS) this.#sessions.delete(id);
    if (this.#sessions.size < SESSIONS_MAX) return;
    const longestFirst = [...this.#sessions].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [id] of longestFirst.slice(0, SESSIONS_MAX / 2)) this.#sessions.delete(id);
  }
}

function kindOf({ method, contentLength, path }: HostRequest): string {
  return contentLength === undefined ? `${method} ${path.slice(0, PATH_MAX)}` : `${method} ${contentLength}`;
}

function heartbeatOf<Kind>(
  heartbeats: Map<Kind, Heartbeat>,
  kind: Kind,
  max: number,
  knownMs?: number,
): Heartbeat {
  const found = heartbeats.get(kind);
  if (found !== undefined) return found;
  if (heartbeats.size >= max) forgetLongestUnheard(heartbeats);
  const heartbeat = new Heartbeat(knownMs);
  heartbeats.set(kind, heartbeat);
  return heartbeat;
}

/** Not a heartbeat: that was heard a moment ago. */
function forgetLongestUnheard<Kind>(heartbeats: Map<Kind, Heartbeat>): void {
  let longest: { kind: Kind; lastAt: number } | undefined;
  for (const [kind, { lastAt = -Infinity }] of heartbeats)
    if (longest === undefined || lastAt < longest.lastAt) longest = { kind, lastAt };
  if (longest !== undefined) heartbeats.delete(longest.kind);
}

function rememberPeriod(periods: Map<number, number>, bytes: number, knownMs: number): void {
  if (periods.size >= MESSAGE_KINDS_MAX && !periods.has(bytes)) periods.clear();
  periods.set(bytes, knownMs);
}
