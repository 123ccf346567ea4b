import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { isUniqueViolation } from '../../errors.ts';
import { acceptDocuments } from '../../legal/accept-documents.ts';
import { hashSecret } from '../../secret-token.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { addMember } from '../add-member.ts';
import { lockAddress } from '../address/address-lock.ts';
import { askForConfirmation } from '../address/ask-for-confirmation.ts';
import { endAccount } from '../address/end-account.ts';
import { noteConfirmed } from '../address/note-confirmed.ts';
import { findStanding } from '../address/queries.ts';
import { hasRoom, lockCompany } from '../company-lock.ts';
import { waitingAs } from '../../auth/known-device.ts';
import { hashPassword } from '../../auth/password.ts';
import { countActiveMembers } from '../queries.ts';
import { findInvitation, type Invitation } from './queries.ts';
import { recordSignIn, type SignedIn } from '../../auth/record-sign-in.ts';

/** Why an invitation cannot be accepted. */
export type InvitationProblem = 'unknown' | 'expired' | 'used' | 'revoked' | 'email-taken' | 'member-limit';

export type OpenedInvitation =
  { ok: true; invitation: Invitation } | { ok: false; reason: InvitationProblem };

/** The form of an invited person, and their browser. */
interface Acceptance {
  fullName: string;
  locale: Locale;
  deviceToken: string | null;
  config: Config;
}

/**
 * `confirmationToken` is the secret of the link that asks to confirm the address; null when none was written.
 */
type Joined = SignedIn & { confirmationToken: string | null };

type AcceptOutcome = ({ ok: true } & Joined) | { ok: false; reason: InvitationProblem };

/** The invitation behind a link, if it can be accepted as far as that shows without a lock. */
export async function openInvitation(
  db: Knex,
  context: RequestContext,
  token: string,
): Promise<OpenedInvitation> {
  const invitation = await findInvitation(db, hashSecret(token));
  const problem = problemOf(invitation, context.at);
  if (problem !== null || invitation === undefined) return { ok: false, reason: problem ?? 'unknown' };
  const { email } = invitation;
  const { state } = await findStanding(db, { email, userId: null, at: context.at });
  return state === 'taken' || state === 'reserved'
    ? { ok: false, reason: 'email-taken' }
    : { ok: true, invitation };
}

/**
 * Creates the invited person with their acceptance of the legal texts, all or nothing, and records the
 * sign-in that follows. When two forms come at once, one creates the person and the other finds the
 * invitation used. The plan's number of people is checked again, since it may have shrunk. A link that came
 * by mail confirms the address; one that the admin was shown does not.
 */
export async function acceptInvitation(
  db: Knex,
  context: RequestContext,
  input: Acceptance & { token: string; password: string },
): Promise<AcceptOutcome> {
  const opened = await openInvitation(db, context, input.token);
  if (!opened.ok) return opened;
  const passwordHash = await hashPassword(input.password);
  try {
    return await db.transaction(async (trx) => {
      await lockAddress(trx, opened.invitation.email);
      await lockCompany(trx, opened.invitation.company_id);
      const again = await openInvitation(trx, context, input.token);
      if (!again.ok) return again;
      const places = await countActiveMembers(trx, again.invitation.company_id);
      const isRoom = await hasRoom(trx, context, { companyId: again.invitation.company_id, places });
      if (!isRoom) return { ok: false, reason: 'member-limit' };
      return {
        ok: true,
        ...(await createPerson(trx, context, again.invitation, { ...input, passwordHash })),
      };
    });
  } catch (error) {
    // A registration at the same time took the address.
    if (isUniqueViolation(error, 'uq_users_email')) return { ok: false, reason: 'email-taken' };
    throw error;
  }
}

function problemOf(invitation: Invitation | undefined, at: Date): InvitationProblem | null {
  if (invitation === undefined) return 'unknown';
  if (invitation.accepted_at !== null) return 'used';
  if (invitation.revoked_at !== null) return 'revoked';
  return invitation.expires_at <= at ? 'expired' : null;
}

async function createPerson(
  trx: Knex.Transaction,
  context: RequestContext,
  invitation: Invitation,
  input: Acceptance & { passwordHash: string },
): Promise<Joined> {
  const { company_id: companyId, email, role } = invitation;
  const cameByMail = invitation.handed_over_by === 'mail';
  const standing = await findStanding(trx, { email, userId: null, at: context.at });
  if (standing.state === 'unconfirmed' && cameByMail) await endAccount(trx, context, standing.holder);
  const holdsEmail = standing.state === 'free' || cameByMail;
  const userId = await addMember(trx, context, { ...input, companyId, email, role, holdsEmail });
  await acceptDocuments(trx, context, { userId, companyId, locale: input.locale });
  await trx('invitations')
    .where({ company_id: companyId, id: invitation.id })
    .update({ accepted_at: context.at, accepted_user_id: userId });
  await AuditLogger.log(trx, context, {
    action: 'invitation_accepted',
    success: true,
    resourceType: 'invitation',
    resourceId: invitation.id,
    userId,
    companyId,
    actorType: 'user',
    details: {
      email,
      full_name: input.fullName,
      role,
      invited_by: invitation.inviter_name,
      handed_over_by: invitation.handed_over_by,
    },
  });
  let confirmationToken: string | null = null;
  if (cameByMail) {
    await noteConfirmed(trx, context, {
      account: { id: userId, company_id: companyId, email },
      how: 'invitation',
    });
  } else {
    const asked = await askForConfirmation(trx, context, { userId, config: input.config });
    if (asked.ok) confirmationToken = asked.token;
  }
  const signedIn = await recordSignIn(trx, context, {
    userId,
    email,
    deviceToken: input.deviceToken,
    method: 'invitation',
    ...(holdsEmail ? {} : { deviceEmail: waitingAs(email, userId) }),
  });
  if (signedIn === undefined) throw new Error('Bug! A person made in this transaction cannot be deactivated');
  return { ...signedIn, confirmationToken };
}
