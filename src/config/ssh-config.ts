import type { Environment } from './environment.ts';

export interface SshConfig {
  /** The folder of the sockets on which sshd's commands reach the app. */
  sockets: string;
  /** The command by which sshd's user starts a session. Null: the one of `defaultSessionCommand`. */
  sessionCommand: string[] | null;
  /** The host that people connect to, and the user name there. */
  host: string;
  port: number;
  user: string;
}

/** Null: no access by SSH. */
export function toSshConfig(env: Environment): SshConfig | null {
  if (env.SSH_SOCKETS === undefined) return null;
  return {
    sockets: env.SSH_SOCKETS,
    sessionCommand: env.SSH_SESSION_COMMAND?.split(/\s+/) ?? null,
    host: env.SSH_HOST ?? new URL(env.BASE_URL ?? 'http://localhost').hostname,
    port: env.SSH_PORT,
    user: env.SSH_USER,
  };
}
