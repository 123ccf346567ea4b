/**
 * What a page says so soon after the workspace said something, in whichever of its sockets, is its own
 * answer, in milliseconds: VS Code reports back each file that changed and each port that opened. The way to
 * a browser and back takes up to 100 milliseconds across Europe, and a page on a busy machine another 50. A
 * person's next key may fall into it, but not all keys of a minute do.
 */
const REPLY_MS = 200;

/**
 * How long is looked back for whether the workspace speaks without pause, in windows of that length: ten
 * seconds.
 */
const WINDOWS = 50;

/**
 * In more of them than this it does: then all that a person sends would seem an answer, as where the screen
 * is the workspace's.
 */
const WINDOWS_MAX = WINDOWS / 2;

/** Tells what answers a workspace, by when the workspace last spoke in the WebSockets of one session. */
export class ReplyWindow {
  #spokenAt = -Infinity;
  /** The latest windows in which the workspace spoke, by their number since the epoch; each has one place. */
  readonly #spokenIn = new Array<number>(WINDOWS).fill(-Infinity);

  /** Notes that the workspace spoke, `at` in milliseconds since the epoch. */
  noteSpoken(at: number): void {
    this.#spokenAt = at;
    const window = Math.floor(at / REPLY_MS);
    this.#spokenIn[window % WINDOWS] = window;
  }

  /**
   * Whether what comes from the page at that moment answers what the workspace said; never while it speaks
   * without pause.
   */
  isReply(at: number): boolean {
    return at - this.#spokenAt < REPLY_MS && !this.#isWithoutPause(at);
  }

  #isWithoutPause(at: number): boolean {
    const first = Math.floor(at / REPLY_MS) - WINDOWS;
    return this.#spokenIn.filter((window) => window > first).length > WINDOWS_MAX;
  }
}
