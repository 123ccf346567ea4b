import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'httpxy';

/** The proxy library of the gateway by itself: sends everything to the socket that BENCH_UPSTREAM names. */
function main(): void {
  const target = { socketPath: process.env['BENCH_UPSTREAM'] ?? '' };
  const proxy = createProxyServer({});
  const server = createServer((req, res) => void proxy.web(req, res, { target }));
  server.listen(0, () => {
    process.send?.({ listening: (server.address() as AddressInfo).port });
  });
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}

main();
