import type { Role } from '../auth/require-user.ts';
import type { Currency } from '../currency.ts';

/** The person whom a bundle is about, with the company. */
export interface SubjectRow {
  id: number;
  full_name: string;
  email: string;
  role: Role;
  created_at: Date;
  deactivated_at: Date | null;
  last_login_at: Date | null;
  company_id: number;
  company_name: string;
  subdomain: string;
  company_created_at: Date;
  plan: string;
  billing_currency: Currency;
  billing_name: string | null;
  billing_address: string | null;
  billing_tax_office: string | null;
  billing_tax_number: string | null;
}

/** The columns of a payment that the bundle's code reads. The other columns pass through. */
export interface PaymentRow {
  id: number;
  amount_minor: number;
  user_id: number;
  starter_name: string;
  starter_email: string;
  client_ip: string | null;
  user_agent: string | null;
}

/** The columns of an invoice that the bundle's code reads. The other columns pass through. */
export interface InvoiceRow {
  id: number;
  total_minor: number;
}

/** A notification as received. */
export interface CallbackRow {
  payment_id: number;
  body: Buffer;
  ip_address: string | null;
  received_at: Date;
  last_received_at: Date;
  received_count: number;
  outcome: string;
}
