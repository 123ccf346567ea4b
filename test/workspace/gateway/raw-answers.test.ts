import { once } from 'node:events';
import { Agent, request, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../../src/web/server/http-server.ts';
import type { WorkspaceAddress } from '../../../src/workspace/workspace-addresses.ts';
import { createTestApp, useTestApp } from '../../support/app.ts';
import { buildCast, buildWorkspace } from '../../support/programs/build.ts';
import { startRawProgram, type RawProgram } from '../../support/programs/raw-program.ts';
import { signIn } from '../../support/sign-in.ts';
import { enterWorkspace, type Guest } from '../entry.ts';
import { TEXT } from '../guest-client.ts';

const CONNECTIONS_MAX = 20;

const addresses = new Map<number, WorkspaceAddress>();
const site = useTestApp({
  env: { WORKSPACE_CONNECTIONS_MAX: String(CONNECTIONS_MAX) },
  deps: { workspaceAddresses: { addressOf: (id) => addresses.get(id) ?? null } },
});

const GOOD = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ngood';
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n';

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
let program: RawProgram;
let server: Server;
let port: number;
let guest: Guest;

beforeAll(async () => {
  program = await startRawProgram();
  const cast = await buildCast(site.db);
  const place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  addresses.set(place.id, { port: program.port });
  const { listener, upgrade, deps } = site;
  server = createHttpServer({
    ...{ listener, log: deps.log, bodyMs: 300 },
    ...(upgrade === undefined ? {} : { upgrade }),
  });
  await once(server.listen(0), 'listening');
  port = portOf(server);
  guest = await enterWorkspace(site.app, await signIn(site.app, cast.bob), place.id);
});

beforeEach(() => {
  program.answer = () => GOOD;
});

afterAll(async () => {
  agent.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await program.close();
});

const portOf = (of: Server): number => (of.address() as AddressInfo).port;

interface Got {
  status: number;
  reason: string;
  headers: IncomingMessage['headers'];
  text: string;
  isWhole: boolean;
}

/** Asks the workspace; for a WebSocket with `isSocket`, and 101 is what came then. */
function ask({ path = '/', isSocket = false } = {}): Promise<Got> {
  const wish = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const accept = 'application/json';
  const headers = { host: guest.host, cookie: guest.cookie, accept, ...(isSocket ? wish : {}) };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: isSocket ? false : agent });
    sent.on('error', reject);
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(toGot(answer, ''));
    });
    sent.on('response', (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (more: string) => (text += more));
      answer.on('error', () => undefined);
      answer.on('close', () => {
        resolve(toGot(answer, text));
      });
    });
    sent.end();
  });
}

const toGot = (answer: IncomingMessage, text: string): Got => ({
  status: answer.statusCode ?? 0,
  reason: answer.statusMessage ?? '',
  headers: answer.headers,
  text,
  isWhole: answer.complete,
});

/** Sends bytes of its own making and hands out all that comes back until the other side ends. */
async function askRaw(text: string, at = port): Promise<string> {
  const socket = connect(at, '127.0.0.1');
  let got = '';
  socket.setEncoding('latin1').on('data', (more: string) => (got += more));
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return got;
}

const atHost = (): string => `host: ${guest.host}\r\ncookie: ${guest.cookie}\r\nconnection: close\r\n`;

/** Eight at a time. */
async function each<Of>(of: Of[], work: (one: Of) => Promise<void>): Promise<void> {
  const left = [...of];
  const next = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: 8 }, next));
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte);

/** The workspace still answers, and so do we. */
async function expectUnharmed(): Promise<void> {
  program.answer = () => GOOD;
  expect(await ask()).toMatchObject({ status: 200, text: 'good' });
  const { status } = await fetch(`http://localhost:${String(port)}/healthz`);
  expect(status).toBe(200);
}

