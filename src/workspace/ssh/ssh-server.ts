import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import type { Config } from '../../config/config.ts';
import type { SshConfig } from '../../config/ssh-config.ts';
import { answerKeyQuestion } from './answer-key-question.ts';
import { readLines, sendLine } from './json-lines.ts';
import { OneTimeSecrets } from './one-time-secrets.ts';
import { listenPrivately } from './private-socket.ts';
import { sshSocketPaths } from '../../config/data-folders.ts';
import { SshSessions } from './ssh-sessions.ts';
import { keyQuestion } from './ssh-messages.ts';

/** Longer than any answer of the database takes, in milliseconds. */
const KEY_QUESTION_MS = 10_000;

/** The side of the app that sshd's two commands talk to. */
export interface SshServer {
  sshSessions: SshSessions;
  /** Lets go of all connections, and ends none of their sessions. */
  close(): Promise<void>;
}

/** Listens for sshd's commands. Rejects when a socket cannot be had, or would be open to strangers. */
export async function startSshServer(deps: WorkspaceDeps, config: SshConfig): Promise<SshServer> {
  const secrets = new OneTimeSecrets();
  const sshSessions = new SshSessions(deps, secrets);
  const paths = sshSocketPaths(config.sockets);
  const command = [...(config.sessionCommand ?? defaultSessionCommand(deps.config)), paths.sessions];
  const servers: Server[] = [];
  try {
    servers.push(
      await listenPrivately(paths.keys, (socket) => {
        serveKeys(socket, deps, { command, secrets });
      }),
      await listenPrivately(paths.sessions, (socket) => {
        sshSessions.serve(socket);
      }),
    );
  } catch (error) {
    for (const server of servers) server.close();
    await sshSessions.close();
    throw error;
  }
  return {
    sshSessions,
    close: async () => {
      for (const server of servers) server.close();
      await sshSessions.close();
    },
  };
}

/** The session command. Where each workspace has its own user, sudo runs it as root. */
function defaultSessionCommand({ workspaceRuntime }: Pick<Config, 'workspaceRuntime'>): string[] {
  return [
    ...(workspaceRuntime.uid === null ? [] : ['sudo', '-n']),
    process.execPath,
    join(import.meta.dirname, '../../../scripts/ssh/dist/ssh-session.mjs'),
  ];
}

function serveKeys(
  socket: Socket,
  { db, log }: WorkspaceDeps,
  { command, secrets }: { command: string[]; secrets: OneTimeSecrets },
): void {
  socket.setTimeout(KEY_QUESTION_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  readLines(socket, (said) => {
    const question = keyQuestion.safeParse(said);
    if (!question.success) {
      socket.destroy();
      return;
    }
    answerKeyQuestion(db, { ...question.data, at: new Date(), command, secrets }).then(
      (line) => {
        sendLine(socket, { line });
        socket.end();
      },
      (error: unknown) => {
        log.error({ err: error }, 'a question about an SSH key could not be answered');
        socket.destroy();
      },
    );
  });
}
