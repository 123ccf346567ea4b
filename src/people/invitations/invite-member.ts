import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { hasRoom, lockCompany } from '../company-lock.ts';
import { findUserByEmail } from '../../auth/queries.ts';
import { DAY_MS } from '../../durations.ts';
import { countActiveMembers, countOpenInvitations } from '../queries.ts';
import { findOpenInvitation } from './queries.ts';
import { INVITATION_DAYS, queueInvitation, type InvitationMail } from './queue-invitation.ts';

export type InviteOutcome =
  | { ok: true; invitationId: number; token: string }
  | { ok: false; reason: 'already-member' | 'already-invited' | 'member-limit' };

interface Invitee {
  companyId: number;
  email: string;
  role: 'member' | 'admin';
  mail: InvitationMail;
}

/**
 * Invites somebody (lower-case ASCII address) into a company, and replaces an invitation that has expired. An
 * open invitation takes a place in the plan.
 *
 * 1. The mail is written in the same transaction. Without a mail server the caller hands the token over.
 * 2. Whether the address belongs to another company shows only when the invitation is opened.
 */
export async function inviteMember(
  db: Knex,
  context: RequestContext,
  input: Invitee,
): Promise<InviteOutcome> {
  return db.transaction(async (trx) => {
    await lockCompany(trx, input.companyId);
    const refusal = await findRefusal(trx, context, input);
    return refusal === null ? insertInvitation(trx, context, input) : { ok: false, reason: refusal };
  });
}

async function findRefusal(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { companyId: number; email: string },
): Promise<'already-member' | 'already-invited' | 'member-limit' | null> {
  const person = await findUserByEmail(trx, input.email);
  if (person?.company_id === input.companyId) return 'already-member';
  const open = await findOpenInvitation(trx, input);
  if (open !== undefined && open.expires_at > context.at) return 'already-invited';
  const members = await countActiveMembers(trx, input.companyId);
  const places = members + (await countOpenInvitations(trx, input.companyId, context.at));
  return (await hasRoom(trx, context, { companyId: input.companyId, places })) ? null : 'member-limit';
}

async function insertInvitation(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Invitee,
): Promise<InviteOutcome> {
  if (context.userId === null) throw new Error('Bug! An invitation needs somebody who invites');
  const { companyId, email, role } = input;
  await trx('invitations')
    .where({ company_id: companyId, email })
    .whereNull('accepted_at')
    .whereNull('revoked_at')
    .update({ revoked_at: context.at });
  const handedOverBy = input.mail.config.smtpUrl === null ? 'link' : 'mail';
  const token = newSecret();
  const expiresAt = new Date(context.at.getTime() + INVITATION_DAYS * DAY_MS);
  const [row] = await trx('invitations')
    .insert({
      company_id: companyId,
      email,
      role,
      token_hash: hashSecret(token),
      invited_by: context.userId,
      created_at: context.at,
      expires_at: expiresAt,
      handed_over_by: handedOverBy,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  await AuditLogger.log(trx, context, {
    action: 'invitation_sent',
    success: true,
    resourceType: 'invitation',
    resourceId: row.id,
    companyId,
    details: {
      email,
      role,
      expires_at: expiresAt.toISOString(),
      handed_over_by: handedOverBy,
    },
  });
  await queueInvitation(trx, context, {
    invitation: { id: row.id, companyId, email, role, token, expiresAt },
    mail: input.mail,
  });
  return { ok: true, invitationId: row.id, token };
}