describe('whatever the program of a workspace answers', () => {
  it('is passed on with a status from 200 to 599, and is 502 with every other, also to a WebSocket', async () => {
    const wrong: unknown[] = [];
    // All that HTTP gives a meaning, all around the bounds, and of the others some.
    const isTold = (number: number): boolean =>
      STATUS_CODES[number] !== undefined ||
      [0, 99, 100, 199, 200, 599, 600, 999].some((at) => Math.abs(at - number) < 4) ||
      number % 9 === 0;
    const numbers = Array.from({ length: 1000 }, (_, number) => number)
      .filter(isTold)
      .map((number) => String(number).padStart(3, '0'));
    // Its own status is in the path of each request.
    program.answer = (head, socket) => {
      const code = /^GET \/(\d+)/.exec(head)?.[1] ?? '';
      socket.end(
        `HTTP/1.1 ${code} whatever\r\nupgrade: websocket\r\nconnection: Upgrade\r\ncontent-length: 0\r\n\r\n`,
      );
      return undefined;
    };
    const isPassable = (code: string): boolean => Number(code) >= 200 && Number(code) < 600;
    await each(numbers, async (code) => {
      const plain = await ask({ path: `/${code}` });
      // A WebSocket takes a new connection each time, so of the codes far from every bound only some are
      // tried.
      const isTried = Number(code) % 7 === 0 || [101, 199, 599, 600].includes(Number(code));
      const socket = isTried ? await ask({ path: `/${code}`, isSocket: true }) : plain;
      const expected = isPassable(code) ? Number(code) : 502;
      if (plain.status !== expected || socket.status !== (code === '101' ? 101 : expected))
        wrong.push({ code, plain: plain.status, socket: socket.status });
      const reason = STATUS_CODES[plain.status] ?? 'unknown';
      if (plain.reason !== reason) wrong.push({ code, reason: plain.reason });
    });
    expect(wrong).toEqual([]);
    await expectUnharmed();
  }, 60_000);

  it.each(['reason', 'value', 'name', 'trailer'])(
    'is whole or 502 with any byte in a %s, also to a WebSocket',
    async (where) => {
      const wrong: unknown[] = [];
      program.answer = (head, socket) => {
        const byte = String.fromCharCode(Number(/^GET \/(\d+)/.exec(head)?.[1]));
        const put = (at: string): string => (at === where ? byte : '');
        const first = head.includes('websocket')
          ? `HTTP/1.1 101 a${put('reason')}b\r\nupgrade: websocket\r\nconnection: Upgrade\r\n`
          : `HTTP/1.1 200 a${put('reason')}b\r\ntransfer-encoding: chunked\r\n`;
        const body = `4\r\ngood\r\n0\r\nx-last: a${put('trailer')}b\r\n\r\n`;
        socket.end(`${first}x-a${put('name')}b: a${put('value')}b\r\n\r\n${body}`, 'latin1');
        return undefined;
      };
      await each(bytes, async (byte) => {
        for (const isSocket of [false, true]) {
          const { status, text, reason } = await ask({ path: `/${String(byte)}`, isSocket });
          const isGood = isSocket ? status === 101 : status === 200 && text === 'good';
          if (!isGood && status !== 502) wrong.push({ byte, isSocket, status, text });
          if (isGood && reason !== STATUS_CODES[status]) wrong.push({ byte, reason });
        }
      });
      expect(wrong).toEqual([]);
      await expectUnharmed();
    },
    60_000,
  );

  it('keeps the bytes of a header as they are, also to a WebSocket', async () => {
    const name = Buffer.from('Çağlayan', 'utf8').toString('latin1');
    program.answer = (head) =>
      head.includes('websocket')
        ? SWITCHING.replace('\r\n\r\n', `\r\nx-name: ${name}\r\n\r\n`)
        : GOOD.replace('\r\n\r\n', `\r\nx-name: ${name}\r\n\r\n`);
    expect((await ask()).headers['x-name']).toBe(name);
    expect((await ask({ isSocket: true })).headers['x-name']).toBe(name);
  });

  it.each([
    ['nothing', '', 502],
    ['half a head', 'HTTP/1.1 200 OK\r\nconte', 502],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 502],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 502],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 502],
    ['a head of 20 kB', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 502],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\ngoodX', 502],
    ['a length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 4\r\n\r\ngood', 502],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: 4x\r\n\r\ngood', 502],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -4\r\n\r\ngood', 502],
    [
      'chunks and a length',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n4\r\ngood\r\n0\r\n\r\n',
      502,
    ],
    ['a coding of its own', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\ngood', 502],
    ['less than its length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ngood', 'cut'],
    ['chunks without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ngood\r\n', 'cut'],
    ['a chunk of no size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ngood\r\nzz\r\n', 502],
    ['more than its length', `${GOOD} and more`, 'good'],
    ['two answers', `${GOOD.replace('connection: close\r\n', '')}${GOOD}`, 'good'],
    ['two informational answers', `HTTP/1.1 100 a\r\n\r\nHTTP/1.1 103 b\r\nlink: x\r\n\r\n${GOOD}`, 'good'],
    ['only an informational answer', 'HTTP/1.1 102 a\r\n\r\n', 502],
    ['no length at all', 'HTTP/1.1 200 OK\r\n\r\ngood', 'good'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\ngood', 'good'],
  ])('is whole, cut off or 502 when it is %s, also to a WebSocket', async (_what, answer, expected) => {
    program.answer = (_head, socket) => {
      socket.end(answer, 'latin1');
      return undefined;
    };
    const { status, text, isWhole } = await ask();
    if (expected === 502) expect(status).toBe(502);
    else if (expected === 'good')
      expect({ status, text, isWhole }).toEqual({ status: 200, text: 'good', isWhole: true });
    else expect({ status, isWhole }).toEqual({ status: 200, isWhole: false });
    const socket = await ask({ isSocket: true });
    expect(socket.status).toBe(expected === 502 ? 502 : 200);
    await expectUnharmed();
  });

  it('is 502 when it leaves HTTP for something that nobody asked for', async () => {
    program.answer = () => SWITCHING;
    expect((await ask()).status).toBe(502);
    program.answer = () => SWITCHING.replace('websocket', 'h2c');
    expect((await ask({ isSocket: true })).status).toBe(502);
    await expectUnharmed();
  });

  it('is passed on though the program reads nothing of a long body, which is taken', async () => {
    program.answer = () => GOOD.replace('200 OK', '413 Too large').replace('connection: close\r\n', '');
    const body = 'x'.repeat(3_000_000);
    const got = await askRaw(
      `POST / HTTP/1.1\r\n${atHost()}content-length: ${String(body.length)}\r\n\r\n${body}`,
    );
    expect(got).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n[^]*good$/);
  });
});

