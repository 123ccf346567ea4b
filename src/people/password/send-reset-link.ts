import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { NotFound } from '../../errors.ts';
import { createReset, findResetPerson, hasEnoughLinks } from './password-resets.ts';
import { queueResetMail } from './password-mails.ts';

/**
 * How long a link is good that somebody else had sent, in hours: the person does not wait for it at the
 * mailbox.
 */
const LINK_HOURS = 24;

type Sent = { ok: true } | { ok: false; reason: 'not-active' | 'unconfirmed' | 'too-many' | 'no-mail' };

/**
 * Mails a person of a company the link that sets a new password, because an admin or an operator wants it.
 * Whoever has it sent never sees it. Throws `NotFound` for a person of another company.
 *
 * Refused for a person whose access has ended. An admin is also refused for an address that nobody has
 * confirmed: a link sent for it, and none for one that another account holds, would tell the two apart.
 */
export async function sendResetLink(
  db: Knex,
  context: RequestContext,
  input: {
    companyId: number;
    userId: number;
    config: Config;
    requestedBy: number;
    /** The link that operators send to the only admin of a company, after its delay. */
    isRecovery?: boolean;
  },
): Promise<Sent> {
  const { companyId, userId, config, requestedBy } = input;
  if (config.smtpUrl === null) return { ok: false, reason: 'no-mail' };
  return db.transaction(async (trx) => {
    const person = await findResetPerson(trx, { companyId, userId });
    if (person === undefined) throw new NotFound();
    if (person.deactivated_at !== null) return { ok: false, reason: 'not-active' };
    const isUnconfirmed = person.email_confirmed_at === null && input.isRecovery !== true;
    if (isUnconfirmed || !person.holds_email) return { ok: false, reason: 'unconfirmed' };
    if (await hasEnoughLinks(trx, person.id, context.at)) return { ok: false, reason: 'too-many' };
    const reset = await createReset(trx, context, { userId, hours: LINK_HOURS, requestedBy });
    await AuditLogger.log(trx, context, {
      action: 'password_reset_sent',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: { email: person.email, expires_at: reset.expiresAt.toISOString() },
    });
    await queueResetMail(trx, context, {
      config,
      person,
      resetId: reset.id,
      token: reset.token,
      expiresAt: reset.expiresAt,
      hours: LINK_HOURS,
      isSentByOthers: true,
    });
    return { ok: true };
  });
}
