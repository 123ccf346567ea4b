import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const scripts = fileURLToPath(new URL('..', import.meta.url));

/**
 * What sshd starts: kept in the repository, so that nothing has to be compiled while somebody waits for a
 * shell.
 */
export const COMPILED_SESSION = join(scripts, 'ssh-session.mjs');

const HEAD = `/* eslint-disable */
// Made from ssh-session.ts by \`npm run build:ssh\`, and never edited; a test says when it is not what that makes.
`;

/** The session command as one file of plain JavaScript that needs nothing but Node. */
export async function compileSession(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['ssh-session.ts'],
    absWorkingDir: scripts,
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'esm', charset: 'utf8', write: false },
  });
  const config = await resolveConfig(COMPILED_SESSION);
  return format(HEAD + (outputFiles[0]?.text ?? ''), { ...config, filepath: COMPILED_SESSION });
}
