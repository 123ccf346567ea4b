import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Currency } from '../../currency.ts';
import { changeDetails } from '../change-details.ts';
import { lockSubscription } from '../lock-order.ts';
import { usualCurrency } from '../prices/usual-currency.ts';

/**
 * Stores the currency in which a company sees prices first and is asked to pay, with its audit row. Orders
 * that are open keep theirs, and each order may name another.
 */
export async function chooseCurrency(
  db: Knex,
  context: RequestContext,
  { companyId, currency }: { companyId: number; currency: Currency },
): Promise<void> {
  await db.transaction(async (trx) => {
    const before = await lockSubscription(trx, companyId);
    if (before.usual_currency === currency) return;
    await trx('subscriptions')
      .where('company_id', companyId)
      .update({ usual_currency: currency, updated_at: context.at });
    await AuditLogger.logSubscriptionChange(trx, context, {
      companyId,
      details: {
        change: 'currency',
        ...changeDetails(before, before, context.at),
        currency_before: usualCurrency(before),
        currency_after: currency,
      },
    });
  });
}
