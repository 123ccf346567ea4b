import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { answerAndClose } from '../../web/server/answer-and-close.ts';
import { answerHead, cleanResponseHeaders } from './proxy-headers.ts';
import { BrokenAnswer, requirePassable } from './relay-request.ts';
import { WorkspaceSilent } from './workspace-agent.ts';

interface WebSocketOptions {
  options: RequestOptions;
  /** So long, in milliseconds, the workspace may take to answer. */
  silentMs: number;
  /** Told when there is an answer that can be passed on. */
  onAnswer(): void;
  /** Told when both sides speak WebSocket, before the first byte. */
  onOpen(): void;
  /** Told what the browser sends, and what the workspace does, as it passes. */
  onSent(bytes: Buffer): void;
  onSaid(bytes: Buffer): void;
}

/**
 * Asks a workspace for a WebSocket and joins the two sides, or passes on what it answers instead. Resolves
 * when they are joined or the answer has begun; rejects only while a status can still be sent. No byte is
 * lost that either side sends right behind its head: neither side is read before it is joined to the other.
 */
export function relayWebSocket(socket: Socket, head: Buffer, of: WebSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...of.options, agent: false, timeout: of.silentMs });
    sent.on('timeout', () => sent.destroy(new WorkspaceSilent()));
    let answered: IncomingMessage | null = null;
    sent.on('error', (error) => {
      // As for plain requests: what comes behind a whole answer takes nothing from it.
      if (answered?.complete === true) return;
      answered = null;
      reject(error);
    });
    socket.once('close', () => {
      sent.destroy();
      resolve();
    });
    sent.on('upgrade', (answer, workspaceSocket: Socket, workspaceHead) => {
      if (answer.headers.upgrade?.toLowerCase() !== 'websocket') {
        workspaceSocket.destroy();
        reject(new BrokenAnswer('it speaks something else than WebSocket'));
        return;
      }
      of.onAnswer();
      join(socket, workspaceSocket, { answer, head, workspaceHead, of });
      resolve();
    });
    sent.on('response', (answer) => {
      answered = answer;
      // What is wrong in the bytes that came with the head is found first, while there is a place for a
      // status.
      process.nextTick(() => {
        if (answered === null) return;
        try {
          requirePassable(answer);
          passBack(socket, answer);
          of.onAnswer();
          resolve();
        } catch (error) {
          sent.destroy();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    sent.end();
  });
}

function join(
  socket: Socket,
  workspaceSocket: Socket,
  {
    answer,
    head,
    workspaceHead,
    of,
  }: { answer: IncomingMessage; head: Buffer; workspaceHead: Buffer; of: WebSocketOptions },
): void {
  for (const [each, other] of [
    [socket, workspaceSocket],
    [workspaceSocket, socket],
  ] as const) {
    each.setTimeout(0);
    each.setNoDelay(true);
    each.setKeepAlive(true);
    each.on('error', () => each.destroy());
    // Once it has what is still on its way to it, each side learns that the other is gone, whoever cut the
    // line.
    each.once('close', () => {
      other.destroySoon();
    });
  }
  if (socket.destroyed) {
    workspaceSocket.destroy();
    return;
  }
  of.onOpen();
  const headers = cleanResponseHeaders(answer.headers, 101);
  socket.write(answerHead(101, { ...headers, connection: 'Upgrade', upgrade: 'websocket' }), 'latin1');
  if (head.length > 0) socket.unshift(head);
  if (workspaceHead.length > 0) workspaceSocket.unshift(workspaceHead);
  workspaceSocket.pipe(socket).pipe(workspaceSocket);
  // Behind the pipes: a listener sets a stream flowing, and what flows before there is a pipe is lost.
  socket.on('data', of.onSent);
  workspaceSocket.on('data', of.onSaid);
  // A browser that has ended its side is gone, also when the program never ends its own: no WebSocket is half
  // open, and one that were would keep the server from closing.
  socket.once('end', () => socket.destroy());
}

/** Its end is the end of the connection (RFC 9112, section 6.3), so that it needs no framing of its own. */
function passBack(socket: Socket, answer: IncomingMessage): void {
  const { statusCode: status = 502, headers } = answer;
  if (socket.destroyed) return;
  socket.write(
    answerHead(status, { ...cleanResponseHeaders(headers, status), connection: 'close' }),
    'latin1',
  );
  answer.on('error', () => socket.destroy());
  answer.on('data', (bytes: Buffer) => {
    if (!socket.write(bytes)) answer.pause();
  });
  socket.on('drain', () => answer.resume());
  answer.on('end', () => {
    answerAndClose(socket, '');
  });
}
