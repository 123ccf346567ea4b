import { join } from 'node:path';
import { answers } from '../../src/workspace/runtime/answers.ts';
import { loadDevelopmentSecrets } from './development-secrets.ts';
import { forgetOtherServers, startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.ts';
import { findDatabase } from './find-database.ts';
import { createPaytrSandbox, listenNearPort } from '../paytr-sandbox/server.ts';
import { runMigrations } from '../migrations/run-migrations.ts';
import { seedDemo, type DemoSignIn } from '../seed.ts';

export type { DemoSignIn } from '../seed.ts';

export type Environment = Record<string, string | undefined>;
export type Stop = () => Promise<void>;
type Say = (line: string) => void;

const DEFAULT_PORT = 3000;
const DEFAULT_SANDBOX_PORT = 3001;

/**
 * Starts everything that a machine with only Node lacks, and writes the addresses into `env`: a free port, a
 * migrated database with demo data, secrets, a PayTR sandbox. Adds the parts that must be stopped at the end
 * to `stops`, and returns the demo's sign-ins. Throws soon after `interruption`.
 */
export async function prepareDevelopment(
  env: Environment,
  stops: Stop[],
  say: Say,
  interruption?: AbortSignal,
): Promise<DemoSignIn[]> {
  const dataDir = env['DATA_DIR'] ?? '.data';
  await choosePort(env, say);
  await prepareDatabase(env, dataDir, stops, say, interruption);
  interruption?.throwIfAborted();
  const secrets = await loadDevelopmentSecrets(dataDir);
  env['SESSION_SECRET'] ??= secrets.sessionSecret;
  env['LOG_LEVEL'] ??= 'warn';
  env['WORKSPACE_COMMAND'] ??= standInCommand();
  if (env['PAYTR_BASE_URL'] === undefined) await startSandbox(env, secrets, stops, say);
  return seedDemo(env, say);
}

/** A program that only explains that it is a stand-in. The operator chooses the real one. */
function standInCommand(): string {
  const script = join(import.meta.dirname, 'workspace-stand-in.ts');
  const parts = [process.execPath, '--import', import.meta.resolve('tsx'), script];
  const options = '--socket={socket} --folder={folder} --name={name}';
  return `${parts.map((part) => `"${part}"`).join(' ')} ${options}`;
}

async function prepareDatabase(
  env: Environment,
  dataDir: string,
  stops: Stop[],
  say: Say,
  interruption?: AbortSignal,
): Promise<void> {
  if ((env['DATABASE_URL'] ?? '').trim() === '') {
    forgetOtherServers(env);
    const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: say });
    stops.push(postgres.stop);
    env['DATABASE_URL'] = postgres.appUrl;
    env['MIGRATION_DATABASE_URL'] = postgres.ownerUrl;
  }
  interruption?.throwIfAborted();
  const found = await findDatabase(env, say);
  const { username: appRole } = new URL(found.appUrl);
  await runMigrations({ ownerUrl: found.ownerUrl, appRole, log: say });
}

/** A port that was asked for must be free. The default port gives way to another. */
async function choosePort(env: Environment, say: Say): Promise<void> {
  if (env['PORT'] !== undefined && env['PORT'].trim() !== '') {
    if (await isTaken(Number(env['PORT'])))
      throw new Error(`Port ${env['PORT']} is taken: set PORT to a free one.`);
    return;
  }
  let port = DEFAULT_PORT;
  while (await isTaken(port)) port += port === DEFAULT_PORT ? 10 : 1;
  if (port !== DEFAULT_PORT) say(`Port ${String(DEFAULT_PORT)} is taken, using ${String(port)} instead.`);
  env['PORT'] = String(port);
}

/** A server on any local address counts: browsers try both families for `localhost`. */
async function isTaken(port: number): Promise<boolean> {
  const answering = await Promise.all(['127.0.0.1', '::1'].map((host) => answers({ host, port })));
  return answering.includes(true);
}

async function startSandbox(
  env: Environment,
  secrets: { paytr: { merchantId: string; merchantKey: string; merchantSalt: string } },
  stops: Stop[],
  say: Say,
): Promise<void> {
  const baseUrl = env['BASE_URL'] ?? `http://localhost:${env['PORT'] ?? String(DEFAULT_PORT)}`;
  const sandbox = createPaytrSandbox({
    ...secrets.paytr,
    callbackUrl: `http://127.0.0.1:${env['PORT'] ?? String(DEFAULT_PORT)}/billing/callback`,
    retrySeconds: Number(env['SANDBOX_RETRY_SECONDS']?.trim() || 60),
  });
  const listening = await listenNearPort(
    sandbox,
    Number(env['SANDBOX_PORT']?.trim() || DEFAULT_SANDBOX_PORT),
  );
  if (listening.moved)
    say(
      `Port ${env['SANDBOX_PORT'] ?? String(DEFAULT_SANDBOX_PORT)} is taken, the PayTR sandbox uses another.`,
    );
  stops.push(listening.close);
  Object.assign(env, {
    BASE_URL: baseUrl,
    PAYTR_BASE_URL: listening.url,
    // The sandbox also has the central bank's files, made up.
    TCMB_BASE_URL: env['TCMB_BASE_URL'] ?? listening.url,
    PAYTR_MERCHANT_ID: secrets.paytr.merchantId,
    PAYTR_MERCHANT_KEY: secrets.paytr.merchantKey,
    PAYTR_MERCHANT_SALT: secrets.paytr.merchantSalt,
    PAYTR_TEST_MODE: env['PAYTR_TEST_MODE'] ?? '1',
    // The gateway refuses private addresses, and a development machine has no other.
    PAYTR_USER_IP_OVERRIDE: env['PAYTR_USER_IP_OVERRIDE'] ?? '203.0.113.10',
  });
}
