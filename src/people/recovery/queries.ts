import type { Knex } from 'knex';

/** An operator's wish to send the only admin of a company a link that sets a new password. */
export interface Recovery {
  id: number;
  company_id: number;
  user_id: number;
  requested_by: number;
  reason: string;
  requested_at: Date;
  due_at: Date;
  sent_at: Date | null;
  cancelled_at: Date | null;
  objected_at: Date | null;
}

const columns = [
  'id',
  'company_id',
  'user_id',
  'requested_by',
  'reason',
  'requested_at',
  'due_at',
  'sent_at',
  'cancelled_at',
  'objected_at',
];

/** The wish that waits for a person of a company. */
export async function findOpenRecovery(
  db: Knex,
  { companyId, userId }: { companyId: number; userId: number },
): Promise<Recovery | undefined> {
  return db('recovery_requests')
    .where({ company_id: companyId, user_id: userId, sent_at: null, cancelled_at: null, objected_at: null })
    .first<Recovery | undefined>(columns);
}

/** The wish to which a link objects, whatever its state. */
export async function findRecoveryByToken(db: Knex, tokenHash: string): Promise<Recovery | undefined> {
  return db('recovery_requests')
    .where('objection_token_hash', tokenHash)
    .first<Recovery | undefined>(columns);
}

/** The wishes whose waiting time is over, oldest first. */
export async function listDueRecoveries(db: Knex, at: Date): Promise<Recovery[]> {
  return db('recovery_requests')
    .where({ sent_at: null, cancelled_at: null, objected_at: null })
    .where('due_at', '<=', at)
    .orderBy('id')
    .limit(100)
    .select<Recovery[]>(columns);
}
