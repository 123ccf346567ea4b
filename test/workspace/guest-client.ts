import { once } from 'node:events';
import { request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Guest } from './entry.ts';

/** How to reach a workspace's host from this machine. */
export interface Way {
  port: number;
  /** The certificate of the other side; without it there is no TLS. */
  ca?: string;
  /** The address that the other side is to see. */
  localAddress?: string;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export interface RequestOptions {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A masked text frame that says hello, a masked ping and a masked close. */
export const TEXT = Buffer.from([0x81, 0x85, 1, 2, 3, 4, 0x69, 0x67, 0x6f, 0x68, 0x6e]);
export const PING = Buffer.from([0x89, 0x80, 1, 2, 3, 4]);
export const CLOSE = Buffer.from([0x88, 0x80, 1, 2, 3, 4]);

/** Sends one request as a browser at the workspace's host would send it. */
export async function requestAt(way: Way, guest: Partial<Guest>, how: RequestOptions = {}): Promise<Answer> {
  const sent = send(way, guest, how);
  sent.end(how.body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** Opens a WebSocket, or tells the status that was answered instead. */
export async function openSocketAt(
  way: Way,
  guest: Partial<Guest>,
  headers: Record<string, string> = {},
): Promise<{ socket: Socket; headers: IncomingMessage['headers'] } | number> {
  const sent = send(way, guest, {
    path: '/socket',
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      ...headers,
    },
  });
  sent.end();
  return new Promise((resolve, reject) => {
    sent.once('upgrade', (response, socket: Socket) => {
      resolve({ socket, headers: response.headers });
    });
    sent.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
  });
}

/** Sends a frame and waits for what comes back. */
export async function echo(socket: Socket, frame: Buffer): Promise<Buffer> {
  const answered = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(frame);
  return (await answered)[0];
}

function send(
  way: Way,
  guest: Partial<Guest>,
  { method = 'GET', path = '/', headers = {} }: RequestOptions,
): ClientRequest {
  const cookie = guest.cookie === undefined ? {} : { cookie: guest.cookie };
  const host = guest.host ?? '';
  const request = way.ca === undefined ? plainRequest : tlsRequest;
  return request({
    ...way,
    host: '127.0.0.1',
    servername: host.replace(/:\d+$/, ''),
    method,
    path,
    agent: false,
    headers: { host, ...cookie, ...headers },
  });
}
