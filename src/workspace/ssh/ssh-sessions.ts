import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { normaliseAddress } from '../../audit/client-address.ts';
import { systemContext, type RequestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security/security-log.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import type { RateLimit } from '../../web/rate-limit.ts';
import { contextOfGrant } from '../access/authorize-request.ts';
import { isAppLabel } from '../host-name.ts';
import { OpenConnections, type OpenConnection } from '../access/open-connections.ts';
import { foldersOf } from '../../config/data-folders.ts';
import { prlimitWords } from '../sandbox/resource-limits.ts';
import { ownerOf } from '../runtime/workspace-folders.ts';
import { sessionBuffer } from '../sessions/session-buffer.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { readLines, sendLine } from './json-lines.ts';
import type { KeyHolder, OneTimeSecrets } from './one-time-secrets.ts';
import { openSshConnection, resumeSshConnection, type SshDecision } from './open-ssh-connection.ts';
import { sshFacts, type SshClient } from './ssh-facts.ts';
import { createSshOpeningsLimit } from './ssh-openings.ts';
import { sessionMessage, type AppMessage, type SessionMessage, type ShellOrder } from './ssh-messages.ts';
import { endText, refusalText } from './ssh-texts.ts';

/** The longest time from the connection to the first message, in milliseconds. */
const FIRST_MESSAGE_MS = 10_000;

type Allowed = Extract<SshDecision, { allowed: true }>;
type Ended = 'exit' | 'lost';

/** A connection that was allowed: its place among the open ones, and how to end it. */
interface OpenShell {
  connection: OpenConnection<SshClient>;
  end(how: Ended): void;
}

/**
 * Where session commands come in: each stays connected for as long as its shell lives, and that is its proof
 * of life.
 */
export class SshSessions {
  readonly connections: OpenConnections<SshClient>;
  readonly #deps: WorkspaceDeps;
  readonly #secrets: OneTimeSecrets;
  readonly #openings: RateLimit;
  readonly #sockets = new Set<Socket>();
  /** By the hash of the connection. */
  readonly #open = new Map<string, { socket: Socket; locale: Locale; userId: number }>();
  /**
   * The key holders about whom a decision is under way. They count as well: otherwise any number could open
   * at the same time.
   */
  readonly #beingDecided = new Set<KeyHolder>();
  readonly #endings = new Set<Promise<void>>();
  #isClosing = false;

  constructor(deps: WorkspaceDeps, secrets: OneTimeSecrets) {
    this.#deps = deps;
    this.#secrets = secrets;
    this.#openings = createSshOpeningsLimit(deps.db);
    this.connections = new OpenConnections({ ...deps, rules: { mustRun: true }, facts: sshFacts });
  }

  /** Serves one session command. */
  serve(socket: Socket): void {
    let shell: OpenShell | null = null;
    let hasBegun = false;
    this.#sockets.add(socket);
    const silence = setTimeout(() => socket.destroy(), FIRST_MESSAGE_MS);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(silence);
      this.#sockets.delete(socket);
      shell?.end('lost');
    });
    readLines(socket, (said) => {
      const message = sessionMessage.safeParse(said);
      const isFirst = message.success && ('open' in message.data || 'resume' in message.data);
      if (!message.success || isFirst === hasBegun) socket.destroy();
      else if (isFirst) {
        hasBegun = true;
        clearTimeout(silence);
        void this.#openShell(socket, message.data).then((opened) => {
          shell = opened;
          if (socket.destroyed) shell?.end('lost');
        });
      } else if (shell === null) socket.destroy();
      else this.#hear(socket, shell, message.data);
    });
  }

  /**
   * Lets go of all connections without ending a session: their commands come back to the next process, unless
   * the workspaces stop with this one.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    const { config } = this.#deps;
    if (!config.workspaceRuntime.outlivesApp)
      for (const { socket, locale } of this.#open.values())
        send(socket, { end: formatFor(locale).t('ssh.refused_shutdown') });
    this.connections.close();
    for (const socket of this.#sockets) socket.destroySoon();
    await Promise.all(this.#endings);
  }

  #hear(socket: Socket, { connection, end }: OpenShell, message: SessionMessage): void {
    if (!('ended' in message)) this.#noteActive(connection);
    // While this process stops nothing is noted: the command says it again to the next one.
    else if (!this.#isClosing) {
      end(message.ended);
      // The command waits for this: then what it saw has been noted.
      void Promise.all(this.#endings).then(() => {
        send(socket, { noted: true });
        socket.end();
      });
    }
  }

  /** Returns null when the connection was refused. Never rejects. */
  async #openShell(socket: Socket, message: SessionMessage): Promise<OpenShell | null> {
    const context = this.#contextOf(message);
    try {
      const decision = await this.#decide(context, message);
      if (decision === null || !decision.allowed) {
        const locale = decision?.locale ?? 'en';
        const refusal = decision?.refusal ?? { reason: 'no-pass' as const };
        send(socket, { refused: refusalText(refusal, locale, this.#deps.config) });
        socket.end();
        return null;
      }
      const shell = this.#watch(socket, context, decision);
      // A person who opens a connection has done something; one who comes back has not.
      if ('open' in message) this.#noteActive(shell.connection);
      return shell;
    } catch (error) {
      context.log.error({ err: error }, 'a connection by SSH could not be decided about');
      socket.destroy();
      return null;
    }
  }

  async #decide(context: RequestContext, message: SessionMessage): Promise<SshDecision | null> {
    const { db, config } = this.#deps;
    if ('resume' in message)
      return resumeSshConnection(db, context, { mustRun: true, resume: message.resume });
    if (!('open' in message)) return null;
    const { pass: secret, workspace: wanted } = message.open;
    const holder = this.#secrets.take(secret, context.at);
    if (holder === null) {
      const details = { by: 'ssh-pass', reason: 'unknown' };
      await recordSecurityEvent(db, context, { kind: 'access-refused', details });
      return null;
    }
    const isReserved = (label: string): boolean => isAppLabel(config, label);
    const others = [...this.#open.values(), ...this.#beingDecided];
    const openCount = others.filter(({ userId }) => userId === holder.userId).length;
    this.#beingDecided.add(holder);
    try {
      const input = {
        holder,
        secret,
        wanted,
        openCount,
        openings: this.#openings,
        mustRun: true,
        isReserved,
      };
      return await openSshConnection(db, context, input);
    } finally {
      this.#beingDecided.delete(holder);
    }
  }

  #watch(socket: Socket, anonymous: RequestContext, decision: Allowed): OpenShell {
    const { grant, session, channel, connectionHash, locale } = decision;
    const { workspaceId } = grant;
    // The session command reconnected before we noticed that its old socket was dead: drop the old socket,
    // keep the new one.
    this.#open.get(connectionHash)?.socket.destroy();
    this.#open.set(connectionHash, { socket, locale, userId: grant.userId });
    const context = contextOfGrant({ ...anonymous, ip: decision.ip }, grant);
    let hasEnded = false;
    const connection: OpenConnection<SshClient> = {
      ...{ client: { connectionHash }, workspaceId, session, context, channel, isSocket: true },
      cut: (refusal) => {
        // This process stops, and the workspace session goes on.
        if (refusal === null) return;
        hasEnded = true;
        remove();
        send(socket, { end: endText(refusal, locale, this.#deps.config) });
        socket.end();
      },
    };
    const remove = this.connections.add(connection);
    const end = (how: Ended): void => {
      remove();
      if (this.#open.get(connectionHash)?.socket === socket) this.#open.delete(connectionHash);
      if (hasEnded || this.#isClosing || this.#open.has(connectionHash)) return;
      hasEnded = true;
      this.#note(this.#endSession(connection, how));
    };
    send(socket, { run: this.#orderFor(workspaceId, decision.resume) });
    return { connection, end };
  }

  /** Never rejects: when the database refuses the end now, the sweeper later ends the session as closed. */
  async #endSession({ session, context }: OpenConnection<SshClient>, how: Ended): Promise<void> {
    const now = { ...context, at: new Date() };
    const { db, log } = this.#deps;
    try {
      sessionBuffer.of(db)?.noteClose(session, now.at);
      const input = { workspaceSessionId: session.id };
      if (how === 'lost') await WorkspaceSessionTracker.endLostSession(db, now, input);
      else await WorkspaceSessionTracker.endSession(db, now, { ...input, reason: 'closed' });
    } catch (error) {
      log.warn({ err: error, workspaceSessionId: session.id }, 'the end of a session by SSH is noted later');
    }
  }

  #noteActive({ session }: OpenConnection<SshClient>): void {
    sessionBuffer.of(this.#deps.db)?.note(session, new Date(), { isActive: true, isPartlySeen: false });
  }

  #note(ending: Promise<void>): void {
    this.#endings.add(ending);
    void ending.then(() => this.#endings.delete(ending));
  }

  #orderFor(workspaceId: number, resume: string): ShellOrder {
    const { workspaceRuntime: runtime } = this.#deps.config;
    const owner = ownerOf(runtime, workspaceId);
    const { folder } = foldersOf(join(runtime.dataDir, 'workspaces'), workspaceId);
    const { runtime: programs } = this.#deps;
    const limits = programs.limits(workspaceId);
    return {
      ...{ resume, folder, owner, limits: limits === null ? [] : prlimitWords(limits) },
      ...{ group: programs.groupOf(workspaceId), entrance: programs.entranceOf(workspaceId) },
    };
  }

  #contextOf(message: SessionMessage): RequestContext {
    const ip = 'open' in message ? message.open.ip : null;
    const requestId = `ssh-${randomUUID()}`;
    const log = this.#deps.log.child({ requestId });
    return {
      ...systemContext({ name: 'ssh', at: new Date(), log }),
      requestId,
      actorType: 'anonymous',
      ip: normaliseAddress(ip),
      rawIp: normaliseAddress(ip) === null ? ip : null,
    };
  }
}

function send(socket: Socket, message: AppMessage): void {
  sendLine(socket, message);
}
