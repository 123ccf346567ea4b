import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { HOUR_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/**
 * Links for one person in an hour and in a day, whoever asks: further ones are not written, so that nobody
 * can fill a mailbox.
 */
const LINKS_AN_HOUR = 3;
const LINKS_A_DAY = 8;

/** True when a person has got as many links as are allowed. Lock the person before. */
export async function hasEnoughLinks(trx: Knex.Transaction, userId: number, at: Date): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { in_hour: number; in_day: number }[] }>(
    `select count(*) filter (where created_at > :hourAgo) as in_hour, count(*) as in_day
     from password_resets where user_id = :userId and created_at > :dayAgo`,
    { userId, hourAgo: new Date(at.getTime() - HOUR_MS), dayAgo: new Date(at.getTime() - 24 * HOUR_MS) },
  );
  const { in_hour: inHour = 0, in_day: inDay = 0 } = rows[0] ?? {};
  return inHour >= LINKS_AN_HOUR || inDay >= LINKS_A_DAY;
}

/** Makes a link that sets a new password once. `requestedBy` is the admin or operator; null: the person. */
export async function createReset(
  trx: Knex.Transaction,
  context: RequestContext,
  { userId, hours, requestedBy }: { userId: number; hours: number; requestedBy: number | null },
): Promise<{ id: number; token: string; expiresAt: Date }> {
  const token = newSecret();
  const expiresAt = new Date(context.at.getTime() + hours * HOUR_MS);
  const [reset] = await trx('password_resets')
    .insert({
      user_id: userId,
      token_hash: hashSecret(token),
      created_at: context.at,
      expires_at: expiresAt,
      requested_by: requestedBy,
    })
    .returning<{ id: number }[]>('id');
  if (reset === undefined) throw new Error('Bug! An insert returned no row');
  return { id: reset.id, token, expiresAt };
}

/** A person of a company for whom a link is to be sent, locked until the transaction ends. */
export async function findResetPerson(
  trx: Knex.Transaction,
  { companyId, userId }: { companyId: number; userId: number },
): Promise<
  | {
      id: number;
      company_id: number;
      full_name: string;
      email: string;
      role: string;
      locale: Locale;
      deactivated_at: Date | null;
      email_confirmed_at: Date | null;
      holds_email: boolean;
    }
  | undefined
> {
  return trx('users')
    .where({ company_id: companyId, id: userId })
    .forNoKeyUpdate()
    .first([
      ...['id', 'company_id', 'full_name', 'email', 'role', 'locale'],
      ...['deactivated_at', 'email_confirmed_at', 'holds_email'],
    ]);
}
