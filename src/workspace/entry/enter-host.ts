import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security/security-log.ts';
import type { Config } from '../../config/config.ts';
import { clearedNonceCookie, heldNonce, nonceCookie, readNonces } from './entry-cookie.ts';
import { findHost } from '../find-host.ts';
import { exchangeTicket } from './exchange-ticket.ts';
import {
  createToken,
  hashSentToken,
  isHttps,
  workspaceCookie,
  readWorkspaceCookie,
} from '../workspace-cookie.ts';

/**
 * The answer to a browser on its way into a workspace: where to go on, and the whole `Set-Cookie` headers.
 */
interface EntryStep {
  location: string;
  cookies: string[];
}

/** The data that a browser brings to a workspace's host on its way in. */
interface Brought {
  label: string;
  /** Either of them, as it was sent. */
  entry: unknown;
  ticket: unknown;
  cookie: string | undefined;
}

/**
 * The part of the way into a workspace that happens at the workspace's own host.
 *
 * 1. A browser with an entry gets a cookie, or keeps the one that it has for this entry, and takes the
 *    cookie's hash to the app, which makes a ticket for that cookie alone.
 * 2. A browser with ticket and cookie gets its workspace cookie. So a ticket that somebody else fetched opens
 *    nothing (login CSRF; like `state` in OAuth, RFC 6749, section 10.12).
 * 3. Anything else returns undefined and goes to the security log.
 */
export async function enterHost(
  db: Knex,
  context: RequestContext,
  input: Brought & { config: Pick<Config, 'baseUrl'> },
): Promise<EntryStep | undefined> {
  return input.entry === undefined ? exchange(db, context, input) : toApp(db, context, input);
}

async function toApp(
  db: Knex,
  context: RequestContext,
  { config, label, entry, cookie }: Brought & { config: Pick<Config, 'baseUrl'> },
): Promise<EntryStep | undefined> {
  const entryHash = hashSentToken(entry);
  if (entryHash === null || !(await isBegun(db, context, { label, entryHash }))) {
    await recordSecurityEvent(db, context, {
      kind: 'access-refused',
      details: { reason: 'an entry that is used, too old or of another workspace', host: label },
    });
    return undefined;
  }
  const of = { entryHash, https: isHttps(config) };
  const { token, hash } = createToken();
  const held = heldNonce(cookie, of);
  return {
    location: `${config.baseUrl}/workspace/entry?entry=${String(entry)}&state=${held?.hash ?? hash}`,
    cookies: held === undefined ? [nonceCookie(token, of)] : [],
  };
}

/**
 * A stranger who hands out links must not fill a browser with cookies for a host that its person may not
 * enter.
 */
async function isBegun(
  db: Knex,
  { at }: RequestContext,
  { label, entryHash }: { label: string; entryHash: string },
): Promise<boolean> {
  const host = await findHost(db, label);
  if (host === undefined) return false;
  const found = await db('workspace_tickets')
    .where({ token_hash: entryHash, ...host })
    .whereNull('nonce_hash')
    .where('expires_at', '>', at)
    .first<object | undefined>('workspace_id');
  return found !== undefined;
}

async function exchange(
  db: Knex,
  context: RequestContext,
  { config, label, ticket, cookie }: Brought & { config: Pick<Config, 'baseUrl'> },
): Promise<EntryStep | undefined> {
  const https = isHttps(config);
  const nonces = readNonces(cookie, https);
  const { hash: heldHash } = readWorkspaceCookie(cookie, https);
  const exchanged = await exchangeTicket(db, context, {
    label,
    ticketHash: hashSentToken(ticket),
    nonceHashes: nonces.map(({ hash }) => hash),
    heldHash,
  });
  if (exchanged === undefined) return undefined;
  const used = nonces.filter(({ hash }) => hash === exchanged.nonceHash);
  const cleared = used.map(({ name }) => clearedNonceCookie(name, https));
  const given = exchanged.token === null ? [] : [workspaceCookie(exchanged.token, https)];
  return { location: '/', cookies: [...given, ...cleared] };
}
