import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../log.ts';
import type { SessionReference } from '../session-row.ts';
import type { AccessCache } from '../access/access-cache.ts';
import { browserFacts, type BrowserClient } from '../access/find-access-facts.ts';
import type { AccessGrant } from '../access/decide-access.ts';
import type { HostRequest } from '../host-request.ts';
import type { AccessRules } from '../access-rules.ts';
import { OpenConnections, type OpenConnection } from '../access/open-connections.ts';
import type { HumanActivity } from '../activity/human-activity.ts';
import { isHttps } from '../workspace-cookie.ts';
import { countMessages } from './count-messages.ts';
import { OpenPerPerson } from './open-per-person.ts';
import { portTarget, type MadeTarget } from './port-target.ts';
import { cleanRequestHeaders, cleanResponseHeaders } from './proxy-headers.ts';
import { BodyStoodStill, relayRequest } from './relay-request.ts';
import { relayWebSocket } from './relay-websocket.ts';
import { WorkspaceAgent, WorkspaceSilent } from './workspace-agent.ts';
import { PortClosed, type WorkspaceAddress, type WorkspaceAddresses } from '../workspace-addresses.ts';

const SILENT_MS = 120_000;

/**
 * The workspace did not answer, or gave an answer that could not be sent on; `status` is the status for the
 * browser.
 */
export class WorkspaceAway extends Error {
  readonly status: 408 | 502 | 504;
  /** The port inside on which nothing listens; null when that is not what was wrong. */
  readonly closedPort: number | null;

  constructor(status: 408 | 502 | 504, cause: Error, closedPort: number | null = null) {
    super('the workspace did not answer', { cause });
    this.name = 'WorkspaceAway';
    this.status = status;
    this.closedPort = closedPort;
  }
}

/** A request that may reach its workspace, and all that is needed to send it there. */
export interface AuthorizedRequest {
  request: HostRequest;
  context: RequestContext;
  /** The person, and the workspace that the person may use. */
  grant: AccessGrant;
  session: SessionReference;
  /** Where its program listens. A port inside that the grant names is not reached by it. */
  address: WorkspaceAddress;
}

interface ProxyDeps {
  config: Config;
  db: Knex;
  log: Log;
  addresses: WorkspaceAddresses;
  rules: AccessRules;
  humanActivity: HumanActivity;
  accessCache: Pick<AccessCache, 'note'>;
  /** A workspace that sends nothing for so long, in milliseconds, counts as gone. Default two minutes. */
  silentMs?: number;
  /** People whose refusals are counted at a time. Default 10 000. */
  refusedMax?: number;
}

/** Proxies authorized requests and WebSockets to workspaces, and cuts them when access ends. */
export class WorkspaceProxy {
  readonly addresses: WorkspaceAddresses;
  readonly connections: OpenConnections<BrowserClient>;
  readonly #deps: ProxyDeps;
  readonly #silentMs: number;
  readonly #agent: WorkspaceAgent;
  readonly #humanActivity: HumanActivity;
  readonly #openPerPerson: OpenPerPerson;

  constructor(deps: ProxyDeps) {
    this.#deps = deps;
    this.#silentMs = deps.silentMs ?? SILENT_MS;
    this.#agent = new WorkspaceAgent({ silentMs: this.#silentMs });
    this.#humanActivity = deps.humanActivity;
    this.#openPerPerson = new OpenPerPerson(deps);
    this.addresses = deps.addresses;
    this.connections = new OpenConnections({ ...deps, facts: browserFacts });
  }

