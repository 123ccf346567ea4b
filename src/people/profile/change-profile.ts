import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotSignedIn } from '../../errors.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { changeLocale } from '../change-locale.ts';

interface Profile {
  full_name: string;
  time_zone: string;
}

/**
 * Stores a person's name, language and time zone. Each that changes leaves an audit row with what it was
 * before, so a name of earlier evidence is still found. Throws `NotSignedIn` for a person who was deactivated
 * meanwhile.
 */
export async function changeProfile(
  db: Knex,
  context: RequestContext,
  input: { userId: number; fullName: string; locale: Locale; timeZone: string },
): Promise<void> {
  const { userId, fullName, locale, timeZone } = input;
  await db.transaction(async (trx) => {
    const before = await trx('users')
      .where({ id: userId })
      .whereNull('deactivated_at')
      .forNoKeyUpdate()
      .first<Profile | undefined>(['full_name', 'time_zone']);
    if (before === undefined) throw new NotSignedIn();
    await trx('users').where({ id: userId }).update({ full_name: fullName, time_zone: timeZone });
    if (before.full_name !== fullName)
      await log(trx, context, userId, {
        action: 'user_renamed',
        details: { old_name: before.full_name, new_name: fullName },
      });
    if (before.time_zone !== timeZone)
      await log(trx, context, userId, {
        action: 'time_zone_changed',
        details: { old_time_zone: before.time_zone, time_zone: timeZone },
      });
    await changeLocale(trx, context, { userId, locale });
  });
}

async function log(
  trx: Knex.Transaction,
  context: RequestContext,
  userId: number,
  what: { action: 'user_renamed' | 'time_zone_changed'; details: Record<string, string> },
): Promise<void> {
  await AuditLogger.log(trx, context, {
    ...what,
    success: true,
    resourceType: 'user',
    resourceId: userId,
  });
}
