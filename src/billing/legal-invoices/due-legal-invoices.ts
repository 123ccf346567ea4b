import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { TIME_ZONE } from '../../local-calendar.ts';
import { legalInvoiceColumns, type LegalInvoice } from './legal-invoice.ts';
import { issueEntry } from './record-issue.ts';

/** Receipts of one transaction: many years are caught up with in pieces. */
const BATCH = 200;
/**
 * Ids before the newest receipt with a task that are looked at again. On New Year's night two counters give
 * numbers at once, and a receipt with a lower id may come a moment later than one with a higher.
 */
const LOOK_BACK = 1000;

/**
 * Makes a task for every receipt and every reversal that has none: its legal invoice is due
 * `INVOICE_DUE_DAYS` after the receipt. Where our receipts are the legal invoices, each is written down as
 * issued. Running twice changes nothing, and days of downtime are caught up with. Returns a summary for the
 * job list.
 */
export async function dueLegalInvoices(
  db: Knex,
  context: RequestContext,
  config: Config,
): Promise<{ dueInvoices: number; dueReturns: number }> {
  const dueInvoices = await repeat(() => db.transaction((trx) => makeTasks(trx, context, config)));
  const dueReturns = await repeat(() => makeReturnTasks(db, context, config));
  return { dueInvoices, dueReturns };
}

/** Makes batches until one is not full. Returns how many rows all of them made. */
async function repeat(makeBatch: () => Promise<number>): Promise<number> {
  let made = 0;
  for (;;) {
    const count = await makeBatch();
    made += count;
    if (count < BATCH) return made;
  }
}

/** A task for each reversal: the return of the sale that is there. A sale that was cancelled needs none. */
async function makeReturnTasks(db: Knex, context: RequestContext, config: Config): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into legal_invoices (company_id, invoice_id, returns_id, reversal_id, currency, total_minor, created_at,
       due_at)
     select reversals.company_id, reversals.invoice_id, sale.id, reversals.id, reversals.currency,
       reversals.total_minor, :at::timestamptz, reversals.issued_at + make_interval(days => :days::integer)
     from reversals
     join legal_invoices as sale on sale.invoice_id = reversals.invoice_id and sale.returns_id is null
       and (sale.ended_as is null or sale.ended_as = 'returned')
     where reversals.id > coalesce((select max(reversal_id) from legal_invoices), 0) - :lookBack::bigint
       and not exists (select from legal_invoices as task where task.reversal_id = reversals.id)
     order by reversals.id
     limit :batch::integer
     on conflict do nothing`,
    { at: context.at, days: config.invoiceDueDays, lookBack: LOOK_BACK, batch: BATCH },
  );
  return rowCount;
}

/** Two processes at once meet at the unique index: one has nothing to do. */
async function makeTasks(trx: Knex.Transaction, context: RequestContext, config: Config): Promise<number> {
  const isOwn = config.invoiceIssuer === 'own';
  const issue = isOwn
    ? `'own', 'SATIS', invoice_no, (issued_at at time zone :zone)::date, tax_minor, tax_percent, :at::timestamptz`
    : 'null, null, null, null::date, null::bigint, null::numeric, null::timestamptz';
  const { rows } = await trx.raw<{ rows: { id: number }[] }>(
    `insert into legal_invoices (company_id, invoice_id, currency, total_minor, created_at, due_at,
       issuer, type, number, issued_on, tax_minor, tax_percent, issued_at)
     select company_id, id, currency, total_minor, :at::timestamptz,
       issued_at + make_interval(days => :days::integer), ${issue}
     from invoices
     where id > coalesce((select max(invoice_id) from legal_invoices), 0) - :lookBack::bigint
       and not exists (select from legal_invoices where legal_invoices.invoice_id = invoices.id)
     order by id
     limit :batch::integer
     on conflict do nothing
     returning id`,
    { at: context.at, days: config.invoiceDueDays, zone: TIME_ZONE, lookBack: LOOK_BACK, batch: BATCH },
  );
  const ids = rows.map(({ id }) => id);
  if (isOwn && ids.length > 0) await recordOwnIssues(trx, context, ids);
  return ids.length;
}

async function recordOwnIssues(trx: Knex.Transaction, context: RequestContext, ids: number[]): Promise<void> {
  const issued = await trx('legal_invoices')
    .whereIn('legal_invoices.id', ids)
    .orderBy('legal_invoices.id')
    .select<LegalInvoice[]>(legalInvoiceColumns(trx));
  await AuditLogger.logOrThrow(trx, context, ...issued.map(issueEntry));
}
