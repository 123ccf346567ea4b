import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * More than a program that has exited can have left in a pipe, in bytes: what comes beyond was written by
 * others, after it.
 */
const LEFT_MAX = 1_048_576;

/**
 * Passes on what the shell prints when there is no terminal. The shell never holds what sshd listens to: sshd
 * keeps a connection for whoever does, and a process that has left the shell could go on sending after the
 * session has ended.
 */
export class Output {
  readonly #from: Socket;
  readonly #to: Socket;

  /**
   * `fd` is where sshd listens. It becomes non-blocking: a client that reads nothing must not keep us from
   * ending.
   */
  constructor(from: Socket, fd: number) {
    this.#from = from;
    this.#to = new Socket({ fd, readable: false, writable: true });
    this.#to.on('error', () => from.destroy());
    from.on('error', () => undefined);
    from.pipe(this.#to, { end: false });
  }

  /** Passes on what had been printed when the shell exited, and nothing that comes later. */
  async finish(): Promise<void> {
    const [from, to] = [this.#from, this.#to];
    const end = from.bytesRead + LEFT_MAX;
    let seen = -1;
    while (!to.destroyed && from.bytesRead < end && (seen !== from.bytesRead || from.readableLength > 0)) {
      seen = from.bytesRead;
      await this.#written();
      // What lies in the pipe is read within a turn of the event loop; the second one is for what was read
      // while we waited.
      await turn();
      await turn();
    }
    from.destroy();
    await this.#written();
  }

  /** All that has been read was taken by sshd, or nobody is there any more. */
  #written(): Promise<void> {
    return new Promise((done) => {
      if (this.#to.destroyed) done();
      else
        this.#to.write('', () => {
          done();
        });
    });
  }
}
