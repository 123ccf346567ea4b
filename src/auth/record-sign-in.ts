import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { rememberDevice } from './known-device.ts';
import { findSignedInUser, type SignedInUser } from './require-user.ts';

/** A person who may now get a browser session, and the token that marks their browser from now on. */
export interface SignedIn {
  user: SignedInUser;
  deviceToken: string;
}

/**
 * How a sign-in was more than a password: a second factor, a passkey that stands for both, or a browser that
 * was remembered at an earlier one.
 */
export const signInFactors = ['totp', 'passkey', 'recovery-code', 'remembered-device'] as const;

type SignInFactor = (typeof signInFactors)[number];

/**
 * Records a successful sign-in: the row in the audit trail, the browser, the time. The record comes before
 * the browser session, so that no session exists without its row. Undefined when the person has been
 * deactivated, has another password, or must set one, in the meantime.
 */
export async function recordSignIn(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    userId: number;
    email: string;
    deviceToken: string | null;
    method: 'password' | 'passkey' | 'registration' | 'invitation';
    /** The second factor that was given, or why none was asked for. Absent when the person has none. */
    factor?: SignInFactor;
    /** Spares this browser the second factor for some days. */
    isTrusted?: boolean;
    /**
     * The hash that the password was checked against: nobody signs in by one that has been replaced since.
     */
    checkedHash?: string;
    /** The name under which the browser is remembered, for an account that does not hold its address. */
    deviceEmail?: string;
  },
): Promise<SignedIn | undefined> {
  const updated = await trx('users')
    .where({ id: input.userId })
    .whereNull('deactivated_at')
    .whereNull('password_blocked_at')
    .modify((query) => {
      if (input.checkedHash !== undefined) void query.where('password_hash', input.checkedHash);
    })
    .update({ last_login_at: trx.raw('greatest(last_login_at, ?::timestamptz)', [context.at]) });
  const user = updated === 1 ? await findSignedInUser(trx, input.userId) : undefined;
  if (user === undefined) return undefined;
  const device = await rememberDevice(trx, context, {
    ...input,
    email: input.deviceEmail ?? input.email,
  });
  await AuditLogger.logLogin(trx, context, {
    success: true,
    email: input.email,
    userId: user.id,
    companyId: user.company_id,
    actorType: user.role === 'operator' ? 'operator' : 'user',
    details: {
      method: input.method,
      ...(input.factor === undefined ? {} : { factor: input.factor }),
      ...(input.isTrusted === true ? { device_remembered: true } : {}),
      device_id: device.deviceId,
      new_device: device.isNew,
      known_to_others: device.isOthers,
    },
  });
  return { user, deviceToken: device.token };
}
