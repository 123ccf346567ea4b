import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createProxyServer, type ProxyServer } from 'httpxy';
import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { EnteredSession } from './authorize-workspace-request.ts';
import type { AskedPass, DoorRules } from './find-passes.ts';
import { countMessages } from './message-counter.ts';
import { OpenConnections, type OpenConnection } from './open-connections.ts';
import { refuse } from './gateway-upgrade.ts';
import type { PersonSigns } from './person-signs.ts';
import { isHttps } from './pass-token.ts';
import { cleanRequestHeaders, cleanResponseHeaders } from './proxy-headers.ts';
import { WorkspaceAgent } from './workspace-agent.ts';
import type { WorkspaceAddress, WorkspaceAddresses } from './workspace-addresses.ts';

const SILENT_MS = 120_000;

/** The workspace did not answer; `status` says how. */
export class WorkspaceAway extends Error {
  readonly status: 502 | 504;

  constructor(status: 502 | 504, cause: Error) {
    super('the workspace did not answer', { cause });
    this.name = 'WorkspaceAway';
    this.status = status;
  }
}

/** Who has been let in, and to where. */
export interface Admitted extends AskedPass {
  workspaceId: number;
  session: EnteredSession;
  context: RequestContext;
  address: WorkspaceAddress;
  /** The cookies without ours. */
  cookie: string;
  /** The workspace answers. */
  onAnswer(): void;
}

/** What is to happen to a request that is under way. */
interface UnderWay {
  admitted: Admitted;
  onUpgrade?(workspaceSocket: Socket): void;
  /** Told why the workspace did not answer. */
  fail(away: WorkspaceAway): void;
}

/** On the request itself: V8 keeps what a WeakMap names until its next full collection, and thousands come and go each second. */
const UNDER_WAY = Symbol('under way');

type Request = IncomingMessage & { [UNDER_WAY]?: UnderWay };

interface GatewayDeps {
  config: Config;
  db: Knex;
  log: Log;
  addresses: WorkspaceAddresses;
  rules: DoorRules;
  signs: PersonSigns;
  /** A workspace that says nothing for so long, in milliseconds, is not there. Default two minutes. */
  silentMs?: number;
}

/** Passes on to workspaces what has been let in, HTTP and WebSocket, and cuts it when access ends. */
export class WorkspaceGateway {
  readonly addresses: WorkspaceAddresses;
  readonly connections: OpenConnections;
  readonly #proxy: ProxyServer;
  readonly #config: Config;
  readonly #silentMs: number;
  readonly #agent: WorkspaceAgent;
  readonly #signs: PersonSigns;
  /** Since when browser and workspace speak WebSocket. */
  readonly #upgradedAt = new WeakMap<IncomingMessage, Date>();

