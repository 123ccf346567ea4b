import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { endLegalInvoice } from './end-legal-invoice.ts';
import type { LegalInvoice } from './legal-invoice.ts';
import { isBeingSent, lockLegalInvoice } from './record-issue.ts';

/**
 * How an operator ends one: `cancelled` at the tax administration, or `withdrawn` since this row stands for
 * none.
 */
interface Closing {
  id: number;
  as: 'cancelled' | 'withdrawn';
  reason: string;
  /** Whether the receipt needs another one. */
  again: boolean;
}

type ClosingOutcome =
  | { ok: true; nextId: number | null }
  | { ok: false; reason: 'ended' | 'being-sent' | 'not-issued' | 'not-entered' | 'returned-partly' };

/**
 * Ends a legal invoice for good. An entry that was wrong stays readable; with `again` a new task takes its
 * place, due when the old one was. Refuses to cancel what was never issued, and a sale with a live return.
 * Only an entry can stand for none: a number that we or the integrator gave stays taken, or its series had a
 * gap.
 */
export async function closeLegalInvoice(
  db: Knex,
  context: RequestContext,
  closing: Closing,
): Promise<ClosingOutcome> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, closing.id);
    if (legal.ended_at !== null) return { ok: false, reason: 'ended' };
    if (isBeingSent(legal)) return { ok: false, reason: 'being-sent' };
    if (closing.as === 'cancelled' && legal.issued_at === null) return { ok: false, reason: 'not-issued' };
    if (closing.as === 'withdrawn' && !isWithdrawable(legal)) return { ok: false, reason: 'not-entered' };
    if (await hasLiveReturn(trx, legal.id)) return { ok: false, reason: 'returned-partly' };
    await endLegalInvoice(trx, context, { legal, as: closing.as, reason: closing.reason });
    return { ok: true, nextId: closing.again ? await openAgain(trx, context, legal) : null };
  });
}

/** True for a task, and for an entry by hand, which may have been wrong. */
export function isWithdrawable({ issued_at, issuer }: Pick<LegalInvoice, 'issued_at' | 'issuer'>): boolean {
  return issued_at === null || issuer === 'none';
}

async function hasLiveReturn(trx: Knex.Transaction, id: number): Promise<boolean> {
  const found = await trx('legal_invoices')
    .where({ returns_id: id })
    .whereNull('ended_at')
    .first<{ id: number } | undefined>('id');
  return found !== undefined;
}

async function openAgain(
  trx: Knex.Transaction,
  context: RequestContext,
  legal: LegalInvoice,
): Promise<number> {
  const [row] = await trx('legal_invoices')
    .insert({
      company_id: legal.company_id,
      invoice_id: legal.invoice_id,
      returns_id: legal.returns_id,
      reversal_id: legal.reversal_id,
      currency: legal.currency,
      total_minor: legal.total_minor,
      created_at: context.at,
      due_at: legal.due_at,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return row.id;
}
