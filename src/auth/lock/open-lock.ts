import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { attemptKeysOf, deviceHash } from '../known-device.ts';
import { findLockedPerson, findLockedUntil, findLockLink } from './queries.ts';

/** The state of a link that opens a lock. Looking changes nothing. */
export async function openLockLink(
  db: Knex,
  context: RequestContext,
  token: string,
): Promise<{ state: 'open'; email: string } | { state: 'over' | 'unknown' }> {
  const lock = await findLockLink(db, hashSecret(token));
  if (lock === undefined) return { state: 'unknown' };
  const person = await findLockedPerson(db, { userId: lock.user_id, email: lock.email });
  const isOver = lock.opened_at !== null || lock.expires_at <= context.at || person === undefined;
  return isOver ? { state: 'over' } : { state: 'open', email: lock.email };
}

/**
 * Opens a lock by the link of its mail, once, for this browser alone: its wrong passwords are counted apart
 * from now on, and everybody else stays locked out. Returns the token that marks the browser.
 */
export async function openLock(
  db: Knex,
  context: RequestContext,
  input: { token: string; deviceToken: string | null },
): Promise<{ ok: true; deviceToken: string } | { ok: false; reason: 'over' | 'unknown' }> {
  return db.transaction(async (trx) => {
    const opened = await openLockLink(trx, context, input.token);
    if (opened.state !== 'open') return { ok: false, reason: opened.state };
    const deviceToken = input.deviceToken ?? newSecret();
    const [lock] = await trx('account_locks')
      .where('token_hash', hashSecret(input.token))
      .whereNull('opened_at')
      .update({
        opened_at: context.at,
        ip_address: context.ip,
        user_agent: keptUserAgent(context),
        opened_device_hash: deviceHash(opened.email, deviceToken),
      })
      .returning<{ user_id: number }[]>('user_id');
    // The first click of a double click was faster.
    if (lock === undefined) return { ok: false, reason: 'over' };
    const person = await findLockedPerson(trx, { userId: lock.user_id, email: opened.email });
    await AuditLogger.log(trx, context, {
      action: 'account_unlocked',
      success: true,
      resourceType: 'user',
      resourceId: lock.user_id,
      userId: lock.user_id,
      companyId: person?.company_id ?? null,
      details: { email: opened.email, how: 'mail' },
    });
    return { ok: true, deviceToken };
  });
}

/**
 * Opens every lock on sign-in as a person of a company, for all browsers: an admin's button. False when
 * nothing is locked. Throws `NotFound` for a person of another company.
 */
export async function openLocksOf(
  db: Knex,
  context: RequestContext,
  { companyId, userId }: { companyId: number; userId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const person = await trx('users')
      .where({ company_id: companyId, id: userId })
      .first<{ email: string } | undefined>('email');
    if (person === undefined) throw new NotFound();
    const { email } = person;
    if ((await findLockedUntil(trx, { userId, email, at: context.at })) === null) return false;
    await trx('login_locks')
      .whereIn('key', await attemptKeysOf(trx, { userId, email }))
      .delete();
    await AuditLogger.log(trx, context, {
      action: 'account_unlocked',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: { email, how: 'admin' },
    });
    return true;
  });
}
