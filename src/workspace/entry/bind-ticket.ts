import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security/security-log.ts';
import { ENTRY_SECONDS } from './begin-entry.ts';
import { portLabel } from '../port-label.ts';
import { createToken } from '../workspace-cookie.ts';

/**
 * Makes a ticket for an entry that this browser session has begun. The ticket is good once, for 30 seconds,
 * and only together with the cookie whose hash is `nonceHash`.
 *
 * Returns undefined for an entry that is unknown, used, too old or of another browser session, and notes it
 * in the security log: a link to here must open nothing for a person who did not press the button in the app.
 */
export async function bindTicket(
  db: Knex,
  context: RequestContext,
  input: { entryHash: string | null; nonceHash: string | null },
): Promise<{ label: string; ticket: string } | undefined> {
  const { entryHash, nonceHash } = input;
  const isWhole = entryHash !== null && nonceHash !== null;
  const bound = isWhole ? await bind(db, context, { entryHash, nonceHash }) : undefined;
  if (bound === undefined) {
    await recordSecurityEvent(db, context, {
      kind: 'access-refused',
      details: {
        reason: 'an entry that is used, too old or of another browser session',
        user_id: context.userId,
      },
    });
  }
  return bound;
}

/** In one statement: of two at once the second finds no entry any more. */
async function bind(
  db: Knex,
  { userId, companyId, browserSessionHash, at }: RequestContext,
  { entryHash, nonceHash }: { entryHash: string; nonceHash: string },
): Promise<{ label: string; ticket: string } | undefined> {
  const { token, hash } = createToken();
  const [row] = await db('workspace_tickets')
    .updateFrom('workspace_hosts')
    .where('workspace_tickets.token_hash', entryHash)
    .where('workspace_tickets.company_id', companyId)
    .where('workspace_tickets.user_id', userId)
    .where('workspace_tickets.browser_session_id', browserSessionHash)
    .whereNull('workspace_tickets.nonce_hash')
    .where('workspace_tickets.expires_at', '>', at)
    .whereRaw('workspace_hosts.workspace_id = workspace_tickets.workspace_id')
    .update({
      token_hash: hash,
      nonce_hash: nonceHash,
      expires_at: new Date(at.getTime() + ENTRY_SECONDS * 1000),
    })
    .returning<{ label: string; port: number | null }[]>(['workspace_hosts.label', 'workspace_tickets.port']);
  const label = row === undefined || row.port === null ? row?.label : portLabel(row.label, row.port);
  return label === undefined || label === null ? undefined : { label, ticket: token };
}
