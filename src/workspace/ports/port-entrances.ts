import type { Socket } from 'node:net';
import type { Log } from '../../log.ts';
import { isAlive, type ProcessIdentity } from '../sandbox/process-identity.ts';
import { findSandboxProcesses } from '../sandbox/sandbox-processes.ts';
import { PortClosed } from '../workspace-addresses.ts';
import { listListeningPorts } from './listening-ports.ts';
import { PortEntrance } from './port-entrance.ts';

/** The process that the app has started for a workspace, and its user; null for the app's own. */
interface Running {
  starter: ProcessIdentity;
  owner: { uid: number; gid: number } | null;
}

interface Known {
  starter: ProcessIdentity;
  /** A process in the network of its sandbox: to look for it means to read about every process there is. */
  holder: ProcessIdentity;
  /** Null until somebody uses a port. */
  entrance: PortEntrance | null;
}

/** The ways to ports of workspaces: an entrance for each workspace of which somebody uses one. */
export class PortEntrances {
  readonly #known = new Map<number, Known>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A connection to a port inside. Rejects with `PortClosed` when nothing listens there. */
  connect(workspaceId: number, running: Running, port: number): Promise<Socket> {
    const known = this.#find(workspaceId, running);
    if (known === null) return Promise.reject(new PortClosed());
    const failure = known.entrance?.recentFailure ?? null;
    if (failure !== null) return Promise.reject(failure);
    if (known.entrance?.isOver !== false)
      known.entrance = new PortEntrance({ holder: known.holder, owner: running.owner, log: this.#log });
    return known.entrance.connect(port);
  }

  /** The ports on which something listens now. */
  list(workspaceId: number, running: Running): Promise<number[]> {
    const known = this.#find(workspaceId, running);
    return known === null ? Promise.resolve([]) : listListeningPorts(known.holder);
  }

  /** Ends the entrance to a workspace that stops. */
  end(workspaceId: number): void {
    this.#known.get(workspaceId)?.entrance?.end();
    this.#known.delete(workspaceId);
  }

  endAll(): void {
    for (const id of [...this.#known.keys()]) this.end(id);
  }

  /** Null when the program has ended meanwhile. */
  #find(workspaceId: number, { starter }: Running): Known | null {
    const known = this.#known.get(workspaceId);
    const isOfThis = known?.starter.pid === starter.pid && known.starter.startedAt === starter.startedAt;
    if (known !== undefined && isOfThis && isAlive(known.holder)) return known;
    this.end(workspaceId);
    const holder = findSandboxProcesses(starter, 'own')?.outer ?? null;
    if (holder === null) return null;
    const found = { starter, holder, entrance: null };
    this.#known.set(workspaceId, found);
    return found;
  }
}
