import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawProgram {
  port: number;
  /**
   * The answer to each request, byte for byte. The argument is the head of the request, one character a byte.
   */
  answer: (head: string, socket: Socket) => Buffer | string | undefined;
  close(): Promise<void>;
}

/**
 * A program in a workspace that follows no rule: it sends exactly the given bytes. A text is one character a
 * byte.
 */
export async function startRawProgram(): Promise<RawProgram> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (bytes: Buffer) => {
      const answer = program.answer(bytes.toString('latin1'), socket);
      if (typeof answer === 'string') socket.write(answer, 'latin1');
      else if (answer !== undefined) socket.write(answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const program: RawProgram = {
    port: (server.address() as AddressInfo).port,
    answer: () => undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return program;
}
