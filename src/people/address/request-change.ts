import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import { NotFound } from '../../errors.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { lockAddress } from './address-lock.ts';
import { queueNewAddressMail, queueTakenByChangeMail } from './change-mails.ts';
import { countRequests, findOpenRequest } from './change-queries.ts';
import { findAccountForUpdate, findStanding, type AddressAccount } from './queries.ts';

/** How long the link to a new address is good, in hours. */
const CHANGE_HOURS = 24;

/** Mails that changes ask for: by one account in an hour and a day, and to one address in a day. */
const MAILS_AN_HOUR = 3;
const MAILS_A_DAY = 8;
const MAILS_TO_AN_ADDRESS_A_DAY = 8;

type Requested = { ok: true; token: string | null } | { ok: false; reason: 'same' | 'too-many' };

/**
 * Writes the mail by which a person confirms a new address. Until then the old one counts. When another
 * account has the new address for good, the mail says so to whoever reads it; the outcome and the pages do
 * not tell. An earlier wish of the account is withdrawn.
 */
export async function requestChange(
  db: Knex,
  context: RequestContext,
  input: { userId: number; email: string; config: Config },
): Promise<Requested> {
  const { userId, email, config } = input;
  return db.transaction(async (trx) => {
    await lockAddress(trx, email);
    const account = await findAccountForUpdate(trx, userId);
    if (account === undefined) throw new NotFound();
    if (email === account.email) return { ok: false, reason: 'same' };
    const { hour, day, addressDay } = await countRequests(trx, { userId, email, at: context.at });
    if (hour >= MAILS_AN_HOUR || day >= MAILS_A_DAY || addressDay >= MAILS_TO_AN_ADDRESS_A_DAY)
      return { ok: false, reason: 'too-many' };
    const { state } = await findStanding(trx, { email, userId, at: context.at });
    const token = state === 'free' || state === 'unconfirmed' ? newSecret() : null;
    const { id, expiresAt } = await insertRequest(trx, context, { account, email, token });
    const mail = { config, account, email, requestId: id };
    if (token === null) await queueTakenByChangeMail(trx, context, mail);
    else await queueNewAddressMail(trx, context, { ...mail, token, expiresAt, hours: CHANGE_HOURS });
    return { ok: true, token };
  });
}

/** Withdraws the wish for another address. False when there is none. */
export async function withdrawChange(
  db: Knex,
  context: RequestContext,
  { userId }: { userId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const open = await findOpenRequest(trx, { userId, at: context.at });
    if (open === undefined) return false;
    await trx('email_change_requests').where('id', open.id).update({ ended_at: context.at });
    await AuditLogger.log(trx, context, {
      action: 'email_change_withdrawn',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      details: { old_email: open.old_email, new_email: open.new_email },
    });
    return true;
  });
}

async function insertRequest(
  trx: Knex.Transaction,
  context: RequestContext,
  { account, email, token }: { account: AddressAccount; email: string; token: string | null },
): Promise<{ id: number; expiresAt: Date }> {
  const { id: userId, email: oldEmail } = account;
  await trx('email_change_requests')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  const expiresAt = new Date(context.at.getTime() + (CHANGE_HOURS * DAY_MS) / 24);
  const [row] = await trx('email_change_requests')
    .insert({
      user_id: userId,
      old_email: oldEmail,
      new_email: email,
      token_hash: token === null ? null : hashSecret(token),
      requested_at: context.at,
      expires_at: expiresAt,
      ip_address: context.ip,
      user_agent: keptUserAgent(context),
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  await AuditLogger.log(trx, context, {
    action: 'email_change_requested',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    details: { old_email: oldEmail, new_email: email, expires_at: expiresAt.toISOString() },
  });
  return { id: row.id, expiresAt };
}
