import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import type { Environment } from '../setup/prepare-development.ts';

/**
 * The first pause before a dead worker is replaced, and the longest; each early death doubles it. In
 * milliseconds.
 */
const PAUSE_MS = { first: 250, longest: 30_000 };

/** A worker that lived so long died of a new cause, and the pauses start again. In milliseconds. */
const SETTLED_MS = 60_000;

/**
 * A worker gives requests in flight 20 seconds and then writes its buffers. A worker that takes longer hangs.
 */
const STOP_MS = 60_000;

interface WorkersOptions {
  env: Environment;
  count: number;
  say: (line: string) => void;
}

/**
 * Runs `src/server.ts` in `count` processes that share its port, and replaces one that dies. When this
 * process is killed, Node ends the workers.
 *
 * 1. Resolves to 0 when SIGTERM or SIGINT has stopped all workers, each after its requests in flight.
 * 2. Resolves to a worker's exit code when that refuses to start (its configuration, its port), after
 *    stopping the others.
 */
export function runWorkers(options: WorkersOptions): Promise<number> {
  cluster.setupPrimary({
    exec: join(import.meta.dirname, '../../src/server.ts'),
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve) => {
    new Workers(options, resolve).start();
  });
}

class Workers {
  readonly #options: WorkersOptions;
  readonly #finish: (exitCode: number) => void;
  readonly #alive = new Set<Worker>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #earlyDeaths = 0;
  #exitCode: number | null = null;

  constructor(options: WorkersOptions, finish: (exitCode: number) => void) {
    this.#options = options;
    this.#finish = finish;
  }

  start(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        this.#stop(0);
      });
    }
    // A single worker starts first, so that faults of the configuration are reported once.
    this.#fork(() => {
      for (let started = 1; started < this.#options.count; started += 1) this.#fork();
    });
  }

  #fork(whenListening?: () => void): void {
    const { env, say } = this.#options;
    const startedAt = Date.now();
    const worker = cluster.fork(env);
    let hasListened = false;
    this.#alive.add(worker);
    worker.on('message', (message: unknown) => {
      const port = listeningPort(message);
      if (port === null) return;
      hasListened = true;
      say(`process ${String(worker.process.pid)} listens on port ${String(port)}`);
      if (this.#exitCode === null) whenListening?.();
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#alive.delete(worker);
      if (this.#exitCode !== null) this.#finishWhenAlone();
      else if (!hasListened && signal === null) this.#stop(code ?? 1);
      else
        this.#replace(worker, signal ?? `exit code ${String(code)}`, Date.now() - startedAt, whenListening);
    });
  }

  #replace(dead: Worker, reason: string, livedMs: number, whenListening?: () => void): void {
    this.#earlyDeaths = livedMs < SETTLED_MS ? this.#earlyDeaths + 1 : 1;
    const pauseMs = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** (this.#earlyDeaths - 1));
    this.#options.say(
      `process ${String(dead.process.pid)} died (${reason}): another one in ${String(pauseMs)} ms`,
    );
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#fork(whenListening);
    }, pauseMs);
    this.#restarts.add(timer);
  }

  #stop(exitCode: number): void {
    if (this.#exitCode !== null) return;
    this.#exitCode = exitCode;
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const worker of this.#alive) worker.process.kill('SIGTERM');
    setTimeout(() => {
      for (const worker of this.#alive) worker.process.kill('SIGKILL');
    }, STOP_MS).unref();
    this.#finishWhenAlone();
  }

  #finishWhenAlone(): void {
    if (this.#alive.size === 0) this.#finish(this.#exitCode ?? 0);
  }
}

function listeningPort(message: unknown): number | null {
  const isOurs = typeof message === 'object' && message !== null && 'listening' in message;
  return isOurs && typeof message.listening === 'number' ? message.listening : null;
}
