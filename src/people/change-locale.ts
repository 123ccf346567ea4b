import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { Locale } from '../web/locales/catalogues.ts';

/** Stores the language of a signed-in person. Choosing the present language changes nothing. */
export async function changeLocale(
  db: Knex,
  context: RequestContext,
  input: { userId: number; locale: Locale },
): Promise<void> {
  await db.transaction(async (trx) => {
    const changed = await trx('users')
      .where({ id: input.userId })
      .whereNot({ locale: input.locale })
      .update({ locale: input.locale });
    if (changed === 0) return;
    await AuditLogger.log(trx, context, {
      action: 'locale_changed',
      success: true,
      resourceType: 'user',
      resourceId: input.userId,
      details: { locale: input.locale },
    });
  });
}
