import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { appEnvironment } from './app-environment.ts';
import type { BenchDatabase, Lab } from '../lab.ts';

/**
 * - `product`: src/server.ts as it is.
 * - `without-audit`: the same with a recorder that writes nothing.
 * - `bare`: an Express handler behind the product's browser sessions, and nothing else.
 * - `bare-proxy`: the proxy library of the gateway alone.
 */
type AppKind = 'product' | 'without-audit' | 'bare' | 'bare-proxy';

export interface AppProcess {
  url: string;
  pid: number;
  /** Its DATA_DIR. */
  folder: string;
  stop(): Promise<void>;
}

const entries: Record<AppKind, string> = {
  product: '../../../src/server.ts',
  'without-audit': '../../../src/server.ts',
  bare: 'bare-app.ts',
  'bare-proxy': 'bare-proxy.ts',
};

const entry = (path: string): string => join(import.meta.dirname, path);

/**
 * Starts an app in its own process on a free port, with `env` on top of the defaults. `BENCH_GATEWAY_URL`
 * leads its questions to the gateway there. The lab stops it at the latest.
 */
export async function startApp(
  lab: Lab,
  database: BenchDatabase,
  kind: AppKind,
  env: Record<string, string> = {},
): Promise<AppProcess> {
  const folder = lab.makeFolder(`${database.name}-${kind}`);
  const logFile = openSync(join(folder, 'app.log'), 'a');
  const preloads = [
    ...(kind === 'without-audit' ? ['--import', entry('without-audit.ts')] : []),
    ...('BENCH_GATEWAY_URL' in env ? ['--import', entry('near-gateway.ts')] : []),
  ];
  const child = fork(entry(entries[kind]), {
    env: { PATH: process.env['PATH'], ...appEnvironment(database.appUrl, folder), ...env },
    execArgv: ['--import', 'tsx', ...preloads],
    stdio: ['ignore', logFile, logFile, 'ipc'],
  });
  closeSync(logFile);
  const ended = new Promise<void>((done) =>
    child.once('exit', () => {
      done();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  lab.onClose(stop);
  const port = await portOf(child, join(folder, 'app.log'));
  return { url: `http://127.0.0.1:${String(port)}`, pid: child.pid ?? 0, folder, stop };
}

/** Runs `work` with an app that is stopped afterwards. */
export async function withApp<T>(
  lab: Lab,
  database: BenchDatabase,
  kind: AppKind,
  work: (app: AppProcess) => Promise<T>,
): Promise<T> {
  const app = await startApp(lab, database, kind);
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}

function portOf(child: ChildProcess, logFile: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      resolve((message as { listening: number }).listening);
    });
    child.once('exit', () => {
      reject(new Error(`the app did not start: see ${logFile}`));
    });
    child.once('error', reject);
  });
}
