import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { hashSecret } from '../secret-token.ts';
import { newAccessToken, tokenSessionId, type TokenScope } from './access-token.ts';
import { credentialOwner, lockCredentialOwner } from './credential-owner.ts';
import { countUsableTokens } from './token-queries.ts';
import { DAY_MS } from '../durations.ts';

/** Tokens that one person can use at a time: enough for all their programs, and few enough to check. */
export const USABLE_TOKENS_MAX = 20;

type CreateTokenOutcome =
  { ok: true; tokenId: number; token: string; expiresAt: Date } | { ok: false; reason: 'too-many' };

/**
 * Creates a token of the signed-in person. `token` is in the answer and nowhere else. Refuses when the person
 * has `USABLE_TOKENS_MAX` already. Throws `Forbidden` for strangers, operators and people who were
 * deactivated meanwhile.
 */
export async function createAccessToken(
  db: Knex,
  context: RequestContext,
  input: { name: string; scopes: TokenScope[]; days: number },
): Promise<CreateTokenOutcome> {
  const owner = credentialOwner(context);
  return db.transaction(async (trx): Promise<CreateTokenOutcome> => {
    await lockCredentialOwner(trx, owner);
    if ((await countUsableTokens(trx, { ...owner, at: context.at })) >= USABLE_TOKENS_MAX)
      return { ok: false, reason: 'too-many' };
    const token = newAccessToken();
    const { name, scopes } = input;
    const expiresAt = new Date(context.at.getTime() + input.days * DAY_MS);
    const [row] = await trx('access_tokens')
      .insert({
        company_id: owner.companyId,
        user_id: owner.userId,
        name,
        token_hash: hashSecret(token),
        scopes,
        created_at: context.at,
        expires_at: expiresAt,
      })
      .returning<{ id: number }[]>('id');
    if (row === undefined) throw new Error('Bug! a token was inserted without an id');
    await AuditLogger.log(trx, context, {
      action: 'token_created',
      success: true,
      resourceType: 'access_token',
      resourceId: row.id,
      // Workspace sessions opened with this token bear this session id.
      details: { name, scopes, expires_at: expiresAt, session_id: tokenSessionId(row.id) },
    });
    return { ok: true, tokenId: row.id, token, expiresAt };
  });
}
