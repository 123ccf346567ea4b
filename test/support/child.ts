import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface EndedChild {
  code: number | null;
  stdout: string;
  stderr: string;
}

const tsx = import.meta.resolve('tsx');

/** Starts a process of its own that runs a TypeScript file, or with `-e` as first argument a text. */
export function startChild(
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const { PATH = '', HOME = '' } = process.env;
  const inline = args[0] === '-e' ? ['--input-type=module'] : [];
  return spawn(process.execPath, ['--import', tsx, ...inline, ...args], {
    cwd: options.cwd ?? process.cwd(),
    // Nothing of the developer's environment: a DATABASE_URL there is not meant for tests.
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for the end of a process started by `startChild`. */
export async function endOfChild(child: ReturnType<typeof startChild>): Promise<EndedChild> {
  const read = async (stream: Readable): Promise<string> => {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  };
  const exit = new Promise<number | null>((done) => {
    child.once('exit', done);
  });
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), exit]);
  return { code, stdout, stderr };
}
