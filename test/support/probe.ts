import { request } from 'node:http';
import type { WorkspaceRuntime } from '../../src/workspace/runtime-types.ts';

/**
 * The source of a workspace's program that answers with its pid and environment, tries what a request asks
 * for and reports the result, and ends on /crash. Its first argument is its address.
 */
export const probeProgram = `
const { createServer } = require('node:http');
const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const { connect } = require('node:net');
const tryIt = (act) => { try { return String(act()); } catch (error) { return error.code; } };
// PostgreSQL, chapter "Message Flow": the start-up message, and of the answer its kind and the first number in it.
const askPostgres = (port, user, say) => {
  const text = Buffer.from(['user', user, 'database', 'postgres', '', ''].join('\\0'));
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + text.length, 0);
  head.writeInt32BE(196608, 4);
  const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, text])));
  socket.on('error', (error) => say(error.code));
  socket.once('data', (answer) => {
    socket.destroy();
    say(String.fromCharCode(answer[0]) + (answer[0] === 82 ? answer.readInt32BE(5) : ''));
  });
};
createServer((req, res) => {
  const url = new URL(req.url, 'http://workspace');
  const path = url.searchParams.get('path');
  const say = (value) => res.end(JSON.stringify(value));
  if (url.pathname === '/crash') process.exit(1);
  else if (url.pathname === '/child') say(spawn('sleep', ['600']).pid);
  else if (url.pathname === '/deaf') {
    process.on('SIGTERM', () => writeFileSync('asked', ''));
    say('deaf');
  } else if (url.pathname === '/slow-end') {
    process.once('SIGTERM', () => setTimeout(() => { writeFileSync('ended', 'well'); process.exit(0); }, 300));
    say('slow');
  } else if (url.pathname === '/read') say(tryIt(() => readFileSync(path)));
  else if (url.pathname === '/list') say(tryIt(() => readdirSync(path)));
  else if (url.pathname === '/signal') say(tryIt(() => process.kill(Number(path), 0)));
  else if (url.pathname === '/postgres') askPostgres(Number(path), url.searchParams.get('user'), say);
  else if (url.pathname === '/connect')
    connect(path).on('connect', () => say('connected')).on('error', (error) => say(error.code));
  else say({ pid: process.pid, uid: process.getuid(), cwd: process.cwd(), env: process.env, args: process.argv.slice(1) });
}).listen(process.argv[1], () => console.log('\\u001b[31mready\\u001b[0m'));
`;

/** The program's report about itself. */
export interface AboutProbe {
  pid: number;
  uid: number;
  cwd: string;
  env: Record<string, string>;
  args: string[];
}

/** Sends a request to the program of that workspace, which must listen on its socket. */
export function askProgram<Answer>(runtime: WorkspaceRuntime, id: number, path = '/'): Promise<Answer> {
  const address = runtime.addressOf(id);
  if (address === null || !('socketPath' in address)) throw new Error('it has no socket');
  return new Promise((done, fail) => {
    request({ socketPath: address.socketPath, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => {
        done(JSON.parse(text) as Answer);
      });
    })
      .once('error', fail)
      .end();
  });
}
