import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { lockAddress } from './address-lock.ts';
import { queueConfirmationMail, queueTakenMail } from './confirmation-mails.ts';
import { countAsked, findAccountForUpdate, findStanding, type AddressAccount } from './queries.ts';

/** How long a link that confirms an address is good, in hours. */
const CONFIRMATION_HOURS = 24;

/**
 * Mails that ask to confirm: for one account in an hour and a day, and to one address in a day, whichever
 * accounts ask. Nobody can fill a mailbox by registering.
 */
const MAILS_AN_HOUR = 3;
const MAILS_A_DAY = 8;
const MAILS_TO_AN_ADDRESS_A_DAY = 8;

type Asked =
  /** `token` is null where the mail has no link, since another account has the address. */
  { ok: true; token: string | null } | { ok: false; reason: 'too-many' | 'confirmed' };

/**
 * Writes the mail by which a person confirms the address of their account, in the caller's transaction. When
 * another account has the address for good, the mail says so instead, to whoever reads the mailbox; nothing
 * that the account can see tells the two apart. An earlier link of the account is good no longer.
 */
export async function askForConfirmation(
  trx: Knex.Transaction,
  context: RequestContext,
  { userId, config }: { userId: number; config: Config },
): Promise<Asked> {
  const account = await findAccountForUpdate(trx, userId);
  if (account === undefined || account.email_confirmed_at !== null) return { ok: false, reason: 'confirmed' };
  const { email } = account;
  const { hour, day, addressDay } = await countAsked(trx, { userId, email, at: context.at });
  if (hour >= MAILS_AN_HOUR || day >= MAILS_A_DAY || addressDay >= MAILS_TO_AN_ADDRESS_A_DAY)
    return { ok: false, reason: 'too-many' };
  const standing = await findStanding(trx, { email, userId, at: context.at });
  const hasLink = standing.state === 'free' || standing.state === 'unconfirmed';
  const token = hasLink ? newSecret() : null;
  const { id, expiresAt } = await insertConfirmation(trx, context, account, token);
  const mail = { config, account, confirmationId: id, standing };
  if (token === null) await queueTakenMail(trx, context, mail);
  else await queueConfirmationMail(trx, context, { ...mail, token, expiresAt, hours: CONFIRMATION_HOURS });
  return { ok: true, token };
}

/** The same, asked for by the person: see `askForConfirmation`. */
export async function askAgain(
  db: Knex,
  context: RequestContext,
  input: { userId: number; email: string; config: Config },
): Promise<Asked> {
  return db.transaction(async (trx) => {
    await lockAddress(trx, input.email);
    return askForConfirmation(trx, context, input);
  });
}

async function insertConfirmation(
  trx: Knex.Transaction,
  context: RequestContext,
  { id: userId, email }: AddressAccount,
  token: string | null,
): Promise<{ id: number; expiresAt: Date }> {
  await trx('email_confirmations')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  const expiresAt = new Date(context.at.getTime() + (CONFIRMATION_HOURS * DAY_MS) / 24);
  const [row] = await trx('email_confirmations')
    .insert({
      user_id: userId,
      email,
      token_hash: token === null ? null : hashSecret(token),
      created_at: context.at,
      expires_at: expiresAt,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return { id: row.id, expiresAt };
}
