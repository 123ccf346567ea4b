import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import { inDoubtSince, withdrawFactors } from '../../auth/enrolment/withdraw-factors.ts';
import { forgetDevices } from '../../auth/known-device.ts';
import { HOUR_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { endAccess } from '../end-access.ts';
import { lockAddress } from './address-lock.ts';
import { findWayBack, type AddressChange } from './change-queries.ts';
import { endLinksOf } from './end-links.ts';
import { noteConfirmed } from './note-confirmed.ts';
import { findAccount, findAccountForUpdate, findStanding, type AddressAccount } from './queries.ts';

/** No password has this hash. Nobody signs in before a new one is set, by a passkey neither. */
const NO_PASSWORD = 'restored';

/** The state of a way back. */
type OpenedWayBack =
  | { state: 'open'; oldEmail: string; newEmail: string; changedAt: Date; until: Date }
  | { state: 'over' | 'unknown' };

/** Looks at the link of a way back and changes nothing. */
export async function openWayBack(db: Knex, context: RequestContext, token: string): Promise<OpenedWayBack> {
  const change = await findWayBack(db, hashSecret(token));
  if (change === undefined) return { state: 'unknown' };
  const account = await findAccount(db, change.user_id);
  const isOver = change.back_ended_at !== null || change.back_until <= context.at;
  if (isOver || account === undefined || account.deactivated_at !== null) return { state: 'over' };
  const { old_email: oldEmail, new_email: newEmail, changed_at: changedAt, back_until: until } = change;
  return { state: 'open', oldEmail, newEmail, changedAt, until };
}

type RestoreOutcome = { ok: true; resetToken: string } | { ok: false; reason: 'over' | 'unknown' | 'taken' };

/**
 * Gives an account its old address back, by the link that was mailed there, also when it has changed again
 * since. Whoever changed it may have had the account: every browser is signed out, tokens and keys are
 * withdrawn, second factors of the days around the change are removed, the password opens nothing any more.
 * Returns the secret of a link that sets a new one, good for an hour.
 */
export async function restoreAddress(
  db: Knex,
  context: RequestContext,
  { token }: { token: string },
): Promise<RestoreOutcome> {
  const opened = await openWayBack(db, context, token);
  if (opened.state !== 'open') return { ok: false, reason: opened.state };
  return db.transaction(async (trx) => {
    await lockAddress(trx, opened.oldEmail);
    const change = await findWayBack(trx, hashSecret(token));
    const account = change === undefined ? undefined : await findAccountForUpdate(trx, change.user_id);
    const again = await openWayBack(trx, context, token);
    if (again.state !== 'open') return { ok: false, reason: again.state };
    if (change === undefined || account === undefined) return { ok: false, reason: 'over' };
    const { state } = await findStanding(trx, {
      email: change.old_email,
      userId: account.id,
      at: context.at,
    });
    if (state !== 'free') return { ok: false, reason: 'taken' };
    return { ok: true, resetToken: await takeBack(trx, context, { account, change }) };
  });
}

async function takeBack(
  trx: Knex.Transaction,
  context: RequestContext,
  { account, change }: { account: AddressAccount; change: AddressChange },
): Promise<string> {
  const { id: userId, company_id: companyId } = account;
  const byThem: RequestContext = { ...context, actorType: 'user', userId, companyId };
  // This way back, and those of changes that came after it.
  await trx('email_changes')
    .where('user_id', userId)
    .where('id', '>=', change.id)
    .whereNotNull('back_until')
    .whereNull('back_ended_at')
    .update({ back_ended_at: context.at });
  if (account.email !== change.old_email) {
    await trx('email_changes').insert({
      user_id: userId,
      old_email: account.email,
      new_email: change.old_email,
      changed_at: context.at,
      how: 'restored',
      ip_address: context.ip,
      user_agent: keptUserAgent(context),
      request_id: context.requestId,
    });
    await trx('users').where('id', userId).update({ email: change.old_email });
  }
  await trx('users')
    .where('id', userId)
    .update({ password_hash: NO_PASSWORD, password_blocked_at: context.at });
  await endLinksOf(trx, context, userId);
  await withdrawFactors(trx, byThem, {
    userId,
    companyId,
    since: inDoubtSince(change.changed_at),
    cause: 'address-restored',
  });
  await forgetDevices(trx, userId);
  const ended = await endAccess(trx, byThem, { userId, companyId, reason: 'password-changed' });
  await AuditLogger.log(trx, byThem, {
    action: 'email_restored',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    userId,
    companyId,
    details: { old_email: account.email, new_email: change.old_email, ...ended },
  });
  await noteConfirmed(trx, byThem, { account: { ...account, email: change.old_email }, how: 'restored' });
  return openReset(trx, context, userId);
}

async function openReset(trx: Knex.Transaction, context: RequestContext, userId: number): Promise<string> {
  await trx('password_resets')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  const token = newSecret();
  await trx('password_resets').insert({
    user_id: userId,
    token_hash: hashSecret(token),
    created_at: context.at,
    expires_at: new Date(context.at.getTime() + HOUR_MS),
  });
  return token;
}
