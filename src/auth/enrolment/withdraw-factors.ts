import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { DAY_MS } from '../../durations.ts';
import { endTrustOf } from '../known-device.ts';
import { SESSION_MAX_DAYS } from '../../web/sessions/browser-session.ts';

/** Why factors of an account are withdrawn that its person may never have added. */
type WithdrawCause = 'claimed' | 'address-restored' | 'account-secured';

/** A factor that was taken out of use. `name` is null for an app. */
interface Ended {
  kind: 'totp' | 'passkey';
  name: string | null;
}

/**
 * From when on the factors of an account are in doubt after `event`, by which somebody else had it: a browser
 * session lasts so long, so whoever had one then may have signed in, and added a factor, so much earlier.
 */
export function inDoubtSince(event: Date): Date {
  return new Date(event.getTime() - SESSION_MAX_DAYS * DAY_MS);
}

/**
 * Takes the second factors out of use that a stranger may have added to an account, with an audit row for
 * each: those from `since` on, or all when it is null. Older ones stay, or a link in a mail would be a way
 * around them (OWASP ASVS 5, 6.4.3). No browser is spared the second factor any more. Lock the person before.
 */
export async function withdrawFactors(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { userId: number; companyId: number | null; since: Date | null; cause: WithdrawCause },
): Promise<number> {
  const { userId } = input;
  const { ended, isNoneLeft } = await endFactors(trx, input);
  for (const [index, { kind, name }] of ended.entries())
    await AuditLogger.log(trx, context, {
      action: 'second_factor_removed',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId: input.companyId,
      details: {
        kind,
        ...(name === null ? {} : { name }),
        was_last: isNoneLeft && index === ended.length - 1,
        cause: input.cause,
      },
    });
  return ended.length;
}

/**
 * Takes the factors of a person from `since` on out of use, or all when it is null, with the recovery codes
 * of that time, an app that waits for its first code, and the trust in every browser. Writes no audit row:
 * the caller does.
 */
export async function endFactors(
  trx: Knex.Transaction,
  { userId, since }: { userId: number; since: Date | null },
): Promise<{ ended: Ended[]; isNoneLeft: boolean }> {
  const from = since ?? '-infinity';
  const apps = await trx('totp_secrets')
    .where('user_id', userId)
    .where('confirmed_at', '>=', from)
    .delete()
    .returning<{ id: number }[]>('id');
  const passkeys = await trx('passkeys')
    .where('user_id', userId)
    .where('created_at', '>=', from)
    .delete()
    .returning<{ id: number; name: string }[]>(['id', 'name']);
  await trx('totp_secrets').where('user_id', userId).whereNull('confirmed_at').delete();
  await trx('recovery_codes').where('user_id', userId).where('created_at', '>=', from).delete();
  await endTrustOf(trx, userId);
  const ended: Ended[] = [
    ...apps.map(() => ({ kind: 'totp' as const, name: null })),
    ...passkeys.sort((a, b) => a.id - b.id).map(({ name }) => ({ kind: 'passkey' as const, name })),
  ];
  return { ended, isNoneLeft: await endWhenNoneIsLeft(trx, userId) };
}

/** Without a factor the password alone signs in. True when there is none. */
async function endWhenNoneIsLeft(trx: Knex.Transaction, userId: number): Promise<boolean> {
  const left = await trx
    .from(
      trx('totp_secrets')
        .where('user_id', userId)
        .select('id')
        .unionAll(trx('passkeys').where('user_id', userId).select('id'))
        .as('factors'),
    )
    .first<{ id: number } | undefined>('id');
  if (left !== undefined) return false;
  await trx('recovery_codes').where('user_id', userId).delete();
  await trx('users').where('id', userId).update({ second_factor_at: null });
  return true;
}
