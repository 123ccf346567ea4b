import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { listListeningPorts } from '../../../src/workspace/ports/listening-ports.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

it('lists what listens, and no port at which there are only connections', async () => {
  const server = createServer();
  ends.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];
  for (let i = 0; i < 50; i += 1) {
    const client = createConnection({ host: '127.0.0.1', port });
    ends.push(() => client.destroy());
    await once(client, 'connect');
    clients.push(client);
  }
  const listed = await listListeningPorts({ pid: process.pid, startedAt: '' });
  // A machine on which more listens lists the lowest ones only.
  if (listed.length < 20) expect(listed).toContain(port);
  for (const { localPort } of clients) expect(listed).not.toContain(localPort);
});
