import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * More bytes than a program that has exited can have left in a pipe. Any further output came from other
 * processes, later.
 */
const LEFT_MAX = 1_048_576;

/**
 * Forwards the shell's output where there is no terminal. sshd keeps a connection for every process that
 * holds its pipe, so the shell never gets that pipe. Otherwise a process that has left the shell could go on
 * sending after the session has ended.
 */
export class Output {
  readonly #from: Socket;
  readonly #to: Socket;

  /**
   * `fd` is the pipe that sshd reads. The pipe becomes non-blocking, so that a client that reads nothing
   * cannot
   * keep us from ending.
   */
  constructor(from: Socket, fd: number) {
    this.#from = from;
    this.#to = new Socket({ fd, readable: false, writable: true });
    this.#to.on('error', () => from.destroy());
    from.on('error', () => undefined);
    from.pipe(this.#to, { end: false });
  }

  /** Forwards the output from before the shell's exit, and nothing later. */
  async finish(): Promise<void> {
    const [from, to] = [this.#from, this.#to];
    const end = from.bytesRead + LEFT_MAX;
    let seen = -1;
    while (!to.destroyed && from.bytesRead < end && (seen !== from.bytesRead || from.readableLength > 0)) {
      seen = from.bytesRead;
      await this.#written();
      // The contents of the pipe are read within a turn of the event loop. The second turn is for output that
      // was read during the first.
      await turn();
      await turn();
    }
    from.destroy();
    await this.#written();
  }

  /** sshd has taken everything that was read, or the client is gone. */
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
