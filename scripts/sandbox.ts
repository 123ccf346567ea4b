import { parseArgs } from 'node:util';
import { readSeed } from './paytr-sandbox/chaos/chaos.ts';
import { createPaytrSandbox, listenNearPort } from './paytr-sandbox/server.ts';

const DEFAULT_PORT = 3001;

/**
 * Starts the PayTR sandbox alone: `npm run sandbox`, with a bad day of the gateway by `-- --chaos 7`.
 * Settings come from the environment, see below.
 */
async function main(env: NodeJS.ProcessEnv, args: string[]): Promise<void> {
  if (env['NODE_ENV'] === 'production') throw new Error('The PayTR sandbox is not for production.');
  const port = readNumber(env, 'SANDBOX_PORT', DEFAULT_PORT);
  const chaosSeed = readChaos(args);
  const baseUrl = (env['BASE_URL'] ?? 'http://localhost:3000').replace(/\/+$/, '');
  const callbackUrl = `${baseUrl}/billing/callback`;
  const sandbox = createPaytrSandbox({
    merchantId: readText(env, 'PAYTR_MERCHANT_ID'),
    merchantKey: readText(env, 'PAYTR_MERCHANT_KEY'),
    merchantSalt: readText(env, 'PAYTR_MERCHANT_SALT'),
    callbackUrl,
    retrySeconds: readNumber(env, 'SANDBOX_RETRY_SECONDS', 60),
    ...(chaosSeed !== undefined && { chaosSeed }),
    log: (line) => {
      console.log(`[sandbox] ${line}`);
    },
  });
  const listening = await listenNearPort(sandbox, port);
  if (listening.moved)
    console.log(
      `Port ${String(port)} is taken: set PAYTR_BASE_URL=${listening.url} and TCMB_BASE_URL=${listening.url} for the app.`,
    );
  console.log(`PayTR sandbox on ${listening.url}, notifying ${callbackUrl}`);
  if (chaosSeed !== undefined) console.log(`Chaos is on, by the seed ${String(chaosSeed)}.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void listening.close());
  }
}

function readText(env: NodeJS.ProcessEnv, name: string): string {
  const text = env[name]?.trim();
  if (!text) throw new Error(`${name} is not set; it must be the same here and for the app.`);
  return text;
}

function readChaos(args: string[]): number | undefined {
  const { chaos } = parseArgs({ args, options: { chaos: { type: 'string' } } }).values;
  if (chaos === undefined) return undefined;
  const seed = readSeed(chaos);
  if (seed === undefined) throw new Error('--chaos needs a seed: a whole number of at most nine digits.');
  return seed;
}

function readNumber(env: NodeJS.ProcessEnv, name: string, byDefault: number): number {
  const number = Number(env[name] ?? byDefault);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name} must be a whole number above 0.`);
  return number;
}

main(process.env, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
