import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import { includedTax } from '../tax/included-tax.ts';
import { findAnyInvoice, type PrintedInvoice } from '../invoices/queries.ts';
import type { LegalInvoice, LegalParty, SaleType } from './legal-invoice.ts';

/** The kind and the tax that a legal invoice states. Amounts in minor units. */
export interface LegalAmounts {
  type: NonNullable<LegalInvoice['type']>;
  taxMinor: number;
  taxPercent: string;
}

/** The kind of a sale to a buyer: exempt abroad, where the seller says so. */
export function saleTypeFor({ country }: Pick<LegalParty, 'country'>, { legalInvoices }: Config): SaleType {
  return legalInvoices.isExemptAbroad && country !== 'TR' ? 'ISTISNA' : 'SATIS';
}

/**
 * The kind and the tax of a legal invoice: of a sale as chosen, of a return as on the sale that it gives
 * back. The tax is that of the receipt, or the same part of what is paid back; an exempt sale has none. Null
 * when the sale to give back has not been issued.
 */
export async function findAmounts(
  db: Knex,
  legal: LegalInvoice,
  chosen: SaleType,
): Promise<LegalAmounts | null> {
  const receipt = await findAnyInvoice(db, legal.invoice_id);
  if (receipt === undefined) throw new Error('Bug! A legal invoice without a receipt');
  const saleType = legal.returns_id === null ? chosen : await findTypeOfSale(db, legal.returns_id);
  if (saleType === null) return null;
  const type = legal.returns_id === null ? saleType : 'IADE';
  if (saleType === 'ISTISNA') return { type, taxMinor: 0, taxPercent: '0.00' };
  return { type, taxMinor: await findTax(db, legal, receipt), taxPercent: receipt.tax_percent };
}

/** A reversal has its own tax, so that all of them together give back exactly the tax of the receipt. */
async function findTax(db: Knex, legal: LegalInvoice, receipt: PrintedInvoice): Promise<number> {
  if (legal.reversal_id !== null) {
    const reversal = await db('reversals')
      .where({ id: legal.reversal_id })
      .first<{ tax_minor: number } | undefined>('tax_minor');
    if (reversal !== undefined) return reversal.tax_minor;
  }
  if (legal.total_minor === receipt.total_minor) return receipt.tax_minor;
  return includedTax(legal.total_minor, Number(receipt.tax_percent));
}

async function findTypeOfSale(db: Knex, saleId: number): Promise<SaleType | null> {
  const sale = await db('legal_invoices')
    .where({ id: saleId })
    .first<{ type: SaleType | null } | undefined>('type');
  return sale?.type ?? null;
}
