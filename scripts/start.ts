import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { DemoSignIn, Environment, Stop } from './setup/prepare-development.ts';
import { readEnvFile } from './setup/read-env-file.ts';

// A full disk or a closed reader must not end the processes.
process.stdout.on('error', () => undefined);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * `npm start`. In production: the server alone, which checks its own configuration. Elsewhere the missing
 * parts are started first and stopped in reverse order, the database last:
 * - an embedded Postgres without DATABASE_URL;
 * - the migrations, and demo data in an empty database;
 * - a PayTR sandbox without PAYTR_BASE_URL.
 */
async function main(): Promise<void> {
  readEnvFile();
  const stops: Stop[] = [];
  const env: Environment = { ...process.env };
  const interruption = noteInterruption();
  try {
    const signIns = env['NODE_ENV'] === 'production' ? [] : await prepare(env, stops, interruption.signal);
    interruption.signal.throwIfAborted();
    interruption.end();
    const server = startServer(env);
    stopOnSignal(server);
    const ended = endOf(server);
    if (env['NODE_ENV'] !== 'production') greetWhenListening(server, env, signIns);
    process.exitCode = await ended;
  } catch (error) {
    // Ctrl-C reaches initdb, too, which then fails.
    if (!interruption.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Loaded only here, since production needs none of it. */
async function prepare(env: Environment, stops: Stop[], interruption: AbortSignal): Promise<DemoSignIn[]> {
  const { prepareDevelopment } = await import('./setup/prepare-development.ts');
  return prepareDevelopment(env, stops, say, interruption);
}

/**
 * A signal during the preparation takes effect after the step in progress, so that everything started is
 * stopped in good order.
 */
function noteInterruption(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, abort);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of SIGNALS) process.removeListener(name, abort);
    },
  };
}

function startServer(env: Environment): ChildProcess {
  // The owner's password is no business of the app: whoever can read its environment could change evidence.
  const ofTheApp = { ...env };
  delete ofTheApp['MIGRATION_DATABASE_URL'];
  return fork(join(import.meta.dirname, '../src/server.ts'), {
    env: ofTheApp,
    execArgv: ['--import', 'tsx'],
    // Ctrl-C reaches this process only. The process forwards the signal, and the server drains before the
    // database stops.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function stopOnSignal(server: ChildProcess): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      server.kill(signal);
    });
  }
}

function endOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    server.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

function greetWhenListening(server: ChildProcess, env: Environment, signIns: DemoSignIn[]): void {
  server.once('message', () => {
    say('');
    say(`  YouAreCoder   ${env['BASE_URL'] ?? `http://localhost:${env['PORT'] ?? ''}`}`);
    say(`  PayTR         ${env['PAYTR_BASE_URL'] ?? ''}`);
    for (const { role, email, password, key } of signIns) {
      say(`  ${role.padEnd(13)} ${email}  /  ${password}`);
      // Only the demo has it: a production database has no such people, and this is never reached there.
      if (key !== null) say(`  ${''.padEnd(13)} second step: npm run -s code -- ${key}`);
    }
    say('');
    say('  Stop with Ctrl-C.');
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
