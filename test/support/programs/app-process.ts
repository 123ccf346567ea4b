import { FAKE_STORE } from '../fake-paytr.ts';
import { startChild, type Child } from './child.ts';

/** The server in a process of its own. */
export interface AppProcess {
  port: number;
  /** A metric of the server: the sum of all series of that name with matching labels. */
  count(name: string, labels?: Record<string, string>): Promise<number>;
  /** Ends the server at once, like a crash. */
  kill(): Promise<void>;
}

/** The server's settings besides DATABASE_URL. */
export const serverEnvironment = {
  SESSION_SECRET: 'a session secret for tests only, 32+',
  PAYTR_MERCHANT_ID: FAKE_STORE.merchantId,
  PAYTR_MERCHANT_KEY: FAKE_STORE.merchantKey,
  PAYTR_MERCHANT_SALT: FAKE_STORE.merchantSalt,
  PAYTR_BASE_URL: 'http://127.0.0.1:9',
  PORT: '0',
  WORKSPACE_RUNTIME: 'external',
};

/** Starts the server on a free port. `env` needs DATABASE_URL. */
export async function startAppProcess(env: Record<string, string>): Promise<AppProcess> {
  const child = await startChild('src/server.ts', {
    env: { ...serverEnvironment, ...env },
  });
  const ended = new Promise<void>((done) => {
    child.once('exit', () => {
      done();
    });
  });
  const port = await portOf(child);
  return {
    port,
    count: async (name, labels = {}) => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/metrics`);
      return sumOf(await response.text(), name, labels);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * Reads the port from the line in which the server says that it listens. Fails with the server's output when
 * it ends instead.
 */
function portOf(child: Child): Promise<number> {
  return new Promise((done, fail) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      const found = /"port":(\d+).*"msg":"listening"/.exec(printed);
      if (found !== null) done(Number(found[1]));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      printed += String(chunk);
    });
    child.once('exit', () => {
      fail(new Error(`The server ended: ${printed}`));
    });
  });
}

function sumOf(text: string, name: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
