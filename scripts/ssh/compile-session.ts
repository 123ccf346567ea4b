import { join } from 'node:path';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

/**
 * The session command that sshd starts. The file is kept in the repository for two reasons:
 * - Nothing has to be compiled while somebody waits for a shell.
 * - sudo runs it as root, so the app's own user must not be able to write it when the app starts.
 */
export const COMPILED_SESSION = join(import.meta.dirname, 'dist/ssh-session.mjs');

const HEAD = `/* eslint-disable */
// Made from scripts/ssh/ssh-session.ts by \`npm run build:ssh\`, and never edited; a test says when it is not what that makes.
`;

/** The session command as one file of plain JavaScript that needs nothing but Node. */
export async function compileSession(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['ssh-session.ts'],
    absWorkingDir: import.meta.dirname,
    // Without the comments: another wording of a comment must not change the file.
    minifyWhitespace: true,
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'esm', charset: 'utf8', write: false },
  });
  const config = await resolveConfig(COMPILED_SESSION);
  return format(HEAD + (outputFiles[0]?.text ?? ''), { ...config, filepath: COMPILED_SESSION });
}
