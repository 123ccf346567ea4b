import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';

/** Runs each script that it is asked to run, and answers with all that the script printed. */
export const SCRIPT_PROGRAM = `
const { spawn } = require('node:child_process');
require('node:http').createServer((req, res) => {
  let script = '';
  req.on('data', (chunk) => (script += chunk));
  req.on('end', () => {
    const child = spawn('timeout', ['--foreground', '20', '/bin/sh', '-c', 'exec 2>&1; ' + script], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('close', () => res.end(text));
  });
}).listen(process.argv[1]);
`;

/** Users of workspaces follow this one; null where the test cannot give them users of their own. */
export const FIRST_UID = process.getuid?.() === 0 ? 200_000 : null;

/** Settings by which workspaces run scripts, each in a sandbox with a network of its own. */
export function scriptConfig(dataDir: string): Omit<RuntimeConfig, 'readable'> {
  return {
    ...{ ...plainRuntime, dataDir, startTimeoutMs: 30_000 },
    command: [process.execPath, '-e', SCRIPT_PROGRAM, '{socket}'],
    ...{ uid: FIRST_UID, sandbox: 'bubblewrap', network: 'own' },
  };
}

/** A runtime of such workspaces, and its folder. */
export function createScriptRuntime(over: Pick<RuntimeConfig, 'readable'> & Partial<RuntimeConfig>): {
  runtime: WorkspaceRuntime;
  dataDir: string;
  close(): Promise<void>;
} {
  const dataDir = mkdtempSync(join(tmpdir(), 'yac-'));
  chmodSync(dataDir, 0o711);
  const runtime = createWorkspaceRuntime({
    config: { ...scriptConfig(dataDir), ...over },
    log: pino({ level: 'silent' }),
  });
  const close = async (): Promise<void> => {
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { runtime, dataDir, close };
}

/** Runs a script in a workspace whose program this is, and returns what it printed. */
export function askInside(runtime: WorkspaceRuntime, id: number, script: string): Promise<string> {
  const address = runtime.addressOf(id);
  if (address === null || !('socketPath' in address)) throw new Error('it has no socket');
  return new Promise((done, fail) => {
    request({ socketPath: address.socketPath, method: 'POST' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => {
        done(text);
      });
    })
      .once('error', fail)
      .end(script);
  });
}
