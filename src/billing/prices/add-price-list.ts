import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { isUniqueViolation } from '../../errors.ts';
import type { PriceListDraft } from './input.ts';
import { findNewestVersion } from './queries.ts';

/** The number of the new version; or why there is none. `taken`: another version was made meanwhile. */
type AddedPriceList = { ok: true; version: number } | { ok: false; reason: 'taken' | 'in-the-past' };

/**
 * Makes a version of the prices, whole and for ever, with its audit row. `version` is the number that the
 * operator saw: two operators, or a second click, never make a version that nobody has looked at. A version
 * counts from now on or later, so what was on sale at an earlier moment never changes.
 */
export async function addPriceList(
  db: Knex,
  context: RequestContext,
  input: { draft: PriceListDraft; version: number; operatorId: number },
): Promise<AddedPriceList> {
  const { draft, version } = input;
  const effectiveFrom = draft.effectiveFrom ?? context.at;
  if (effectiveFrom < context.at) return { ok: false, reason: 'in-the-past' };
  if (version !== (await findNewestVersion(db)) + 1) return { ok: false, reason: 'taken' };
  try {
    await db.transaction((trx) => insertPriceList(trx, context, { ...input, effectiveFrom }));
  } catch (error) {
    // Somebody else's was faster by a moment.
    if (isUniqueViolation(error, 'uq_price_lists_version')) return { ok: false, reason: 'taken' };
    throw error;
  }
  context.log.info({ version, effective_from: effectiveFrom }, 'price list added');
  return { ok: true, version };
}

async function insertPriceList(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { draft: PriceListDraft; version: number; operatorId: number; effectiveFrom: Date },
): Promise<void> {
  const { draft, version, effectiveFrom } = input;
  const kind = draft.conversion === null ? 'fixed' : 'converted';
  const [list] = await trx('price_lists')
    .insert({
      ...{ version, effective_from: effectiveFrom, kind, note: draft.note },
      ...draft.conversion,
      ...{ created_by: input.operatorId, created_at: context.at },
    })
    .returning<{ id: number }[]>('id');
  if (list === undefined) throw new Error('Bug! An insert returned no row');
  const items = Object.entries(draft.prices).flatMap(([currency, prices]) =>
    Object.entries(prices).map(([plan, amount_minor]) => ({ currency, plan, amount_minor })),
  );
  await trx('price_list_items').insert(items.map((item) => ({ ...item, price_list_id: list.id })));
  await AuditLogger.logOrThrow(trx, context, {
    action: 'price_list_added',
    success: true,
    resourceType: 'price_list',
    resourceId: list.id,
    details: {
      ...{ version, effective_from: effectiveFrom, kind, note: draft.note },
      ...{ prices: draft.prices, conversion: draft.conversion ?? undefined },
    },
  });
}
