import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { compile } from './compile.ts';

export interface EndedChild {
  code: number | null;
  stdout: string;
  stderr: string;
}

export type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts a process that runs a TypeScript file with arguments, or a text. */
export async function startChild(
  program: string | { text: string },
  options: { args?: string[]; env?: Record<string, string>; cwd?: string } = {},
): Promise<Child> {
  const { PATH = '', HOME = '' } = process.env;
  const path = await compile(typeof program === 'string' ? { file: program } : program);
  return spawn(process.execPath, [path, ...(options.args ?? [])], {
    cwd: options.cwd ?? process.cwd(),
    // The developer's own environment is left out, since a DATABASE_URL there is not meant for tests.
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for the end of a process started by `startChild`. */
export async function endOfChild(started: Child | Promise<Child>): Promise<EndedChild> {
  const child = await started;
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
