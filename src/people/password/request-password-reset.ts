import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';

/** Longest user agent that is kept, in characters. */
const USER_AGENT_MAX = 500;

/**
 * Notes that somebody wants a new password for an address. The same statement for every address: whether it
 * has an account is looked up by the schedule, with `handlePasswordResets`, and shows neither in what the
 * asking person gets nor in the time that it takes.
 */
export async function requestPasswordReset(
  db: Knex,
  context: RequestContext,
  { email }: { email: string },
): Promise<void> {
  await db('password_reset_requests').insert({
    email,
    requested_at: context.at,
    ip_address: context.ip,
    user_agent: context.userAgent?.slice(0, USER_AGENT_MAX) ?? null,
    request_id: context.requestId,
  });
}
