import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';

const columns = [
  'billing_name',
  'billing_address',
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
  input: { companyId: number } & Details,
): Promise<boolean> {
  const { companyId } = input;
  return db.transaction(async (trx) => {
    const before = await trx('companies')
      .where('id', companyId)
      .forNoKeyUpdate()
      .first<Details | undefined>(columns);
    const changed = columns.filter((column) => before?.[column] !== input[column]);
    if (before === undefined || changed.length === 0) return false;
    const pick = (details: Details): Partial<Details> =>
      Object.fromEntries(changed.map((column) => [column, details[column]]));
    await trx('companies').where('id', companyId).update(pick(input));
    await AuditLogger.log(trx, context, {
      action: 'billing_details_changed',
      success: true,
      resourceType: 'company',
      resourceId: companyId,
      companyId,
      details: { before: pick(before), after: pick(input) },
    });
    return true;
  });
}
