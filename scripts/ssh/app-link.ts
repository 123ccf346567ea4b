import { createConnection, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { readLines, sendLine } from '../../src/workspace/ssh/json-lines.ts';
import type { AppMessage, SessionMessage, ShellOrder } from '../../src/workspace/ssh/ssh-messages.ts';

/**
 * How long a shell stays open while the app is away, in milliseconds: a deploy must not cut anybody's work.
 */
const AWAY_MS = 300_000;

/** How long to wait for the app's decision, and before another attempt, in milliseconds. */
const ANSWER_MS = 15_000;
const RETRY_MS = 1000;

/**
 * The longest time that the end of a session waits for an app that is away, in milliseconds; the person waits
 * as well. A session whose end is not reported in time ends as idle.
 */
const LAST_MESSAGE_MS = 15_000;

/** How long the app may take to record an end, in milliseconds. */
const NOTING_MS = 3000;

/** The app's decision: the shell to run, or the reason for the refusal. */
export type Decision = { run: ShellOrder } | { refused: string };

/**
 * The connection to the app, held as long as the shell lives. The app takes it for the proof that the shell
 * lives.
 */
export class AppLink {
  readonly #path: string;
  #socket: Socket | null = null;
  #resume = '';
  #onEnd: (text: string) => void = () => undefined;
  #isDone = false;
  #isNoted = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Asks for a session. `onEnd` is called when the app ends it later. Rejects when there is no answer. */
  async open(message: SessionMessage, onEnd: (text: string) => void): Promise<Decision> {
    this.#onEnd = onEnd;
    return this.#ask(message);
  }

  active(): void {
    this.#say({ active: true });
  }

  /**
   * Reports how the session ended and waits until the app has recorded it: a few seconds at most, or longer
   * while the app is being restarted.
   */
  async ended(how: 'exit' | 'lost'): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    const end = Date.now() + LAST_MESSAGE_MS;
    while (!(await this.#takeLeave(how))) {
      const decision = await this.#comeBack(end - Date.now());
      if (decision === null || 'refused' in decision) return;
    }
  }

  /** False when the app has gone without recording the end. A slow app still will. */
  async #takeLeave(how: 'exit' | 'lost'): Promise<boolean> {
    const socket = this.#socket;
    if (socket === null) return false;
    this.#say({ ended: how });
    const hasLeft = new Promise<boolean>((done) =>
      socket.once('close', () => {
        done(this.#isNoted);
      }),
    );
    const isOver = await Promise.race([hasLeft, pause(NOTING_MS, true)]);
    socket.destroy();
    return isOver;
  }

  #say(message: SessionMessage): void {
    if (this.#socket !== null) sendLine(this.#socket, message);
  }

  #ask(message: SessionMessage): Promise<Decision> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path: this.#path });
      const late = setTimeout(() => socket.destroy(new Error('no answer')), ANSWER_MS);
      let isIn = false;
      socket.on('error', reject);
      socket.once('close', () => {
        clearTimeout(late);
        reject(new Error('the app hung up'));
        if (this.#socket === socket) this.#socket = null;
        if (isIn && !this.#isDone) void this.#stayAlive();
      });
      readLines(socket, (said) => {
        clearTimeout(late);
        const answer = said as AppMessage;
        if ('noted' in answer) this.#isNoted = true;
        else if ('end' in answer) {
          this.#isDone = true;
          this.#onEnd(answer.end);
        } else if ('run' in answer) {
          isIn = true;
          this.#socket = socket;
          this.#resume = answer.run.resume;
          resolve(answer);
        } else resolve(answer);
      });
      sendLine(socket, message);
    });
  }

  async #stayAlive(): Promise<void> {
    const decision = await this.#comeBack(AWAY_MS, () => this.#isDone);
    if (this.#isDone) return;
    if (decision === null) this.#onEnd('The platform has been away for too long.');
    else if ('refused' in decision) this.#onEnd(decision.refused);
  }

  /** Null when the app stays away, or when the connection is no longer needed. */
  async #comeBack(ms: number, isNeedless: () => boolean = () => false): Promise<Decision | null> {
    const end = Date.now() + ms;
    while (Date.now() < end) {
      await pause(RETRY_MS);
      if (isNeedless()) return null;
      try {
        return await this.#ask({ resume: this.#resume });
      } catch {
        // The app is still away.
      }
    }
    return null;
  }
}
