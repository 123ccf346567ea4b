import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';
import { tokenSessionId } from './access-token.ts';
import { credentialOwner, type CredentialOwner } from './credential-owner.ts';
import { findAccessTokenForUpdate } from './token-queries.ts';

/**
 * Withdraws a token of the signed-in person, and ends the workspace sessions opened with it. `ok: false` when
 * it was withdrawn before. Throws `NotFound` for a token of somebody else.
 */
export async function revokeAccessToken(
  db: Knex,
  context: RequestContext,
  input: { tokenId: number },
): Promise<{ ok: boolean; name: string }> {
  const owner = credentialOwner(context);
  return db.transaction(async (trx) => {
    const token = await findAccessTokenForUpdate(trx, { ...owner, ...input });
    if (token === undefined) throw new NotFound();
    const { id, name } = token;
    if (token.revoked_at !== null) return { ok: false, name };
    await trx('access_tokens').where({ company_id: owner.companyId, id }).update({ revoked_at: context.at });
    const sessionsEnded = await WorkspaceSessionTracker.endSessionsOfToken(trx, context, {
      userId: owner.userId,
      tokenSessionId: tokenSessionId(id),
    });
    await logRevoked(trx, context, { ...owner, id, name, reason: 'by-owner', sessions_ended: sessionsEnded });
    return { ok: true, name };
  });
}

/**
 * Withdraws every token of a person, in the transaction that ends their access or changes their password; the
 * caller ends their workspace sessions. Returns how many there were. The tokens do not come back with the
 * person.
 */
export async function revokeAccessTokensOf(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, userId }: CredentialOwner,
  reason: 'deactivated' | 'password-changed' | 'account-secured',
): Promise<number> {
  const revoked = await trx('access_tokens')
    .where({ company_id: companyId, user_id: userId })
    .whereNull('revoked_at')
    .update({ revoked_at: context.at })
    .returning<{ id: number; name: string }[]>(['id', 'name']);
  for (const token of revoked) await logRevoked(trx, context, { companyId, userId, ...token, reason });
  return revoked.length;
}

async function logRevoked(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    companyId,
    userId,
    id,
    ...details
  }: CredentialOwner & { id: number; name: string } & Record<string, unknown>,
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action: 'token_revoked',
    success: true,
    resourceType: 'access_token',
    resourceId: id,
    companyId,
    details: { ...details, owner_user_id: userId },
  });
}