  constructor(deps: GatewayDeps) {
    this.#config = deps.config;
    this.#silentMs = deps.silentMs ?? SILENT_MS;
    this.#agent = new WorkspaceAgent({ silentMs: this.#silentMs });
    this.#signs = deps.signs;
    this.addresses = deps.addresses;
    this.connections = new OpenConnections(deps);
    this.#proxy = createProxyServer({ upgradeTimeout: this.#silentMs });
    this.#proxy.on('proxyRes', (answer, req) => {
      this.#answered(req, answer);
    });
    this.#proxy.on('proxyReqWs', (request, req) => {
      request.prependListener('upgrade', (answer: IncomingMessage, workspaceSocket: Socket) => {
        // Once it has what is still on its way to it, the workspace learns that the browser is gone, whoever cut the line.
        req.socket.once('close', () => {
          workspaceSocket.destroySoon();
        });
        this.#upgradedAt.set(req, new Date());
        this.#answered(req, answer);
        (req as Request)[UNDER_WAY]?.onUpgrade?.(workspaceSocket);
      });
      request.prependListener('response', (answer: IncomingMessage) => {
        this.#answered(req, answer);
      });
    });
    this.#proxy.on('error', (error, req) => {
      const underWay = (req as Request | undefined)?.[UNDER_WAY];
      if (underWay === undefined) return;
      const waitedMs = Date.now() - underWay.admitted.context.at.getTime();
      underWay.fail(new WorkspaceAway(waitedMs >= this.#silentMs ? 504 : 502, error));
    });
  }

  /** Passes on one request. Rejects with the status to answer with when the workspace does not answer. */
  async passOn(req: IncomingMessage, res: ServerResponse, admitted: Admitted): Promise<void> {
    this.#clean(req, admitted);
    const remove = this.connections.add(toConnection(admitted, false, () => res.destroy()));
    try {
      await new Promise<void>((resolve, fail) => {
        (req as Request)[UNDER_WAY] = { admitted, fail };
        // Fulfilled when the answer is closed.
        this.#proxy
          .web(req, res, { target: toTarget(admitted.address), agent: this.#agent })
          .then(resolve, fail);
      });
    } finally {
      remove();
    }
  }

  /** Passes on a WebSocket, and notes the messages in it that come from the browser, and that it leaves. */
  async passOnSocket(req: IncomingMessage, socket: Socket, head: Buffer, admitted: Admitted): Promise<void> {
    this.#clean(req, admitted);
    const connection = toConnection(admitted, true, () => socket.destroy());
    let isEndedByWorkspace = false;
    const traffic = admitted.context.recorders?.trafficBuffer;
    const count = countMessages(
      (bytes) => {
        const at = new Date();
        const message = { socket, openedAt: this.#upgradedAt.get(req) ?? at, bytes };
        const isActive = this.#signs.isBehindMessage(connection.session, at, message);
        traffic?.note(connection.session, at, { isActive, isPartlySeen: false });
      },
      () => {
        connection.hasClosed = true;
        // To a close of the workspace the browser answers with one by itself (RFC 6455, section 5.5.1).
        if (!isEndedByWorkspace) traffic?.noteClose(connection.session, new Date());
      },
    );
    socket.once('close', this.connections.add(connection));
    // A browser that has ended its side is gone, also when the program never ends its own: no WebSocket is half open, and one
    // that were would keep the server from closing.
    socket.once('end', () => socket.destroy());
    socket.on('data', count);
    const countAnswers = countMessages(
      () => {
        this.#signs.noteSpoken(connection.session, new Date());
      },
      () => {
        isEndedByWorkspace = connection.hasClosed !== true;
        connection.hasClosed = true;
      },
    );
    (req as Request)[UNDER_WAY] = {
      admitted,
      onUpgrade: (workspaceSocket) => workspaceSocket.on('data', countAnswers),
      fail: () => {
        // httpxy ends the socket after this; once the two speak WebSocket there is no place for a status.
        if (!this.#upgradedAt.has(req)) refuse(socket, 502);
      },
    };
    await this.#proxy.ws(req, socket, { target: toTarget(admitted.address) }, head);
  }

  /** Cuts the WebSockets, which would keep the server from closing for as long as somebody has a tab open. */
  close(): void {
    this.connections.close();
  }

  #answered(req: IncomingMessage, answer: IncomingMessage): void {
    cleanResponseHeaders(answer.headers);
    (req as Request)[UNDER_WAY]?.admitted.onAnswer();
  }

  #clean(req: IncomingMessage, { context, cookie }: Admitted): void {
    const protocol = isHttps(this.#config) ? 'https' : 'http';
    req.headers = cleanRequestHeaders(req.headers, { cookie, ip: context.ip, protocol });
  }
}

function toConnection(admitted: Admitted, isSocket: boolean, cut: () => void): OpenConnection {
  const { label, tokenHash, workspaceId, session, context } = admitted;
  return { label, tokenHash, workspaceId, session, context, isSocket, cut };
}

function toTarget(address: WorkspaceAddress): { socketPath: string } | { host: string; port: number } {
  return 'socketPath' in address ? address : { host: '127.0.0.1', port: address.port };
}
