import type { EnteredSession } from './authorize-workspace-request.ts';
import { isNavigation, type HostRequest } from './host-request.ts';
import { Rhythm } from './rhythm.ts';

/**
 * What a page asks for in so many milliseconds after it was opened is its own greeting. Jupyter 6 registers itself with a POST
 * three seconds after its page was asked for, on a slow machine.
 */
const PAGE_GREETING_MS = 10_000;

/** The same for a WebSocket, from when it speaks: Jupyter 6 asks about the kernel at once, also when it connects anew by itself. */
const SOCKET_GREETING_MS = 2000;

/** Sessions and kinds of messages remembered at once; a workspace that makes up ever new ones must not fill the memory. */
const SESSIONS_MAX = 10_000;
const KINDS_MAX = 200;

interface Known {
  /** When a page was last asked for, in milliseconds. */
  pageAt: number;
  rhythms: Map<string, Rhythm>;
}

/**
 * Tells what a person causes from what a page does by itself; only the former makes a minute active. Contents are not looked at:
 * they are the person's, and every program has its own. A person is behind
 * - a page that the browser says a person asked for (`Sec-Fetch-User`, Fetch Metadata, section 2.4);
 * - a request that writes, and a message in a WebSocket, unless it is a greeting or a heartbeat: it comes right after the page or
 *   the socket was opened, or in the rhythm of those of the same size before it (VS Code: 13 bytes every five seconds).
 * Active minutes are the lower bound of use, so a doubt makes none: who does something only in the first moments, or as
 * regularly as a clock, is merely connected. The other way round, the first two beats of a heartbeat count, and so does a program
 * that saves by itself what a person has changed (Jupyter: within two minutes).
 */
export class PersonSigns {
  readonly #sessions = new Map<number, Known>();

  /** Whether a person is behind a request that was let in. */
  isBehindRequest(session: EnteredSession, at: Date, request: HostRequest): boolean {
    const known = this.#known(session);
    const now = at.getTime();
    if (isNavigation(request)) known.pageAt = now;
    if (request.isUpgrade) return false;
    if (request.isPersonal) return true;
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return false;
    // Of what a proxy asks about the length is not known: then there is no telling a heartbeat from a person.
    const { method, contentLength } = request;
    const isBeat = contentLength !== undefined && isBeatIn(known, `${method} ${contentLength}`, now);
    return !isBeat && now - known.pageAt >= PAGE_GREETING_MS;
  }

  /** Whether a person is behind a message in a WebSocket that speaks since `openedAt`. */
  isBehindMessage(session: EnteredSession, at: Date, of: { openedAt: Date; bytes: number }): boolean {
    const now = at.getTime();
    const isBeat = isBeatIn(this.#known(session), `message ${String(of.bytes)}`, now);
    return !isBeat && now - of.openedAt.getTime() >= SOCKET_GREETING_MS;
  }

  #known({ id }: EnteredSession): Known {
    const found = this.#sessions.get(id);
    if (found !== undefined) return found;
    if (this.#sessions.size >= SESSIONS_MAX) this.#sessions.clear();
    const known: Known = { pageAt: 0, rhythms: new Map() };
    this.#sessions.set(id, known);
    return known;
  }
}

function isBeatIn({ rhythms }: Known, kind: string, now: number): boolean {
  const found = rhythms.get(kind) ?? new Rhythm();
  if (rhythms.size >= KINDS_MAX) rhythms.clear();
  rhythms.set(kind, found);
  return found.isBeat(now);
}
