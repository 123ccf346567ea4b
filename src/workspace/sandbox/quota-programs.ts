import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { findProgram } from './find-program.ts';

const run = promisify(execFile);

/** Setting a bound takes some ten milliseconds. */
const ANSWER_MS = 20_000;

/** Debian's `quota` and `e2fsprogs`. */
const SETQUOTA = findProgram('setquota').path;
const CHATTR = findProgram('chattr').path;
const LSATTR = findProgram('lsattr').path;

/** A workspace as a project of the file system. */
export interface QuotaProject {
  /** The number of its user: no other user's files and no project of somebody else have it. */
  number: number;
  /** All that it can write to. The first is its home. */
  folders: string[];
}

/** How much a project may take; 0 is no bound. */
export interface QuotaBounds {
  bytes: number;
  /** Files and folders. */
  files: number;
}

/**
 * Gives all that lies in the folders to the project; new files follow by themselves. A folder comes after its
 * files, so one that has the project has it as a whole.
 */
export async function gather({ number, folders }: QuotaProject): Promise<void> {
  const project = String(number);
  const { stdout } = await run(LSATTR, ['-dp', '--', ...folders]);
  const known = stdout.split('\n').filter((line) => new RegExp(`^ *${project} \\S*P`).test(line));
  const strange = folders.filter((folder) => !known.some((line) => line.endsWith(` ${folder}`)));
  if (strange.length === 0) return;
  const find = (...words: string[]): Promise<unknown> =>
    run('find', [...strange, '-xdev', ...words, '{}', '+']);
  await find('-type', 'f', '-exec', CHATTR, '-p', project);
  await find('-depth', '-type', 'd', '-exec', CHATTR, '-p', project, '+P');
}

/** Sets both bounds. */
export async function setBounds(
  { quotaDevice, quotaSocket }: Pick<RuntimeConfig, 'quotaDevice' | 'quotaSocket'>,
  { number }: QuotaProject,
  { bytes, files }: QuotaBounds,
): Promise<void> {
  const words = [String(number), String(Math.ceil(bytes / 1024)), String(Math.ceil(files))] as const;
  if (quotaSocket !== null) return askForBounds(quotaSocket, words.join(' '));
  const [project, kilobytes, most] = words;
  await run(SETQUOTA, ['-P', project, '0', kilobytes, '0', most, quotaDevice ?? '']);
}

/** Asks scripts/systemd/set-quota.sh, for an app that lacks the right to set bounds (CAP_SYS_ADMIN). */
function askForBounds(path: string, line: string): Promise<void> {
  return new Promise((done, fail) => {
    let answer = '';
    const socket = connect(path).setTimeout(ANSWER_MS);
    socket.on('data', (chunk: Buffer) => (answer += String(chunk)));
    socket.once('timeout', () => socket.destroy(new Error(`${path} does not answer`)));
    socket.once('error', fail);
    socket.once('end', () => {
      if (answer.trim() === 'ok') done();
      else fail(new Error(answer.trim() || `${path} gave no answer`));
    });
    socket.write(`${line}\n`);
  });
}
