import type { Knex } from 'knex';
import { recordRefusedAttempt } from '../audit/security/refused-attempts.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { AuditReason } from '../audit/reasons.ts';
import { recordSecurityEvent } from '../audit/security/security-log.ts';
import { tokenSessionId } from './access-token.ts';
import type { TokenOutcome, UsedToken } from './authenticate-token.ts';

/**
 * Records that a token was refused. A token that exists is in the evidence of its owner, with an unknown
 * actor: one row a window, then a count. An unknown token belongs in nobody's evidence.
 */
export async function recordRefusedToken(
  db: Knex,
  context: RequestContext,
  outcome: Extract<TokenOutcome, { ok: false }>,
): Promise<void> {
  if (outcome.reason === 'unknown') {
    await recordSecurityEvent(db, context, {
      kind: 'token-refused',
      details: { reason: 'unknown' },
    });
  } else {
    const { token, reason, owner } = outcome;
    await logRefusal(db, { ...context, ...owner, actorType: 'anonymous' }, { token, reason });
  }
}

/** Records that a valid token was used without the scope it needs. The context is the person's. */
export async function recordMissingScope(
  db: Knex,
  context: RequestContext,
  { token, scope }: { token: UsedToken; scope: string },
): Promise<void> {
  await logRefusal(db, context, { token, reason: 'insufficient-scope', required_scope: scope });
}

async function logRefusal(
  db: Knex,
  context: RequestContext,
  { token, reason, ...details }: { token: UsedToken; reason: AuditReason; required_scope?: string },
): Promise<void> {
  await recordRefusedAttempt(db, context, {
    kind: 'token-refused',
    subject: String(token.id),
    ownRows: 1,
    entry: {
      action: 'token_refused',
      success: false,
      resourceType: 'access_token',
      resourceId: token.id,
      details: { name: token.name, scopes: token.scopes, session_id: tokenSessionId(token.id), ...details },
      errorMessage: reason,
    },
  });
}
