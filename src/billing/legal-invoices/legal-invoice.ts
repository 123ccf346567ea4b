import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { InvoiceParty } from '../papers/paper-lines.ts';

/** Where a legal invoice stands; `withdrawn` rows stand for none. The database derives it from the times. */
type LegalInvoiceState = 'due' | 'issued' | 'delivered' | 'cancelled' | 'returned' | 'withdrawn';

/** Kinds of sale (UBL-TR, code list InvoiceTypeCode): taxed, or exempt. */
export const saleTypes = ['SATIS', 'ISTISNA'] as const;
export type SaleType = (typeof saleTypes)[number];
/** IADE gives a sale back. */
type LegalInvoiceType = SaleType | 'IADE';

/** How the buyer got it: by our mail, from the integrator, from the tax administration's portal, on paper. */
export const deliveryWays = ['mail', 'integrator', 'portal', 'paper'] as const;
export type DeliveryWay = (typeof deliveryWays)[number];

export type FileKind = 'pdf' | 'xml';

/** A buyer or seller with the place that a legal invoice names. */
export interface LegalParty extends InvoiceParty {
  district: string | null;
  city: string | null;
  /** ISO 3166-1, two letters. */
  country: string;
}

/** The two who stand on a legal invoice. */
export interface Parties {
  buyer: LegalParty;
  seller: LegalParty;
}

/** Liras for one unit of the currency, as a decimal text, and where it is from. */
export interface LegalRate {
  rate: string;
  bulletin_date: string;
  bulletin_no: string;
}

/** A legal invoice, or the task to issue one. Amounts in minor units, tax included. */
export interface LegalInvoice {
  id: number;
  company_id: number;
  invoice_id: number;
  returns_id: number | null;
  /** The reversal that a return is for. Null for a sale. */
  reversal_id: number | null;
  currency: Currency;
  total_minor: number;
  due_at: Date;
  issuer: 'none' | 'export' | 'integrator' | 'own' | null;
  type: LegalInvoiceType | null;
  number: string | null;
  ettn: string | null;
  /** A day such as 2026-11-30. */
  issued_on: string | null;
  tax_minor: number | null;
  /** Postgres gives numeric as text, e.g. "20.00". */
  tax_percent: string | null;
  parties: Parties | null;
  rate: LegalRate | null;
  issued_at: Date | null;
  sent_at: Date | null;
  ask_again_at: Date | null;
  asks_failed: number;
  problem: string | null;
  delivered_at: Date | null;
  delivered_how: DeliveryWay | null;
  ended_at: Date | null;
  ended_reason: string | null;
  state: LegalInvoiceState;
}

/**
 * The select list of a legal invoice. A day is read as text, since as a Date it would depend on the server's
 * zone.
 */
export function legalInvoiceColumns(db: Knex): (string | Knex.Raw)[] {
  return [
    ...columns.map((name) => `legal_invoices.${name}`),
    db.raw('legal_invoices.issued_on::text as issued_on'),
  ];
}

const columns = [
  'id',
  'company_id',
  'invoice_id',
  'returns_id',
  'reversal_id',
  'currency',
  'total_minor',
  'due_at',
  'issuer',
  'type',
  'number',
  'ettn',
  'tax_minor',
  'tax_percent',
  'parties',
  'rate',
  'issued_at',
  'sent_at',
  'ask_again_at',
  'asks_failed',
  'problem',
  'delivered_at',
  'delivered_how',
  'ended_at',
  'ended_reason',
  'state',
] satisfies (keyof LegalInvoice)[];
