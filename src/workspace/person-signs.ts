import { AnswerWindow } from './answer-window.ts';
import type { EnteredSession } from './authorize-workspace-request.ts';
import { isNavigation, type HostRequest } from './host-request.ts';
import { Rhythm } from './rhythm.ts';

/**
 * What a page asks for in so many milliseconds after it was opened is its own greeting. Jupyter 6 registers itself with a POST
 * three seconds after its page was asked for, on a slow machine.
 */
const PAGE_GREETING_MS = 10_000;

/**
 * The same for a WebSocket, from when it speaks: Jupyter 6 asks about the kernel at once, also when it connects anew by
 * itself.
 */
const SOCKET_GREETING_MS = 2000;

/** Sessions and kinds of messages remembered at once; a workspace that makes up ever new ones must not fill the memory. */
const SESSIONS_MAX = 10_000;
const KINDS_MAX = 200;

/** So much of a path tells kinds of requests apart, for the same reason. */
const PATH_MAX = 200;

interface Known {
  /** When a page was last asked for, in milliseconds. */
  pageAt: number;
  /** Over all WebSockets: what the workspace says in one a page may answer in another. */
  answers: AnswerWindow;
  /** Of requests; which of a browser's tabs one comes from is not known. */
  rhythms: Map<string, Rhythm>;
  /** Milliseconds between the beats of each size that a WebSocket was heard to have: one that connects anew goes on with them. */
  periods: Map<number, number>;
}

/**
 * Tells what a person causes from what a page does by itself; only the former makes a minute active. Contents are not looked at:
 * they are the person's, and every program has its own. A person is behind
 * - a page that the browser says a person asked for (`Sec-Fetch-User`, Fetch Metadata, section 2.4);
 * - a request that writes, and a message in a WebSocket, unless it is a greeting or a heartbeat: it comes right after
 *   the page or the socket was opened, or in the rhythm of those of its kind before it. Of one kind are messages of
 *   one size in one socket (VS Code: 13 bytes every five seconds), requests of one method and size, and where the size
 *   is not known, as where a proxy asks or the body comes in pieces, those of one method and path. A message that
 *   answers the workspace, right after one from there, is no sign either.
 * Active minutes are the lower bound of use, so what comes at first, at once or as regularly as a clock makes none,
 * whoever does it. The other way round, the beats of a heartbeat count until its rhythm is heard: two, or six of each
 * when two tabs ask in turn. So does what a program does by itself at no regular time, such as to save what a person has
 * changed (Jupyter: within two minutes), and whatever answers a workspace that speaks without pause.
 */
export class PersonSigns {
  readonly #sessions = new Map<number, Known>();
  readonly #sockets = new WeakMap<object, Map<number, Rhythm>>();

  /** Whether a person is behind a request that was let in. */
  isBehindRequest(session: EnteredSession, at: Date, request: HostRequest): boolean {
    const known = this.#known(session);
    const now = at.getTime();
    if (isNavigation(request)) known.pageAt = now;
    if (request.isUpgrade) return false;
    if (request.isPersonal) return true;
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return false;
    const isBeat = rhythmOf(known.rhythms, kindOf(request)).isBeat(now);
    return !isBeat && now - known.pageAt >= PAGE_GREETING_MS;
  }

  /** Whether a person is behind a message in a WebSocket, for which `socket` stands, and which speaks since `openedAt`. */
  isBehindMessage(
    session: EnteredSession,
    at: Date,
    { socket, openedAt, bytes }: { socket: object; openedAt: Date; bytes: number },
  ): boolean {
    const { periods, answers } = this.#known(session);
    const rhythms = this.#sockets.get(socket) ?? new Map<number, Rhythm>();
    this.#sockets.set(socket, rhythms);
    const rhythm = rhythmOf(rhythms, bytes, periods.get(bytes));
    const now = at.getTime();
    const isBeat = rhythm.isBeat(now);
    if (rhythm.knownMs !== null) remember(periods, bytes, rhythm.knownMs);
    const isGreeting = now - openedAt.getTime() < SOCKET_GREETING_MS;
    return !isBeat && !isGreeting && !answers.isAnswer(now);
  }

  /** Notes that the workspace said something in a WebSocket of the session. */
  noteSpoken(session: EnteredSession, at: Date): void {
    this.#known(session).answers.noteSpoken(at.getTime());
  }

  #known({ id }: EnteredSession): Known {
    const found = this.#sessions.get(id);
    if (found !== undefined) return found;
    if (this.#sessions.size >= SESSIONS_MAX) this.#sessions.clear();
    const known: Known = { pageAt: 0, answers: new AnswerWindow(), rhythms: new Map(), periods: new Map() };
    this.#sessions.set(id, known);
    return known;
  }
}

function kindOf({ method, contentLength, path }: HostRequest): string {
  return contentLength === undefined ? `${method} ${path.slice(0, PATH_MAX)}` : `${method} ${contentLength}`;
}

function rhythmOf<Kind>(rhythms: Map<Kind, Rhythm>, kind: Kind, knownMs?: number): Rhythm {
  const found = rhythms.get(kind);
  if (found !== undefined) return found;
  const rhythm = new Rhythm(knownMs);
  remember(rhythms, kind, rhythm);
  return rhythm;
}

function remember<Kind, Value>(of: Map<Kind, Value>, kind: Kind, value: Value): void {
  if (of.size >= KINDS_MAX && !of.has(kind)) of.clear();
  of.set(kind, value);
}
