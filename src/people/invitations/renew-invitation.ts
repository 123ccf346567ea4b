import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { countActiveMembers, countOpenInvitations } from '../queries.ts';
import { DAY_MS } from '../../durations.ts';
import { NotFound } from '../../errors.ts';
import { stopMails } from '../../mail/stop-mails.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { hasRoom, lockCompany } from '../company-lock.ts';
import { INVITATION_DAYS, queueInvitation, type InvitationMail } from './queue-invitation.ts';

interface InvitationRow {
  email: string;
  role: 'member' | 'admin';
  expires_at: Date;
  accepted_at: Date | null;
  revoked_at: Date | null;
}

type Renewed = { ok: true; email: string; token: string } | { ok: false; reason: 'over' | 'member-limit' };

/**
 * Sends an open invitation once more, with a new link and new time: the mail may have failed, or the time run
 * out. The old link is dead, and an old mail that was not sent yet stays here. Throws `NotFound` for an
 * invitation of another company.
 */
export async function renewInvitation(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; invitationId: number; mail: InvitationMail },
): Promise<Renewed> {
  const { companyId, invitationId, mail } = input;
  return db.transaction(async (trx) => {
    await lockCompany(trx, companyId);
    const invitation = await trx('invitations')
      .where({ company_id: companyId, id: invitationId })
      .forNoKeyUpdate()
      .first<InvitationRow | undefined>(['email', 'role', 'expires_at', 'accepted_at', 'revoked_at']);
    if (invitation === undefined) throw new NotFound();
    const { email, role } = invitation;
    if (invitation.accepted_at !== null || invitation.revoked_at !== null)
      return { ok: false, reason: 'over' };
    if (invitation.expires_at <= context.at && !(await hasPlace(trx, context, companyId)))
      return { ok: false, reason: 'member-limit' };
    const token = newSecret();
    const expiresAt = new Date(context.at.getTime() + INVITATION_DAYS * DAY_MS);
    const handedOverBy = mail.config.smtpUrl === null ? 'link' : 'mail';
    await stopMails(trx, context, { type: 'invitation', id: invitationId });
    await trx('invitations')
      .where({ company_id: companyId, id: invitationId })
      .update({
        token_hash: hashSecret(token),
        expires_at: expiresAt,
        handed_over_by: handedOverBy,
      });
    await AuditLogger.log(trx, context, {
      action: 'invitation_renewed',
      success: true,
      resourceType: 'invitation',
      resourceId: invitationId,
      companyId,
      details: { email, role, expires_at: expiresAt.toISOString(), handed_over_by: handedOverBy },
    });
    const renewed = { id: invitationId, companyId, email, role, token, expiresAt };
    await queueInvitation(trx, context, { invitation: renewed, mail });
    return { ok: true, email, token };
  });
}

/** An invitation that has run out holds no place any more. */
async function hasPlace(trx: Knex.Transaction, context: RequestContext, companyId: number): Promise<boolean> {
  const members = await countActiveMembers(trx, companyId);
  const places = members + (await countOpenInvitations(trx, companyId, context.at));
  return hasRoom(trx, context, { companyId, places });
}
