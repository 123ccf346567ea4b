import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { listListeningPorts } from '../../../src/workspace/ports/listening-ports.ts';

const isPossible =
  process.getuid?.() === 0 && ['/usr/bin/unshare', '/usr/sbin/ip'].every((path) => existsSync(path));
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Listens on these addresses, and no more on port 4000, of which fifty connections are left. */
const SERVERS = `
const { createConnection, createServer } = require('node:net');
const listen = (port, host) => new Promise((done) => {
  const server = createServer().listen(port, host, () => done(server));
});
// The server ends with some of them not yet accepted, and those are reset.
const connect = () =>
  new Promise((done) => createConnection(4000, '127.0.0.1').on('connect', done).on('error', () => undefined));
(async () => {
  const server = await listen(4000, '127.0.0.1');
  await Promise.all(Array.from({ length: 50 }, connect));
  server.close();
  const addresses = [[3000, '127.0.0.1'], [3006, '::1'], [8080, '0.0.0.0'], [5000, '127.0.0.2'], [80, '127.0.0.1']];
  for (const [port, host] of addresses) await listen(port, host);
  console.log('ready');
})();
`;

// A network of its own: in that of the machine others listen and connect as well.
it.skipIf(!isPossible)(
  'lists what listens where people can reach it, and no port at which there are only connections',
  async () => {
    const script = 'ip link set lo up && exec "$0" -e "$1"';
    const words = ['--net', 'sh', '-c', script, process.execPath, SERVERS];
    const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    ends.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    expect(await listListeningPorts({ pid: child.pid ?? 0, startedAt: '' })).toEqual([3000, 3006, 8080]);
  },
);

it('lists nothing of a process that has ended', async () => {
  expect(await listListeningPorts({ pid: 2 ** 30, startedAt: '' })).toEqual([]);
});
