import { request } from 'node:http';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';

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
