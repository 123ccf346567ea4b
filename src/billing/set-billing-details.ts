import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { lockSubscription } from './lock-order.ts';

const columns = [
  'customer_type',
  'billing_name',
  'billing_address',
  'billing_district',
  'billing_city',
  'billing_country',
  'billing_phone',
  'billing_tax_office',
  'billing_tax_number',
] as const;

type Details = Record<(typeof columns)[number], string | null>;

/**
 * Stores a company's billing details; null deletes one. Returns whether anything changed. The audit row names
 * each changed detail with its former value; without a change there is no row.
 */
export async function setBillingDetails(
  db: Knex,
  context: RequestContext,
  { companyId, ...details }: { companyId: number } & Details,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    // Before the first details there is no row of them to lock.
    await lockSubscription(trx, companyId);
    const before = await trx('billing_details')
      .where('company_id', companyId)
      .first<Details | undefined>(columns);
    const changed = columns.filter((column) => (before?.[column] ?? null) !== details[column]);
    if (changed.length === 0) return false;
    await trx('billing_details')
      .insert({ company_id: companyId, ...details })
      .onConflict('company_id')
      .merge();
    await AuditLogger.log(trx, context, {
      action: 'billing_details_changed',
      success: true,
      resourceType: 'company',
      resourceId: companyId,
      companyId,
      details: {
        before: Object.fromEntries(changed.map((column) => [column, before?.[column] ?? null])),
        after: Object.fromEntries(changed.map((column) => [column, details[column]])),
      },
    });
    return true;
  });
}
