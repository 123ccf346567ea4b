import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { answerAndClose } from '../../web/server/answer-and-close.ts';
import { answerHead } from './proxy-headers.ts';
import { BrokenAnswer, requirePassable, type CleanAnswer, type RelayTarget } from './relay-request.ts';
import { WorkspaceSilent } from './workspace-agent.ts';

interface WebSocketOptions extends RelayTarget {
  /** The longest time that the workspace may take to answer, in milliseconds. */
  silentMs: number;
  /** Called when there is an answer that can be sent to the browser. */
  onAnswer(): void;
  /** Called when both sides speak WebSocket, before the first byte. */
  onOpen(): void;
  /** Called with the bytes that the browser sends; `onSaid` is called with those of the workspace. */
  onSent(bytes: Buffer): void;
  onSaid(bytes: Buffer): void;
}

/**
 * Opens a WebSocket to a workspace and joins the two sides, or sends the browser the answer that came
 * instead. Resolves when the sides are joined or the answer has begun; rejects only while a status can still
 * be sent. Neither side is read before it is joined to the other, so no byte that follows a head is lost.
 */
export function relayWebSocket(socket: Socket, head: Buffer, of: WebSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...of.options, agent: of.freshAgent, timeout: of.silentMs });
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
      // A fault in the bytes that came with the head is found first, while a status can still be sent.
      process.nextTick(() => {
        if (answered === null) return;
        try {
          requirePassable(answer);
          passBack(socket, answer, of.cleanAnswer);
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
    // When one side closes, the other side gets the bytes that are still under way and is then closed too.
    each.once('close', () => {
      other.destroySoon();
    });
  }
  if (socket.destroyed) {
    workspaceSocket.destroy();
    return;
  }
  of.onOpen();
  const headers = of.cleanAnswer(answer.headers, 101);
  socket.write(answerHead(101, { ...headers, connection: 'Upgrade', upgrade: 'websocket' }), 'latin1');
  if (head.length > 0) socket.unshift(head);
  if (workspaceHead.length > 0) workspaceSocket.unshift(workspaceHead);
  workspaceSocket.pipe(socket).pipe(workspaceSocket);
  // Behind the pipes: a listener sets a stream flowing, and what flows before there is a pipe is lost.
  socket.on('data', of.onSent);
  workspaceSocket.on('data', of.onSaid);
  // A browser that has ended its side is gone, even when the program never ends its own side. A half-open
  // WebSocket would keep the server from closing.
  socket.once('end', () => socket.destroy());
}

/**
 * The end of the answer is the end of the connection (RFC 9112, section 6.3), so the answer needs no framing.
 */
function passBack(socket: Socket, answer: IncomingMessage, cleanAnswer: CleanAnswer): void {
  const { statusCode: status = 502, headers } = answer;
  if (socket.destroyed) return;
  socket.write(answerHead(status, { ...cleanAnswer(headers, status), connection: 'close' }), 'latin1');
  answer.on('error', () => socket.destroy());
  answer.on('data', (bytes: Buffer) => {
    if (!socket.write(bytes)) answer.pause();
  });
  socket.on('drain', () => answer.resume());
  answer.on('end', () => {
    answerAndClose(socket, '');
  });
}