  /**
   * Proxies one request. Rejects with `WorkspaceAway`, which holds the status to answer with, when the
   * workspace does not answer, or with `TooMuchOpen`.
   */
  async proxyRequest(
    req: IncomingMessage,
    res: ServerResponse,
    authorized: AuthorizedRequest,
  ): Promise<void> {
    const letGo = this.#openPerPerson.hold(authorized);
    const remove = this.connections.add(toConnection(authorized, false, () => res.destroy()));
    try {
      await relayRequest(req, res, {
        ...this.#toTarget(req, authorized),
        onAnswer: () => {
          this.#countUse(authorized);
        },
      });
    } catch (error) {
      throw toAway(error, authorized);
    } finally {
      remove();
      letGo();
    }
  }

  /**
   * Proxies a WebSocket, and notes the browser's messages and its close. Resolves when both sides speak, or
   * when the workspace's refusal was sent to the browser; rejects like `proxyRequest`.
   */
  async proxyWebSocket(
    req: IncomingMessage,
    socket: Socket,
    head: Buffer,
    authorized: AuthorizedRequest,
  ): Promise<void> {
    if (socket.closed) return;
    const letGo = this.#openPerPerson.hold(authorized);
    socket.once('close', letGo);
    const connection = toConnection(authorized, true, () => socket.destroy());
    socket.once('close', this.connections.add(connection));
    const { options, ...target } = this.#toTarget(req, authorized);
    const headers = { ...options.headers, connection: 'Upgrade', upgrade: 'websocket' };
    try {
      await relayWebSocket(socket, head, {
        ...target,
        options: { ...options, headers },
        silentMs: this.#silentMs,
        onAnswer: () => {
          this.#countUse(authorized);
        },
        ...countMessages(connection, socket, { db: this.#deps.db, humanActivity: this.#humanActivity }),
      });
    } catch (error) {
      throw toAway(error, authorized);
    }
  }

  /**
   * Cuts the WebSockets, which would keep the server from closing for as long as somebody has a tab open.
   */
  close(): void {
    this.connections.close();
  }

  /** Cuts the answers that are still being sent as well: an event stream has no end. */
  cutAnswers(): void {
    this.connections.cutAll();
  }

  #countUse({ request, context, session }: AuthorizedRequest): void {
    this.#deps.accessCache.note(context, session, { request, isPartlySeen: false });
  }

  #toTarget(req: IncomingMessage, { address, context, request, grant }: AuthorizedRequest): MadeTarget {
    const { config } = this.#deps;
    const { method, url: path } = req;
    const protocol = isHttps(config) ? 'https' : 'http';
    const headers = cleanRequestHeaders(req.headers, {
      cookie: request.forwardedCookie,
      ip: context.ip,
      protocol,
    });
    const { port } = grant;
    const ways = { config, addresses: this.addresses, silentMs: this.#silentMs };
    const { options, ...target } =
      port === null
        ? this.#programTarget(address, headers)
        : portTarget(ways, { ...grant, port, label: request.label }, headers);
    return { ...target, options: { ...options, method, path } };
  }

  #programTarget(address: WorkspaceAddress, headers: IncomingHttpHeaders): MadeTarget {
    const options = { ...toTarget(address), headers, agent: this.#agent };
    return { options, freshAgent: false, cleanAnswer: cleanResponseHeaders };
  }
}

function toAway(error: unknown, { grant }: AuthorizedRequest): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof PortClosed) return new WorkspaceAway(502, error, grant.port);
  if (error instanceof BodyStoodStill) return new WorkspaceAway(408, error);
  return new WorkspaceAway(error instanceof WorkspaceSilent ? 504 : 502, error);
}

function toConnection(
  authorized: AuthorizedRequest,
  isSocket: boolean,
  cut: () => void,
): OpenConnection<BrowserClient> {
  const { request, grant, session, context } = authorized;
  const { label, tokenHash } = request;
  return { client: { label, tokenHash }, workspaceId: grant.workspaceId, session, context, isSocket, cut };
}

type WorkspaceTarget = { socketPath: string } | { host: string; port: number };

function toTarget(address: WorkspaceAddress): WorkspaceTarget {
  return 'socketPath' in address ? address : { host: '127.0.0.1', port: address.port };
}
