import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { assignHost } from '../entry/assign-host.ts';
import { isAppLabel } from '../host-name.ts';

/** How a workspace is reached from a terminal. */
interface SshGuide {
  label: string;
  /** For the person's `~/.ssh/config`. */
  lines: string;
}

/**
 * The guide to SSH on the page of a workspace; null where SSH is off. Gives the workspace a name if it has
 * none.
 */
export async function findSshGuide(
  db: Knex,
  context: RequestContext,
  input: { config: Config; workspaceId: number; companyId: number },
): Promise<SshGuide | null> {
  const { config, ...workspace } = input;
  if (config.ssh === null) return null;
  const { host, port, user } = config.ssh;
  const isReserved = (label: string): boolean => isAppLabel(config, label);
  const label = await db.transaction((trx) => assignHost(trx, context, { ...workspace, isReserved }));
  const lines = [
    `Host ${label}`,
    `  HostName ${host}`,
    ...(port === 22 ? [] : [`  Port ${String(port)}`]),
    `  User ${user}`,
    `  SetEnv WORKSPACE=${label}`,
    // Each connection is a session: a connection that `ControlPersist` keeps open afterwards lets nobody in
    // again.
    '  ControlPath none',
  ];
  return { label, lines: lines.join('\n') };
}
