import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Log } from '../../log.ts';
import { isOpenToAll } from '../sandbox/bubblewrap-words.ts';
import type { ProcessIdentity } from '../sandbox/process-identity.ts';
import { PortClosed } from '../workspace-addresses.ts';

/** util-linux; Debian has it everywhere. */
const NSENTER = '/usr/bin/nsenter';
const SETPRIV = '/usr/bin/setpriv';

const SCRIPT = readFileSync(join(import.meta.dirname, 'connect-inside.mjs'), 'utf8');

/** Nobody has asked for a port for so long, in milliseconds: the process goes. Its start takes some 0.1 s. */
const IDLE_MS = 60_000;

/** A process that says nothing for so long, in milliseconds, has not come up. */
const ANSWER_MS = 10_000;

/** A process that has not come up is not started again for so long, in milliseconds. */
const REST_MS = 1000;

/** More bytes of its complaints are not kept. */
const COMPLAINT_MAX = 500;

interface Waiting {
  resolve(socket: Socket): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** The answer of the process to one request: beside a connection, or with why there is none. */
interface Said {
  id: number;
  code?: string;
}

/** Whether this machine has what an entrance needs; `ofOthers`: it runs as users other than the app's. */
export function hasEntranceTools(ofOthers: boolean): boolean {
  return existsSync(NSENTER) && existsSync(SETPRIV) && (!ofOthers || isOpenToAll(process.execPath));
}

/**
 * A process in the network of one workspace, from which the app gets connections to ports that are open there
 * to the loopback address alone.
 *
 * 1. `holder` is a process of the workspace's user in the namespace to which that network belongs, and
 *    outside of the sandbox. So the user may enter without a privilege of the app's, and nobody inside sees
 *    it.
 * 2. Every capability is given up before it runs, so it can change nothing of that network.
 * 3. The socket of each connection is handed over itself (SCM_RIGHTS). Nothing listens anywhere, so nobody
 *    else gets in this way, and no byte takes a detour.
 * 4. The process ends with the app, or when nobody asks for a while. Connections live on without it.
 */
export class PortEntrance {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #idle: NodeJS.Timeout;
  isOver = false;
  #hasAnswered = false;
  #failure: { error: Error; at: number } | null = null;

  constructor(of: { holder: ProcessIdentity; owner: { uid: number; gid: number } | null; log: Log }) {
    const bare = ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs'];
    this.#child = spawn(
      NSENTER,
      [
        ...[`--target=${String(of.holder.pid)}`, '--preserve-credentials', '--user', '--net', '--'],
        ...[SETPRIV, ...bare, '--', process.execPath, '--max-old-space-size=32'],
        ...['--input-type=module', '--eval', SCRIPT],
      ],
      { cwd: '/', env: {}, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], ...(of.owner ?? {}) },
    );
    this.#idle = this.#countDown();
    let complaint = '';
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      if (complaint.length < COMPLAINT_MAX) complaint += bytes.toString('utf8', 0, COMPLAINT_MAX);
    });
    this.#child.on('message', (said, handle) => {
      this.#settle(said as Said, handle instanceof Socket ? handle : null);
    });
    this.#child.once('error', (error) => {
      this.#finish(error);
    });
    this.#child.once('close', (code) => {
      if (code !== 0 && !this.isOver)
        of.log.warn({ code, complaint }, 'the ports of a workspace cannot be reached');
      this.#finish(new Error(`the entrance to the ports has ended: ${complaint}`));
    });
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** A connection to this port inside. Rejects with `PortClosed` when nothing listens there. */
  connect(port: number): Promise<Socket> {
    this.#idle.refresh();
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error('the entrance to the ports does not answer'));
        this.end();
      }, ANSWER_MS).unref();
      this.#waiting.set(id, { resolve, reject, timer });
      this.#child.send({ id, port }, (error) => {
        if (error !== null) this.#take(id)?.reject(error);
      });
    });
  }

  /** Why the process has not come up, when that was a moment ago: each request would start another one. */
  get recentFailure(): Error | null {
    const failure = this.#failure;
    return failure !== null && Date.now() - failure.at < REST_MS ? failure.error : null;
  }

  /** Ends the process; connections that it has handed over stay. */
  end(): void {
    this.isOver = true;
    clearTimeout(this.#idle);
    if (this.#child.connected) this.#child.disconnect();
  }

  #countDown(): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#waiting.size > 0) this.#idle.refresh();
      else this.end();
    }, IDLE_MS).unref();
  }

  #settle({ id, code }: Said, socket: Socket | null): void {
    this.#hasAnswered = true;
    const waiting = this.#take(id);
    // Nobody waits any more.
    if (waiting === undefined) socket?.destroy();
    else if (socket !== null) waiting.resolve(socket);
    else
      waiting.reject(code === 'ECONNREFUSED' ? new PortClosed() : new Error(`no connection: ${code ?? ''}`));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting !== undefined) clearTimeout(waiting.timer);
    return waiting;
  }

  #finish(error: Error): void {
    if (!this.isOver && !this.#hasAnswered) this.#failure = { error, at: Date.now() };
    this.end();
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error);
  }
}
