import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { hashSecret } from '../secret-token.ts';
import { isAccessToken, type TokenScope } from './access-token.ts';
import { findTokenWithPerson, type TokenWithPerson } from './token-queries.ts';
import type { SignedInUser } from '../auth/require-user.ts';

/** Why a token is refused. `unknown` also covers text that is no token at all. */
export type TokenRefusal = 'unknown' | 'revoked' | 'expired' | 'deactivated';

/** The token of the current request. */
export interface UsedToken {
  id: number;
  name: string;
  scopes: TokenScope[];
}

export type TokenOutcome =
  | { ok: true; token: UsedToken; user: SignedInUser & { second_factor_required_from: Date | null } }
  | { ok: false; reason: 'unknown' }
  | {
      ok: false;
      reason: Exclude<TokenRefusal, 'unknown'>;
      token: UsedToken;
      owner: { userId: number; companyId: number };
    };

/**
 * A use of a token is recorded at most once in so many seconds, so that a busy program costs no write for
 * every request.
 */
const LAST_USE_SECONDS = 60;

/**
 * Finds the person whom a token stands for. A token ends with its time, when it is withdrawn, and when its
 * person is deactivated; the caller records refusals. While the subscription has lapsed a token can read, as
 * its person can on the pages; creating, starting and opening refuse by themselves.
 */
export async function authenticateToken(
  db: Knex,
  context: RequestContext,
  text: string,
): Promise<TokenOutcome> {
  const found = isAccessToken(text) ? await findTokenWithPerson(db, hashSecret(text)) : undefined;
  if (found === undefined) return { ok: false, reason: 'unknown' };
  const token = { id: found.token_id, name: found.token_name, scopes: found.scopes };
  const reason = findRefusal(found, context.at);
  if (reason !== null) {
    return { ok: false, reason, token, owner: { userId: found.id, companyId: found.company_id } };
  }
  await noteUse(db, context, found);
  const { id, company_id, company_name, email, full_name, role, locale, time_zone } = found;
  const { email_confirmed_at, second_factor_at, second_factor_required_from } = found;
  const user = {
    id,
    company_id,
    company_name,
    email,
    full_name,
    role,
    locale,
    time_zone,
    email_confirmed_at,
    second_factor_at,
    second_factor_required_from,
  };
  return { ok: true, token, user };
}

function findRefusal(found: TokenWithPerson, at: Date): Exclude<TokenRefusal, 'unknown'> | null {
  if (found.revoked_at !== null) return 'revoked';
  if (found.expires_at <= at) return 'expired';
  return found.deactivated_at === null ? null : 'deactivated';
}

async function noteUse(db: Knex, context: RequestContext, found: TokenWithPerson): Promise<void> {
  const before = new Date(context.at.getTime() - LAST_USE_SECONDS * 1000);
  if (found.last_used_at !== null && found.last_used_at > before) return;
  await db('access_tokens')
    .where({ id: found.token_id, company_id: found.company_id })
    .where((query) => {
      query.whereNull('last_used_at').orWhere('last_used_at', '<=', before);
    })
    .update({ last_used_at: context.at, last_used_ip: context.ip });
}
