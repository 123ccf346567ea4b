import { connect, createServer, type Server, type Socket, type AddressInfo } from 'node:net';

/** A proxy before Postgres that can be closed, and that can lose answers. */
export interface DatabaseProxy {
  /** The database's address by way of the proxy. */
  url: string;
  /** Cuts every connection and refuses new ones, like a server that is gone. */
  close(): Promise<void>;
  reopen(): Promise<void>;
  /**
   * The next statement that contains the text reaches Postgres, and its answer is lost with the connection.
   */
  loseAnswerTo(text: string): void;
  stop(): Promise<void>;
}

/** Starts an open proxy before the server of `url`. */
export async function startDatabaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let lost: string | null = null;
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    let isLosing = false;
    sockets.add(client).add(database);
    client.on('data', (chunk) => {
      if (lost !== null && chunk.includes(lost)) {
        lost = null;
        isLosing = true;
      }
      database.write(chunk);
    });
    database.on('data', (chunk) => {
      if (isLosing) client.destroy();
      else client.write(chunk);
    });
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const own = new URL(url);
  own.host = `127.0.0.1:${port}`;
  return {
    url: own.href,
    close,
    reopen: () => listen(server, port),
    loseAnswerTo: (text) => {
      lost = text;
    },
    stop: async () => {
      if (server.listening) await close();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done) => server.listen(port, '127.0.0.1', done));
}
