import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { credentials } from './input.ts';
import { findUserByEmail } from './queries.ts';

/** Why an attempt to sign in never came to checking a password. */
export type SignInRefusal = 'malformed' | 'rate-limited' | 'unreadable';

/**
 * Records an attempt to sign in that was refused before its password was looked at. `email` is whatever was sent in that
 * field, of any type and length; when it is the address of somebody, the row is about that person.
 */
export async function refuseSignIn(
  db: Knex,
  context: RequestContext,
  input: { email: unknown; reason: SignInRefusal; details?: Record<string, unknown> },
): Promise<void> {
  const email = asText(input.email);
  const parsed = credentials.shape.email.safeParse(email);
  const person = parsed.success ? await findUserByEmail(db, parsed.data) : undefined;
  await AuditLogger.logLogin(db, context, {
    success: false,
    email: parsed.success ? parsed.data : email,
    userId: person?.id ?? null,
    companyId: person?.company_id ?? null,
    actorType: 'anonymous',
    reason: input.reason,
    details: { ...(email.length > 320 ? { email_length: email.length } : {}), ...input.details },
  });
}

/** A field sent twice arrives as a list. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(String).join(', ') : '';
}
