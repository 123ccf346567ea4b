import type { Knex } from 'knex';

export interface Invitation {
  id: number;
  company_id: number;
  company_name: string;
  email: string;
  role: 'member' | 'admin';
  inviter_name: string;
  /** How the person got the link; null for invitations from before this was noted. */
  handed_over_by: 'mail' | 'link' | null;
  expires_at: Date;
  accepted_at: Date | null;
  revoked_at: Date | null;
}

/** The invitation with the given hash of its token, whatever its state. */
export async function findInvitation(db: Knex, tokenHash: string): Promise<Invitation | undefined> {
  return db('invitations')
    .join('companies', 'companies.id', 'invitations.company_id')
    .join('users as inviter', 'inviter.id', 'invitations.invited_by')
    .where('invitations.token_hash', tokenHash)
    .first<Invitation | undefined>([
      'invitations.id',
      'invitations.company_id',
      'companies.name as company_name',
      'invitations.email',
      'invitations.role',
      'inviter.full_name as inviter_name',
      'invitations.handed_over_by',
      'invitations.expires_at',
      'invitations.accepted_at',
      'invitations.revoked_at',
    ]);
}

/** The open invitation of a company to an address, expired or not. */
export async function findOpenInvitation(
  db: Knex,
  input: { companyId: number; email: string },
): Promise<{ id: number; expires_at: Date } | undefined> {
  return db('invitations')
    .where({ company_id: input.companyId, email: input.email })
    .whereNull('accepted_at')
    .whereNull('revoked_at')
    .first<{ id: number; expires_at: Date } | undefined>(['id', 'expires_at']);
}
