import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';

/** The proofs that a person reads the mail of an address: see `email_confirmations.how`. */
type ConfirmedHow = 'link' | 'invitation' | 'password-reset' | 'change' | 'restored';

/**
 * Writes down that a person has shown to read the mail of their account's address, in the caller's
 * transaction, with what the proof came from. `confirmationId` is the link that was used; without one the
 * proof gets a row of its own. Every other link of the account is good no longer.
 */
export async function noteConfirmed(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    account: { id: number; company_id: number | null; email: string };
    how: ConfirmedHow;
    confirmationId?: number;
  },
): Promise<void> {
  const { account, how, confirmationId } = input;
  const { id: userId, email } = account;
  await trx('users').where('id', userId).update({ email_confirmed_at: context.at, holds_email: true });
  const proof = {
    confirmed_at: context.at,
    ended_at: context.at,
    how,
    ip_address: context.ip,
    user_agent: keptUserAgent(context),
    request_id: context.requestId,
  };
  const links = trx('email_confirmations').where('user_id', userId).whereNull('ended_at');
  if (confirmationId === undefined) {
    await links.update({ ended_at: context.at });
    await trx('email_confirmations').insert({
      user_id: userId,
      email,
      created_at: context.at,
      expires_at: context.at,
      ...proof,
    });
  } else {
    await links.clone().whereNot('id', confirmationId).update({ ended_at: context.at });
    await trx('email_confirmations').where('id', confirmationId).update(proof);
  }
  await AuditLogger.log(trx, context, {
    action: 'email_confirmed',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    userId,
    companyId: account.company_id,
    actorType: 'user',
    details: { email, how },
  });
}
