import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { lockAddress } from './address-lock.ts';
import { queueWayBackMail } from './change-mails.ts';
import { findChangeRequest } from './change-queries.ts';
import { endAccount } from './end-account.ts';
import { noteConfirmed } from './note-confirmed.ts';
import { refusePassword, type ProofRefusal } from './prove-account.ts';
import { findAccount, findAccountForUpdate, findStanding, type AddressAccount } from './queries.ts';

/** How long the old address can take an account back, in days. No other account gets it meanwhile. */
const WAY_BACK_DAYS = 7;

/** The state of a link to a new address. */
export type OpenedChange =
  | { state: 'open'; userId: number; oldEmail: string; newEmail: string; isOwn: boolean }
  | { state: 'over' | 'unknown' | 'foreign' };

/** Looks at a link and changes nothing. */
export async function openChange(db: Knex, context: RequestContext, token: string): Promise<OpenedChange> {
  const request = await findChangeRequest(db, hashSecret(token));
  if (request === undefined) return { state: 'unknown' };
  const account = await findAccount(db, request.user_id);
  const isOver = request.ended_at !== null || request.expires_at <= context.at;
  if (
    isOver ||
    account === undefined ||
    account.deactivated_at !== null ||
    account.email !== request.old_email
  )
    return { state: 'over' };
  const isOwn = context.userId === account.id;
  if (context.userId !== null && !isOwn) return { state: 'foreign' };
  const { old_email: oldEmail, new_email: newEmail } = request;
  return { state: 'open', userId: account.id, oldEmail, newEmail, isOwn };
}

type ConfirmOutcome =
  | { ok: true; email: string }
  | { ok: false; reason: Exclude<OpenedChange['state'], 'open'> | 'taken' }
  | ProofRefusal;

/**
 * Gives an account its new address, by the link that was mailed there, once. As for `confirmAddress`, a
 * browser that is not signed in gives the password. The old address hears of it, with a way back for seven
 * days; an old address that was never confirmed does not, since it may be a stranger's.
 */
export async function confirmChange(
  db: Knex,
  context: RequestContext,
  input: { token: string; password: string | null; config: Config },
): Promise<ConfirmOutcome> {
  const opened = await openChange(db, context, input.token);
  if (opened.state !== 'open') return { ok: false, reason: opened.state };
  if (!opened.isOwn) {
    const refusal = await refusePassword(db, context, { ...opened, ...input });
    if (refusal !== null) return refusal;
  }
  const { oldEmail, newEmail, userId } = opened;
  return db.transaction(async (trx) => {
    await lockAddress(trx, oldEmail, newEmail);
    const account = await findAccountForUpdate(trx, userId);
    const again = await openChange(trx, context, input.token);
    if (again.state !== 'open') return { ok: false, reason: again.state };
    if (account === undefined) return { ok: false, reason: 'over' };
    const standing = await findStanding(trx, { email: newEmail, userId, at: context.at });
    if (standing.state === 'taken' || standing.state === 'reserved') return { ok: false, reason: 'taken' };
    if (standing.state === 'unconfirmed') await endAccount(trx, context, standing.holder);
    await giveAddress(trx, context, { account, newEmail, config: input.config });
    return { ok: true, email: newEmail };
  });
}

async function giveAddress(
  trx: Knex.Transaction,
  context: RequestContext,
  { account, newEmail, config }: { account: AddressAccount; newEmail: string; config: Config },
): Promise<void> {
  const { id: userId, company_id: companyId, email: oldEmail } = account;
  const backToken = account.email_confirmed_at === null ? null : newSecret();
  const backUntil = new Date(context.at.getTime() + WAY_BACK_DAYS * DAY_MS);
  const [change] = await trx('email_changes')
    .insert({
      user_id: userId,
      old_email: oldEmail,
      new_email: newEmail,
      changed_at: context.at,
      how: 'confirmed',
      ip_address: context.ip,
      user_agent: keptUserAgent(context),
      request_id: context.requestId,
      back_token_hash: backToken === null ? null : hashSecret(backToken),
      back_until: backToken === null ? null : backUntil,
    })
    .returning<{ id: number }[]>('id');
  if (change === undefined) throw new Error('Bug! An insert returned no row');
  await trx('users').where('id', userId).update({ email: newEmail, holds_email: true });
  await trx('email_change_requests')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  await trx('password_resets')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  await AuditLogger.log(trx, context, {
    action: 'email_changed',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    userId,
    companyId,
    actorType: 'user',
    details: { old_email: oldEmail, new_email: newEmail },
  });
  await noteConfirmed(trx, context, { account: { ...account, email: newEmail }, how: 'change' });
  if (backToken !== null)
    await queueWayBackMail(trx, context, {
      config,
      account,
      newEmail,
      changeId: change.id,
      token: backToken,
      until: backUntil,
      days: WAY_BACK_DAYS,
    });
}
