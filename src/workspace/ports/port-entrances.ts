import type { Socket } from 'node:net';
import type { Log } from '../../log.ts';
import type { ProcessIdentity } from '../sandbox/process-identity.ts';
import { findSandboxProcesses } from '../sandbox/sandbox-processes.ts';
import { PortClosed } from '../workspace-addresses.ts';
import { PortEntrance } from './port-entrance.ts';

interface Known {
  /** The process that the app has started, for which the entrance is. */
  starter: ProcessIdentity;
  entrance: PortEntrance;
}

/** The entrances to the ports of workspaces: one for each that somebody uses, made at the first use. */
export class PortEntrances {
  readonly #known = new Map<number, Known>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A connection to a port inside. Rejects with `PortClosed` when nothing listens there. */
  connect(
    workspaceId: number,
    of: { starter: ProcessIdentity; owner: { uid: number; gid: number } | null; port: number },
  ): Promise<Socket> {
    const entrance = this.#find(workspaceId, of.starter) ?? this.#make(workspaceId, of);
    return entrance === undefined ? Promise.reject(new PortClosed()) : entrance.connect(of.port);
  }

  /** Ends the entrance to a workspace that stops. */
  end(workspaceId: number): void {
    this.#known.get(workspaceId)?.entrance.end();
    this.#known.delete(workspaceId);
  }

  endAll(): void {
    for (const id of [...this.#known.keys()]) this.end(id);
  }

  #find(workspaceId: number, { pid, startedAt }: ProcessIdentity): PortEntrance | undefined {
    const known = this.#known.get(workspaceId);
    if (known === undefined) return undefined;
    const { starter, entrance } = known;
    if (starter.pid === pid && starter.startedAt === startedAt && !entrance.isOver) return entrance;
    this.end(workspaceId);
    return undefined;
  }

  /** Undefined when the program has ended meanwhile. */
  #make(
    workspaceId: number,
    { starter, owner }: { starter: ProcessIdentity; owner: { uid: number; gid: number } | null },
  ): PortEntrance | undefined {
    const holder = findSandboxProcesses(starter)?.outer;
    if (holder === undefined || holder === null) return undefined;
    const entrance = new PortEntrance({ holder, owner, log: this.#log });
    this.#known.set(workspaceId, { starter, entrance });
    return entrance;
  }
}
