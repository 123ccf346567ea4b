import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startChild, type Child } from '../../support/programs/child.ts';
import type { Action } from './year-app.ts';

interface RunningApp {
  child: Child;
  port: number;
}

/** The product in a process of its own, and a second one that stands ready for when the first is killed. */
export interface AppWithSpare {
  /**
   * Asks for an action at a moment. When `killAfterMs` is given, the process is killed then, and the answer
   * is null unless it came before.
   */
  act: (at: Date, action: Action, killAfterMs?: number) => Promise<unknown>;
  /** How many processes died. */
  kills: () => number;
  close: () => void;
}

/** Starts both processes. */
export async function startAppWithSpare(env: Record<string, string>): Promise<AppWithSpare> {
  const start = async (): Promise<RunningApp> => {
    const child = await startChild('test/faults/year/year-app.ts', { env });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += String(chunk)));
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
    const port = Number(first[0]);
    if (!(port > 0)) throw new Error(`the app did not start: ${words}`);
    return { child, port };
  };
  let app = await start();
  let spare = start();
  let dead = 0;

  const replace = async (): Promise<void> => {
    dead += 1;
    app = await spare;
    spare = start();
  };

  return {
    act: async (at, action, killAfterMs) => {
      const { child, port } = app;
      if (killAfterMs === undefined) return ask(port, at, action);
      const exit = once(child, 'exit');
      const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      const outcome = await ask(port, at, action).catch(() => null);
      clearTimeout(timer);
      child.kill('SIGKILL');
      await exit;
      await replace();
      return outcome;
    },
    kills: () => dead,
    close: () => {
      app.child.kill('SIGKILL');
      void spare.then(({ child }) => child.kill('SIGKILL'));
    },
  };
}

async function ask(port: number, at: Date, action: Action): Promise<unknown> {
  const body = JSON.stringify({ at, action });
  const response = await fetch(`http://127.0.0.1:${String(port)}/`, { method: 'POST', body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${action.what} at ${at.toISOString()}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