describe('a WebSocket whose sides speak at once', () => {
  const greeting = Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]);

  async function openRaw(behindHead: Buffer): Promise<{ socket: Socket; got: () => string }> {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.on('data', (more: Buffer) => (got += more.toString('latin1')));
    socket.on('error', () => undefined);
    const head = `GET /socket HTTP/1.1\r\nhost: ${guest.host}\r\ncookie: ${guest.cookie}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), behindHead]));
    await once(socket, 'data');
    return { socket, got: () => got };
  }

  it('has the first message of the program, 100 of 100, however it was cut', async () => {
    let number = 0;
    program.answer = (_head, socket) => {
      number += 1;
      const whole = Buffer.concat([Buffer.from(SWITCHING), greeting, greeting]);
      const cut = SWITCHING.length + (number % (greeting.length + 1));
      setImmediate(() => socket.write(whole.subarray(cut)));
      return whole.subarray(0, cut);
    };
    const expected = Buffer.concat([greeting, greeting]).toString('latin1');
    let arrived = 0;
    await each(
      Array.from({ length: 100 }, (_, index) => index),
      async () => {
        const { socket, got } = await openRaw(Buffer.alloc(0));
        await expect.poll(() => got().split('\r\n\r\n')[1], { interval: 5 }).toBe(expected);
        arrived += 1;
        socket.destroy();
      },
    );
    expect(arrived).toBe(100);
  }, 30_000);

  it('has the first message of the browser, 100 of 100, and counts it', async () => {
    const heard: string[] = [];
    program.answer = (_head, socket) => {
      socket.on('data', (more: Buffer) => heard.push(more.toString('latin1')));
      return SWITCHING;
    };
    await each(
      Array.from({ length: 100 }, (_, index) => index),
      async () => {
        const { socket } = await openRaw(TEXT);
        socket.end();
        await once(socket, 'close');
      },
    );
    await expect.poll(() => heard.join('')).toBe(TEXT.toString('latin1').repeat(100));
  }, 30_000);

  it('is one of so many that a person may have open, and the rest get 429', async () => {
    program.answer = () => SWITCHING;
    const open: Socket[] = [];
    for (let count = 0; count < CONNECTIONS_MAX; count += 1)
      open.push((await openRaw(Buffer.alloc(0))).socket);
    expect((await ask({ isSocket: true })).status).toBe(429);
    const refused = await ask({ isSocket: true });
    const plain = await ask();
    for (const { status, headers } of [refused, plain])
      expect([status, headers['retry-after']]).toEqual([429, '10']);
    expect(plain.text).toContain('Too many connections');
    const events = (): Promise<unknown[]> =>
      site.db('security_events').whereRaw("details ->> 'reason' = 'too-many'");
    await expect.poll(events).toMatchObject([{ details: { by: 'gateway', times: 1 } }]);
    for (const socket of open) socket.destroy();
    program.answer = () => GOOD;
    await expect.poll(async () => (await ask()).status).toBe(200);
  });
});

describe('a request that comes in', () => {
  it('may take as long as it likes on its way to a workspace, and a minute to the app', async () => {
    program.answer = (head, socket) => {
      let body = head.split('\r\n\r\n')[1] ?? '';
      socket.on('data', (more: Buffer) => {
        body += more.toString('latin1');
        if (body === 'first then the rest') socket.end(GOOD);
      });
      return undefined;
    };
    const form = 'content-type: application/x-www-form-urlencoded\r\n';
    const length = 'content-length: 19\r\n\r\nfirst then';
    const upload = connect(port, '127.0.0.1');
    upload.write(`POST / HTTP/1.1\r\n${atHost()}${length}`);
    const uploaded = once(upload.setEncoding('latin1'), 'data');
    // The limit of the app is over when this one is answered.
    const late = await askRaw(`POST /auth/login HTTP/1.1\r\nhost: localhost\r\n${form}${length}`);
    expect(late).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(late).toContain('The request took too long to arrive.\n');
    upload.write(' the rest');
    expect(String(await uploaded)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    upload.destroy();
  });

  it('and stands still on its way to a workspace is answered 408, when it is the workspace that is silent 504', async () => {
    const impatient = await createTestApp({
      database: site.database,
      deps: { workspaceAddresses: site.deps.workspaceAddresses!, silentMs: 200 },
    });
    const { listener, deps, close } = impatient;
    const front = createHttpServer({ listener, log: deps.log });
    await once(front.listen(0), 'listening');
    program.answer = () => undefined;
    const upload = (body: string): Promise<string> =>
      askRaw(
        `POST / HTTP/1.1\r\n${atHost()}accept: text/html\r\ncontent-length: 10\r\n\r\n${body}`,
        portOf(front),
      );
    const [half, whole] = await Promise.all([upload('half'), upload('0123456789')]);
    expect(half).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*<h1>The upload stalled<\/h1>/);
    expect(whole).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n[^]*<h1>The workspace does not answer<\/h1>/);
    front.closeAllConnections();
    await new Promise((done) => front.close(done));
    await close();
  });

  it.each([
    [400, 'GET / HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n', 'İstek okunamadı.'],
    [400, 'GET * HTTP/1.1\r\nhost: localhost\r\n\r\n', 'could not be read'],
    [400, 'GET ftp://localhost/ HTTP/1.1\r\nhost: localhost\r\n\r\n', 'could not be read'],
    [431, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 'cookies'],
    [
      413,
      `POST /auth/login HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n1;${'a'.repeat(20_000)}\r\n`,
      'larger than we accept',
    ],
  ])('that nobody can read is answered %i with a body', async (status, text, said) => {
    const [head = '', body = ''] = (await askRaw(text)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n`);
    expect(Buffer.from(body, 'latin1').toString('utf8')).toContain(said);
  });

  it.each(['h2c', 'TLS/1.0', 'foo/2, bar', 'websocket'])(
    'and would like to become %s is answered as what it is, with its body',
    async (protocol) => {
      const wish = `connection: close, Upgrade, HTTP2-Settings\r\nupgrade: ${protocol}\r\nhttp2-settings: x\r\n`;
      const post = `content-type: application/x-www-form-urlencoded\r\ncontent-length: 8\r\n\r\nlocale=t`;
      let seen = '';
      program.answer = (head) => {
        seen = head;
        return GOOD;
      };
      expect(await askRaw(`GET /healthz HTTP/1.1\r\nhost: localhost\r\n${wish}\r\n`)).toMatch(
        /^HTTP\/1\.1 200 /,
      );
      expect(await askRaw(`POST /auth/login HTTP/1.1\r\nhost: localhost\r\n${wish}${post}`)).toMatch(
        /^HTTP\/1\.1 403 /,
      );
      expect(await askRaw(`POST / HTTP/1.1\r\n${atHost()}${wish}${post}`)).toMatch(/^HTTP\/1\.1 200 /);
      expect(seen).toContain('locale=t');
      if (protocol === 'websocket') return;
      expect(await askRaw(`GET / HTTP/1.1\r\n${atHost()}${wish}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
      expect(seen).not.toMatch(/upgrade|http2-settings/i);
    },
  );

  it('may ask about the server as a whole', async () => {
    expect(await askRaw('OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 204 No Content\r\n[^]*allow: GET, HEAD, POST, OPTIONS\r\n/i,
    );
    let seen = '';
    program.answer = (head) => {
      seen = head;
      return GOOD;
    };
    for (const target of ['*', `http://${guest.host}`]) {
      expect(await askRaw(`OPTIONS ${target} HTTP/1.1\r\n${atHost()}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
      expect(seen).toMatch(/^OPTIONS \* HTTP\/1\.1\r\n/);
    }
  });

  it('may name its host in the target, which goes before its Host header', async () => {
    let seen = '';
    program.answer = (head) => {
      seen = head;
      return GOOD;
    };
    const cookie = `cookie: ${guest.cookie}\r\nconnection: close\r\n\r\n`;
    for (const [target, path] of [
      ['/tree/a?b=c', '/tree/a?b=c'],
      ['', '/'],
      ['?b=http://x/', '/?b=http://x/'],
    ]) {
      const got = await askRaw(`GET http://${guest.host}${target} HTTP/1.1\r\nhost: localhost\r\n${cookie}`);
      expect(got).toMatch(/^HTTP\/1\.1 200 /);
      expect(seen).toContain(`GET ${path} HTTP/1.1\r\nhost: ${guest.host}\r\n`);
    }
    const app = await askRaw(`GET http://localhost/healthz HTTP/1.1\r\nhost: ${guest.host}\r\n${cookie}`);
    expect(app).toMatch(/^HTTP\/1\.1 200 /);
    expect(app).not.toContain('good');
  });

  it('reaches the program with every printable byte of its address', async () => {
    const path = bytes
      .filter((byte) => byte > 0x20 && byte < 0x7f && byte !== 0x23)
      .map((byte) => String.fromCharCode(byte))
      .join('');
    let seen = '';
    program.answer = (head) => {
      seen = head;
      return GOOD;
    };
    expect(await askRaw(`GET /${path} HTTP/1.1\r\n${atHost()}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen.split(' HTTP/1.1\r\n')[0]).toBe(`GET /${path}`);
  });
});
