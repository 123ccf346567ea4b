import type { Log } from '../log.ts';

/**
 * How long the process may live after an uncaught error, in milliseconds: requests in flight may still end
 * well, and a hanging one must not keep the process.
 */
const LAST_RESORT_MS = 10_000;

/**
 * Takes the steps of stopping one after the other. After a signal the exit code is 0. After an uncaught error
 * it is 1, and the steps have a time limit, so that a supervisor starts the process again.
 */
export function stopInOrder(log: Log, steps: (() => Promise<void>)[]): void {
  let isStopping = false;
  const stop = async (reason: string, code: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'stopping: requests in flight are finished first');
    for (const step of steps) await step();
    log.info('stopped');
    process.exit(code);
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  // Started by scripts/start.ts: when that process is killed, nobody else would stop this one.
  process.on('disconnect', () => void stop('parent gone', 0));
  // A rejected promise that nobody awaits arrives here as well.
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'nobody caught this error: the process ends after what is in flight');
    setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
    stop('an error that nobody caught', 1).catch(() => process.exit(1));
  });
}
