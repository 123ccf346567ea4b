import { availableParallelism } from 'node:os';
import { runWorkers } from './cluster/run-workers.ts';
import type { Environment, Stop } from './setup/prepare-development.ts';
import { readEnvFile } from './setup/read-env-file.ts';

// A full disk or a closed reader must not end the processes.
process.stdout.on('error', () => undefined);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * `npm run cluster`: the app on every core behind one port, or in as many processes as WEB_CONCURRENCY says.
 * In production only the processes are started. Elsewhere the missing parts are started too, as by `npm
 * start`.
 */
async function main(): Promise<void> {
  readEnvFile();
  const stops: Stop[] = [];
  const env: Environment = { ...process.env };
  try {
    const count = readCount(env['WEB_CONCURRENCY']);
    if (count > 1) leaveWorkspacesToOthers(env);
    if (env['NODE_ENV'] !== 'production') await prepare(env, stops);
    // The app's processes must not have the owner's password.
    delete env['MIGRATION_DATABASE_URL'];
    delete process.env['MIGRATION_DATABASE_URL'];
    process.exitCode = await runWorkers({ env, count, say });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Loaded only here, since production needs none of it. */
async function prepare(env: Environment, stops: Stop[]): Promise<void> {
  const { prepareDevelopment } = await import('./setup/prepare-development.ts');
  await prepareDevelopment(env, stops, say);
}

/** Every process would supervise the same programs, and a crashed one would be started once by each. */
function leaveWorkspacesToOthers(env: Environment): void {
  if (env['WORKSPACE_RUNTIME'] === 'external') return;
  if (env['NODE_ENV'] === 'production')
    throw new Error(
      'WORKSPACE_RUNTIME: must be external with more than one process (or set WEB_CONCURRENCY=1)',
    );
  env['WORKSPACE_RUNTIME'] = 'external';
  say('More than one process: WORKSPACE_RUNTIME=external, no workspace is run here.');
}

function readCount(text = ''): number {
  if (text.trim() === '') return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error('WEB_CONCURRENCY: a number of processes, 1 to 999');
  return Number(text);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
