import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import type { Config, SshConfig } from '../../config/config.ts';
import { answerKeyQuestion } from './answer-key-question.ts';
import { readLines, sendLine } from './json-lines.ts';
import { OneTimePasses } from './one-time-passes.ts';
import { listenPrivately } from './private-socket.ts';
import { sshSocketPaths } from '../../config/data-folders.ts';
import { SshDoor } from './ssh-door.ts';
import { keyQuestion } from './ssh-messages.ts';

/** Longer than any answer of the database takes, in milliseconds. */
const KEY_QUESTION_MS = 10_000;

/** The side of the app that sshd's two commands talk to. */
export interface SshServer {
  door: SshDoor;
  /** Lets go of all connections, and ends none of their sessions. */
  close(): Promise<void>;
}

/** Listens for sshd's commands. Rejects when a socket cannot be had, or would be open to strangers. */
export async function startSshServer(deps: WorkspaceDeps, config: SshConfig): Promise<SshServer> {
  const passes = new OneTimePasses();
  const door = new SshDoor(deps, passes);
  const paths = sshSocketPaths(config.sockets);
  const command = [...(config.sessionCommand ?? defaultSessionCommand(deps.config)), paths.sessions];
  const servers: Server[] = [];
  try {
    servers.push(
      await listenPrivately(paths.keys, (socket) => {
        serveKeys(socket, deps, { command, passes });
      }),
      await listenPrivately(paths.sessions, (socket) => {
        door.serve(socket);
      }),
    );
  } catch (error) {
    for (const server of servers) server.close();
    await door.close();
    throw error;
  }
  return {
    door,
    close: async () => {
      for (const server of servers) server.close();
      await door.close();
    },
  };
}

/** The session command, by sudo where each workspace has a user of its own: then it must be root. */
function defaultSessionCommand({ workspaceRuntime }: Pick<Config, 'workspaceRuntime'>): string[] {
  return [
    ...(workspaceRuntime.uid === null ? [] : ['sudo', '-n']),
    process.execPath,
    join(import.meta.dirname, '../../../scripts/ssh-session.mjs'),
  ];
}

function serveKeys(
  socket: Socket,
  { db, log }: WorkspaceDeps,
  { command, passes }: { command: string[]; passes: OneTimePasses },
): void {
  socket.setTimeout(KEY_QUESTION_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  readLines(socket, (said) => {
    const question = keyQuestion.safeParse(said);
    if (!question.success) {
      socket.destroy();
      return;
    }
    answerKeyQuestion(db, { ...question.data, at: new Date(), command, passes }).then(
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
