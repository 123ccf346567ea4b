import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGunzip } from 'node:zlib';
import express from 'express';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { DownloadEnd } from '../../src/web/downloads/download.ts';
import type { ReaderLimits } from '../../src/web/downloads/least-rate.ts';
import { sendDownload } from '../../src/web/downloads/send-download.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Serves `chunks` as a download; `ended` resolves with the argument of `finish`. */
async function serve(
  chunks: () => AsyncIterable<string | Buffer>,
  limits?: ReaderLimits,
): Promise<{ port: number; ended: Promise<DownloadEnd> }> {
  const log = pino({ level: 'silent' });
  const app = express();
  const ended = new Promise<DownloadEnd>((resolve) => {
    app.get('/file', (req, res, next) => {
      Object.assign(req, {
        log,
        requestId: 'r',
        receivedAt: new Date(),
      });
      const download = {
        fileName: 'file.json',
        contentType: 'application/json',
        chunks: chunks(),
        finish: (_context: unknown, end: DownloadEnd) => {
          resolve(end);
          return Promise.resolve();
        },
      };
      sendDownload(req, res, () => Promise.resolve(download), limits).catch(next);
    });
  });
  const server = createServer(app);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { port: (server.address() as AddressInfo).port, ended };
}

function open(port: number, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ port, path: '/file', host: '127.0.0.1', headers }, resolve).on('error', reject).end();
  });
}

async function* endless(): AsyncGenerator<Buffer, void> {
  for (;;) yield await Promise.resolve(Buffer.alloc(65_536));
}

describe('sendDownload', () => {
  it('ends a reader who takes nothing for too long, and says so', async () => {
    const { port, ended } = await serve(endless, { idleMs: 100, leastBytesPerSecond: 0, windowMs: 60_000 });
    const answer = await open(port);
    answer.on('error', () => undefined);
    expect(await ended).toMatchObject({ success: false, reason: 'reader-idle' });
  });

  it('ends a reader who takes too little, and says so', async () => {
    const { port, ended } = await serve(endless, {
      idleMs: 60_000,
      leastBytesPerSecond: 1e12,
      windowMs: 200,
    });
    const answer = await open(port);
    answer.on('error', () => undefined);
    answer.resume();
    expect(await ended).toMatchObject({ success: false, reason: 'reader-slow' });
  });

  it('does not blame the reader for what takes long to make', async () => {
    const slow = async function* (): AsyncGenerator<string, void> {
      for (const piece of ['a', 'b', 'c']) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield piece;
      }
    };
    const { port, ended } = await serve(slow, { idleMs: 60_000, leastBytesPerSecond: 1e12, windowMs: 150 });
    (await open(port)).resume();
    expect(await ended).toMatchObject({ success: true, bytes: 3 });
  });

  it('tells a reader who went away from one who took nothing', async () => {
    const { port, ended } = await serve(endless);
    const answer = await open(port);
    answer.on('error', () => undefined);
    answer.once('data', () => answer.destroy());
    expect(await ended).toMatchObject({ success: false, reason: 'reader-gone' });
  });

  it('sends the first piece at once, compressed as well, while the next is still being made', async () => {
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const { port, ended } = await serve(async function* () {
      yield '{"first":1';
      await held;
      yield '}';
    });
    const answer = await open(port, { 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    const text = answer.pipe(createGunzip());
    const first = await new Promise<Buffer>((resolve) => text.once('data', resolve));
    expect(first.toString()).toBe('{"first":1');
    goOn();
    const rest = await new Promise<Buffer>((resolve) => text.once('data', resolve));
    expect(rest.toString()).toBe('}');
    expect(await ended).toMatchObject({ success: true, bytes: 11 });
  });

  it('cuts the connection when a later piece fails', async () => {
    let fail: () => void = () => undefined;
    const failure = new Promise<void>((_, reject) => {
      fail = () => {
        reject(new Error('no more'));
      };
    });
    const { port, ended } = await serve(async function* () {
      yield '{"first":1';
      await failure;
    });
    const answer = await open(port);
    const cut = new Promise((resolve) => answer.once('error', resolve));
    answer.once('data', fail);
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
    expect(await ended).toMatchObject({ success: false, reason: 'failed' });
  });
});
