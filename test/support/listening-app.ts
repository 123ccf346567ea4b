import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createHttpServer } from '../../src/web/server/http-server.ts';
import type { UpgradeHandler } from '../../src/workspace/gateway/upgrade-handler.ts';
import { createTestApp, type TestApp, type TestAppOptions } from './app.ts';
import { createFakeRuntime } from './fake-runtime.ts';
import { startFakePaytr, type FakePaytr, type FakePaytrOptions } from './fake-paytr.ts';

export interface ListeningApp extends TestApp {
  url: string;
  paytr: FakePaytr;
}

/**
 * The application on a port of its own, for browsers, with a PayTR sandbox that notifies it and a program for
 * its workspaces.
 */
export async function startListeningApp(
  { env, deps }: TestAppOptions = {},
  gateway: FakePaytrOptions = {},
): Promise<ListeningApp> {
  let handler: RequestListener = (_req, res) => res.writeHead(503).end();
  const late: { upgrade?: UpgradeHandler | undefined } = {};
  const server = createHttpServer({
    listener: (req, res) => {
      handler(req, res);
    },
    upgrade: {
      isWanted: (req) => late.upgrade?.isWanted(req) === true,
      handle: async (...of) => late.upgrade?.handle(...of),
    },
    log: pino({ level: 'silent' }),
  });
  await new Promise<void>((done) => server.listen(0, done));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const paytr = await startFakePaytr({ ...gateway, callbackUrl: `${url}/billing/callback` });
  const program = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<!doctype html><title>Program</title><h1>A program</h1>');
  });
  await new Promise<void>((done) => program.listen(0, done));
  const runtime = createFakeRuntime((program.address() as AddressInfo).port);
  const test = await createTestApp({
    env: { BASE_URL: url, PAYTR_BASE_URL: paytr.url, PAYTR_TEST_MODE: '1', ...env },
    deps: { paytr: paytr.paytr, runtime, workspaceAddresses: runtime, ...deps },
  });
  handler = test.listener;
  late.upgrade = test.upgrade;
  return {
    ...test,
    url,
    paytr,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      program.closeAllConnections();
      await new Promise((done) => program.close(done));
      await paytr.close();
      await test.close();
    },
  };
}
