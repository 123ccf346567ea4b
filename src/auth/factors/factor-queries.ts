import type { Knex } from 'knex';

/** A person's authenticator app that counts. */
interface TotpRow {
  id: number;
  sealed_secret: Buffer;
  confirmed_at: Date;
  last_step: number | null;
  last_used_at: Date | null;
}

/** The authenticator app of a person; undefined when there is none, or none that was confirmed. */
export async function findTotp(db: Knex, userId: number): Promise<TotpRow | undefined> {
  return db('totp_secrets')
    .where('user_id', userId)
    .whereNotNull('confirmed_at')
    .first<TotpRow | undefined>(['id', 'sealed_secret', 'confirmed_at', 'last_step', 'last_used_at']);
}

/** A passkey as its owner sees it. */
interface PasskeyRow {
  id: number;
  name: string;
  is_synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

/** The passkeys of a person, oldest first. */
export async function listPasskeys(db: Knex, userId: number): Promise<PasskeyRow[]> {
  return db('passkeys')
    .where('user_id', userId)
    .orderBy('id')
    .select<PasskeyRow[]>(['id', 'name', 'is_synced', 'created_at', 'last_used_at']);
}

/** How many recovery codes of a person are still good. */
export async function countRecoveryCodes(db: Knex, userId: number): Promise<number> {
  const [row] = await db('recovery_codes')
    .where('user_id', userId)
    .whereNull('used_at')
    .count<{ count: number }[]>('id as count');
  return row?.count ?? 0;
}

/** A browser that is spared the second factor. */
interface TrustedDevice {
  id: number;
  user_agent: string | null;
  ip_address: string | null;
  last_used_at: Date;
  trusted_until: Date;
}

/** The browsers of a person that are spared the second factor, the last used first. */
export async function listTrustedDevices(db: Knex, userId: number, at: Date): Promise<TrustedDevice[]> {
  return (
    db('known_devices')
      .where('user_id', userId)
      .where('trusted_until', '>', at)
      // A browser that was forgotten has lost its token, and with it the trust.
      .whereNot('token_hash', 'like', 'forgotten%')
      .orderBy('last_used_at', 'desc')
      .select<TrustedDevice[]>(['id', 'user_agent', 'ip_address', 'last_used_at', 'trusted_until'])
  );
}
