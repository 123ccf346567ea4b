import type { Knex } from 'knex';

/** A wish for another address. */
interface ChangeRequest {
  id: number;
  user_id: number;
  old_email: string;
  new_email: string;
  requested_at: Date;
  expires_at: Date;
  ended_at: Date | null;
}

const requestColumns = ['id', 'user_id', 'old_email', 'new_email', 'requested_at', 'expires_at', 'ended_at'];

/** The wish with the hash of its secret, whatever its state. */
export async function findChangeRequest(db: Knex, tokenHash: string): Promise<ChangeRequest | undefined> {
  return db('email_change_requests')
    .where('token_hash', tokenHash)
    .first<ChangeRequest | undefined>(requestColumns);
}

/** The wish of an account that waits for its confirmation. */
export async function findOpenRequest(
  db: Knex,
  { userId, at }: { userId: number; at: Date },
): Promise<ChangeRequest | undefined> {
  return db('email_change_requests')
    .where('user_id', userId)
    .whereNull('ended_at')
    .where('expires_at', '>', at)
    .orderBy('id', 'desc')
    .first<ChangeRequest | undefined>(requestColumns);
}

/**
 * How many mails a change asked for: by an account in the last hour and day, and to an address in a day.
 */
export async function countRequests(
  db: Knex,
  { userId, email, at }: { userId: number; email: string; at: Date },
): Promise<{ hour: number; day: number; addressDay: number }> {
  const { rows } = await db.raw<{ rows: { hour: number; day: number; address_day: number }[] }>(
    `select count(*) filter (where user_id = :userId and requested_at > :at::timestamptz - interval '1 hour') as hour,
            count(*) filter (where user_id = :userId) as day,
            count(*) filter (where new_email = :email) as address_day
     from email_change_requests
     where (user_id = :userId or new_email = :email) and requested_at > :at::timestamptz - interval '1 day'`,
    { userId, email, at },
  );
  const { hour = 0, day = 0, address_day: addressDay = 0 } = rows[0] ?? {};
  return { hour, day, addressDay };
}

/** A change of an address with its way back. */
export interface AddressChange {
  id: number;
  user_id: number;
  old_email: string;
  new_email: string;
  changed_at: Date;
  back_until: Date;
  back_ended_at: Date | null;
}

/** The change whose way back has the hash of that secret. */
export async function findWayBack(db: Knex, tokenHash: string): Promise<AddressChange | undefined> {
  return db('email_changes')
    .where('back_token_hash', tokenHash)
    .first<AddressChange | undefined>([
      'id',
      'user_id',
      'old_email',
      'new_email',
      'changed_at',
      'back_until',
      'back_ended_at',
    ]);
}
