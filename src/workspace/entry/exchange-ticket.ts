import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security/security-log.ts';
import { SESSION_MAX_DAYS } from '../../web/sessions/browser-session.ts';
import { ENTRY_SECONDS } from './begin-entry.ts';
import { findHost } from '../find-host.ts';
import { createToken } from '../workspace-cookie.ts';
import { findOpenSession } from '../sessions/session-queries.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { DAY_MS } from '../../durations.ts';

/** The row of a ticket that was good. */
interface Exchanged {
  workspace_id: number;
  company_id: number;
  user_id: number;
  browser_session_id: string;
  /** Null: the cookie is for the workspace's own host. */
  port: number | null;
}

/** The data that a browser presents with a ticket. */
interface Presented {
  label: string;
  ticketHash: string | null;
  /** Hashes of the browser's entry cookies; the ticket is bound to one of them. */
  nonceHashes: readonly string[];
  heldHash: string | null;
}

/**
 * Exchanges a ticket for a workspace cookie at the host that the ticket was made for. Every later request is
 * decided about again. `heldHash` is the hash of the workspace cookie that came with the ticket.
 *
 * 1. A ticket that is unknown, too old, used, of another workspace or fetched by another browser gives
 *    undefined, and goes to the security log.
 * 2. A held cookie of the same browser session stays, and `token` is null: a new cookie would cut the
 *    connections of the first tab.
 * 3. Cookies of this browser session at this host that the browser did not bring are revoked, except those
 *    younger than half a minute: two tabs that enter at the same time must not shut each other out.
 * 4. A held cookie of another browser session is revoked, since its browser has lost it now, and its open
 *    workspace session ends as `replaced`.
 */
export async function exchangeTicket(
  db: Knex,
  context: RequestContext,
  input: Presented,
): Promise<{ token: string | null; nonceHash: string } | undefined> {
  const { ticketHash } = input;
  const exchanged = ticketHash === null ? undefined : await exchange(db, context, { ...input, ticketHash });
  if (exchanged !== undefined) return exchanged;
  await recordSecurityEvent(db, context, {
    kind: 'access-refused',
    details: { host: input.label, ...(await explain(db, context, input)) },
  });
  return undefined;
}

/** The person of a ticket that another browser fetched: a person who hands on tickets should be found. */
async function explain(
  db: Knex,
  { at }: RequestContext,
  { ticketHash, label }: Presented,
): Promise<{ reason: string; user_id?: number; workspace_id?: number }> {
  const host = await findHost(db, label);
  const unknown = { reason: 'a ticket that is used, too old or of another workspace' };
  if (host === undefined) return unknown;
  const [others] = await db('workspace_tickets')
    .where({ token_hash: ticketHash })
    .whereNotNull('nonce_hash')
    .whereNull('used_at')
    .where('expires_at', '>', at)
    .where(host)
    .select<Pick<Exchanged, 'user_id' | 'workspace_id'>[]>(['user_id', 'workspace_id']);
  return others === undefined ? unknown : { reason: 'a ticket that another browser fetched', ...others };
}

async function exchange(
  db: Knex,
  context: RequestContext,
  { label, ticketHash, nonceHashes, heldHash }: Presented & { ticketHash: string },
): Promise<{ token: string | null; nonceHash: string } | undefined> {
  const host = await findHost(db, label);
  if (host === undefined) return undefined;
  return db.transaction(async (trx) => {
    // When two requests use one ticket, the second waits here for the first and then finds the ticket used.
    const [found] = await trx('workspace_tickets')
      .where('workspace_tickets.token_hash', ticketHash)
      .whereIn('workspace_tickets.nonce_hash', nonceHashes)
      .whereNull('workspace_tickets.used_at')
      .where('workspace_tickets.expires_at', '>', context.at)
      .where(host)
      .update({ used_at: context.at })
      .returning<(Exchanged & { nonce_hash: string })[]>([
        'workspace_id',
        'company_id',
        'user_id',
        'browser_session_id',
        'port',
        'nonce_hash',
      ]);
    if (found === undefined) return undefined;
    const { nonce_hash: nonceHash, ...ticket } = found;
    if (heldHash !== null && (await isGoodFor(trx, context, { ticket, heldHash })))
      return { token: null, nonceHash };
    await revokeWorkspaceCookies(trx, {
      workspaceId: ticket.workspace_id,
      userId: ticket.user_id,
      browserSessionHash: ticket.browser_session_id,
      port: ticket.port,
      createdBefore: new Date(context.at.getTime() - ENTRY_SECONDS * 1000),
    });
    if (heldHash !== null) await replaceCookie(trx, context, { ticket, heldHash });
    return { token: await giveCookie(trx, context, ticket), nonceHash };
  });
}

async function isGoodFor(
  trx: Knex.Transaction,
  { at }: RequestContext,
  { ticket, heldHash }: { ticket: Exchanged; heldHash: string },
): Promise<boolean> {
  const held = await trx('workspace_passes')
    .where({ ...ticket, token_hash: heldHash })
    .where('expires_at', '>', at)
    .first<object | undefined>('workspace_id');
  return held !== undefined;
}

async function giveCookie(trx: Knex.Transaction, { at }: RequestContext, ticket: Exchanged): Promise<string> {
  const { token, hash } = createToken();
  await trx('workspace_passes').insert({
    ...ticket,
    token_hash: hash,
    created_at: at,
    expires_at: new Date(at.getTime() + SESSION_MAX_DAYS * DAY_MS),
  });
  return token;
}

/**
 * Revokes the cookie that this browser held for another browser session, if it is a cookie of this workspace.
 */
async function replaceCookie(
  trx: Knex.Transaction,
  context: RequestContext,
  { ticket, heldHash }: { ticket: Exchanged; heldHash: string },
): Promise<void> {
  const { workspace_id: workspaceId } = ticket;
  const [held] = await trx('workspace_passes')
    .where({ token_hash: heldHash, workspace_id: workspaceId })
    .whereNot({ browser_session_id: ticket.browser_session_id })
    .delete()
    .returning<Pick<Exchanged, 'user_id' | 'browser_session_id'>[]>(['user_id', 'browser_session_id']);
  if (held === undefined) return;
  const { user_id: userId, browser_session_id: browserSessionHash } = held;
  const open = await findOpenSession(trx, { workspaceId, userId, browserSessionHash, accessMethod: 'web' });
  if (open === undefined) return;
  await WorkspaceSessionTracker.endSession(trx, context, { workspaceSessionId: open.id, reason: 'replaced' });
}

/** Shuts a browser out of a workspace's host until it gets a new ticket. */
export async function revokeWorkspaceCookies(
  db: Knex,
  input: {
    workspaceId: number;
    userId: number;
    browserSessionHash: string;
    /** Absent: at all hosts of the workspace. */
    port?: number | null;
    createdBefore?: Date;
  },
): Promise<void> {
  const { workspaceId, userId, browserSessionHash, port, createdBefore } = input;
  const query = db('workspace_passes').where({
    workspace_id: workspaceId,
    user_id: userId,
    browser_session_id: browserSessionHash,
  });
  if (port !== undefined) query.where({ port });
  if (createdBefore !== undefined) query.where('created_at', '<', createdBefore);
  await query.delete();
}
