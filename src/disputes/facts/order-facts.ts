import type { Payment } from '../../billing/queries.ts';
import type { PriceFacts } from '../../billing/price-facts.ts';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { FactRecord } from './fact-record.ts';
import type { ConsentFact } from './agreed-facts.ts';

/** The order that was paid. Amounts are in minor units. */
export interface OrderFact {
  record: FactRecord;
  id: number;
  company_id: number;
  user_id: number;
  merchant_oid: string;
  plan: PaidPlan;
  currency: Currency;
  amount_minor: number;
  status: Payment['status'];
  /** Null without a charge, like its currency and time. */
  charged_minor: number | null;
  charged_currency: Currency | null;
  charged_at: Date | null;
  created_at: Date;
  paid_at: Date | null;
  payment_type: string | null;
  installment_count: number | null;
  test_mode: boolean;
  /** The device that ordered. Null for a charge of a stored card: no browser was there. */
  client_ip: string | null;
  user_agent: string | null;
  /** `merchant`: a stored card was charged for a period, by an earlier consent (`consented`). */
  initiated_by: 'cardholder' | 'merchant';
  price_facts: PriceFacts | null;
  /** The stored card that was charged, or that began with this payment; null: none. */
  stored_card_id: number | null;
}

/** The payment with which the holder of a stored card agreed to later charges. */
export interface ConsentedFact {
  record: FactRecord;
  /** The card as the gateway keeps it: charges of the same one bear the same credential. */
  card: FactRecord;
  consent: ConsentFact | null;
  payment_id: number;
  merchant_oid: string;
  paid_at: Date | null;
  client_ip: string | null;
  user_agent: string | null;
  three_d: Record<string, string> | null;
}

/** The person who paid. `login_id` is the address with which the account signed in at the payment. */
export interface PayerFact {
  record: FactRecord;
  user_id: number;
  full_name: string;
  login_id: string;
  /** The row and column that say so. */
  login: { record: FactRecord; column: string };
  created_at: Date;
  /** When the person first showed that they read the mail of that address; null: never. */
  confirmed_at: Date | null;
  confirmation: FactRecord | null;
}

/** The gateway's answer about the card. */
export interface CardFact {
  record: FactRecord;
  asked_at: Date;
  masked_pan: string | null;
  card_brand: string | null;
  card_bank: string | null;
  card_scheme: string | null;
  card_type: string | null;
  three_d: Record<string, string> | null;
  /** From a field that the gateway may name (unconfirmed); null: it named none. */
  authorization_code: string | null;
}

/** The time that the payment bought, on its receipt and as it lies now. */
export interface PeriodFact {
  record: FactRecord;
  invoice_no: string;
  plan: PaidPlan;
  issued_at: Date;
  bought_start: Date;
  bought_end: Date;
  start: Date;
  end: Date;
  /** When the unused rest was taken back; null: never. */
  taken_at: Date | null;
  total_minor: number;
  tax_minor: number;
  currency: Currency;
}
