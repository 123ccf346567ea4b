/**
 * A message that a page sends so soon after a message of the workspace is an answer, in milliseconds: VS Code
 * reports back each file that changed and each port that opened. The way to a browser and back takes up to
 * 100 milliseconds across Europe, and a page on a busy machine takes another 50. A person's next key may fall
 * into this time, but not all keys of a minute do.
 */
const REPLY_MS = 200;

/** Number of windows of that length that are remembered: ten seconds. */
const WINDOWS = 50;

/**
 * If the workspace sent something in more than half of these windows it is streaming, for example a remote
 * screen. Every keystroke would then look like an answer, so the rule is switched off.
 */
const WINDOWS_MAX = WINDOWS / 2;

/**
 * Recognises answers to a workspace, by the times at which the workspace sent something in the WebSockets of
 * one session.
 */
export class ReplyWindow {
  #spokenAt = -Infinity;
  /**
   * Numbers since the epoch of the latest windows in which the workspace sent something; each window has one
   * place.
   */
  readonly #spokenIn = new Array<number>(WINDOWS).fill(-Infinity);

  /** Notes that the workspace sent something, `at` in milliseconds since the epoch. */
  noteSpoken(at: number): void {
    this.#spokenAt = at;
    const window = Math.floor(at / REPLY_MS);
    this.#spokenIn[window % WINDOWS] = window;
  }

  /**
   * True when a message of the page at that moment answers the workspace; never while the workspace is
   * streaming.
   */
  isReply(at: number): boolean {
    return at - this.#spokenAt < REPLY_MS && !this.#isWithoutPause(at);
  }

  #isWithoutPause(at: number): boolean {
    const first = Math.floor(at / REPLY_MS) - WINDOWS;
    return this.#spokenIn.filter((window) => window > first).length > WINDOWS_MAX;
  }
}
