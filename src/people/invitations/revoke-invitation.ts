import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { stopMails } from '../../mail/stop-mails.ts';
import { lockCompany } from '../company-lock.ts';

interface InvitationRow {
  email: string;
  role: string;
  accepted_at: Date | null;
  revoked_at: Date | null;
}

/**
 * Withdraws an invitation: its link stops working, a mail that was not sent yet stays here, and its place is
 * free. `ok: false` when it was accepted or withdrawn before. Throws `NotFound` for an invitation of another
 * company.
 */
export async function revokeInvitation(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; invitationId: number },
): Promise<{ ok: boolean }> {
  const { companyId, invitationId } = input;
  return db.transaction(async (trx) => {
    await lockCompany(trx, companyId);
    const invitation = await trx('invitations')
      .where({ company_id: companyId, id: invitationId })
      .forNoKeyUpdate()
      .first<InvitationRow | undefined>(['email', 'role', 'accepted_at', 'revoked_at']);
    if (invitation === undefined) throw new NotFound();
    if (invitation.accepted_at !== null || invitation.revoked_at !== null) return { ok: false };
    await trx('invitations')
      .where({ company_id: companyId, id: invitationId })
      .update({ revoked_at: context.at });
    await stopMails(trx, context, { type: 'invitation', id: invitationId });
    await AuditLogger.log(trx, context, {
      action: 'invitation_revoked',
      success: true,
      resourceType: 'invitation',
      resourceId: invitationId,
      companyId,
      details: { email: invitation.email, role: invitation.role },
    });
    return { ok: true };
  });
}
