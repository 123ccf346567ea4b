import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { drainServer } from '../../../src/web/server/drain-server.ts';

it('cuts an answer without an end soon, and waits for a request that is merely slow', async () => {
  const streams: ServerResponse[] = [];
  const slow: ServerResponse[] = [];
  const server = createServer((req, res) => {
    if (req.url === '/stream') {
      res.write('data: 1\n\n');
      streams.push(res);
    } else slow.push(res);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const stream = request({ port, path: '/stream' }).end();
  const [events] = (await once(stream, 'response')) as [IncomingMessage];
  events.on('error', () => undefined).resume();
  const isCut = new Promise((done) => events.once('close', done));
  const asked = request({ port, path: '/slow' }).end();
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  await expect.poll(() => slow.length).toBe(1);
  const before = performance.now();
  const drained = drainServer(server, {
    streamMs: 100,
    drainMs: 60_000,
    cutStreams: () => {
      for (const res of streams) res.destroy();
    },
  });
  await isCut;
  slow[0]?.end('done');
  const [answer] = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(200);
  await drained;
  // Less than the five seconds for which the connection of the slow one would be kept.
  expect(performance.now() - before).toBeLessThan(4000);
});
