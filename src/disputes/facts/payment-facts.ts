import type { RefundState } from '../../billing/refunds/queries.ts';
import type { CustomerType, BillingDetails, Payment } from '../../billing/queries.ts';
import type { PriceFacts } from '../../billing/price-facts.ts';
import type { Currency } from '../../currency.ts';
import type { MailState } from '../../mail/mail-states.ts';
import type { PaidPlan } from '../../plan.ts';
import type { FactRecord } from './fact-record.ts';

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

/** The texts that were accepted with the order. */
export interface ConsentFact {
  record: FactRecord;
  accepted_at: Date;
  customer_type: CustomerType;
  locale: string;
  documents: { kind: string; version: string; locale: string; content_sha256: string }[];
  boxes: { name: string; wording: string }[];
  button: string;
  text_sha256: string;
  card_text_sha256: string | null;
  ip_address: string | null;
  user_agent: string | null;
  buyer: BillingDetails | null;
}

export interface AcceptanceFact {
  record: FactRecord;
  kind: string;
  version: string;
  locale: string;
  content_sha256: string;
  accepted_at: Date;
  ip_address: string | null;
}

export interface CallbackFact {
  record: FactRecord;
  received_at: Date;
  outcome: string;
  body_sha256: string;
}

/** A legal invoice: the sale, or the return of it. `state` is that of `as_of`. */
export interface LegalInvoiceFact {
  record: FactRecord;
  number: string | null;
  ettn: string | null;
  issuer: string | null;
  is_return: boolean;
  state: 'due' | 'issued' | 'delivered' | 'cancelled' | 'returned' | 'withdrawn';
  issued_on: string | null;
  due_at: Date;
  total_minor: number;
}

export interface MailFact {
  record: FactRecord;
  created_at: Date;
  recipient: string;
  subject: string;
  template: string;
  /** The mail is about the payment itself; otherwise it went to the payer around it. */
  is_about_payment: boolean;
  kept_sha256: string;
  /** The state at `as_of`, with the time of the event that brought it. */
  state: MailState;
  state_at: Date | null;
}

export interface SignInFact {
  record: FactRecord;
  at: Date;
  email: string;
  ip_address: string | null;
  user_agent: string | null;
  method: string | null;
  factor: string | null;
}

/**
 * A workspace session that has ended, with its part in the time that the payment bought. A colleague's bears
 * no address. Minutes are whole ones, rounded down.
 */
export interface SessionFact {
  record: FactRecord;
  workspace_id: number;
  is_payer: boolean;
  started_at: Date;
  ended_at: Date;
  proven_seconds: number;
  at_most_seconds: number;
  proven_minutes: number;
  at_most_minutes: number;
  access_method: string;
  ip_address: string | null;
  user_agent: string | null;
}

export interface RefundFact {
  record: FactRecord;
  source: 'ours' | 'panel';
  amount_minor: number;
  currency: Currency;
  /** The state at `as_of`. */
  state: RefundState;
  policy: string | null;
  reference_no: string | null;
  requested_at: Date;
  decided_at: Date | null;
}

/** A cancellation of the subscription, from the audit trail. */
export interface CancellationFact {
  record: FactRecord;
  requested_at: Date;
  by_payer: boolean;
  when: string | null;
  /** From when on nothing could be opened. */
  effective_at: Date | null;
  /** When it was taken back, by hand or by a payment; null: it stands. */
  resumed_at: Date | null;
}

/** A mail before the payment that named what would be charged, or asked for it. */
export interface NoticeFact {
  record: FactRecord;
  kind: 'renewal_announced' | 'reminder';
  at: Date;
  mail: MailFact | null;
}

/** An earlier payment by the same person for the same company, for the history of the card. */
export interface PriorFact {
  record: FactRecord;
  payment_id: number;
  merchant_oid: string;
  paid_at: Date;
  plan: PaidPlan;
  amount_minor: number;
  currency: Currency;
  login_id: string;
  client_ip: string | null;
  user_agent: string | null;
  /** The address is that of the first, consented payment. */
  is_ip_of_first: boolean;
  initiated_by: 'cardholder' | 'merchant';
  masked_pan: string | null;
  card_scheme: string | null;
  stored_card_id: number | null;
  /** A refund whose reason may have been fraud, or a dispute of it. */
  is_disputed: boolean;
}

/** A payment close to this one, which a claim of a double charge may be about. */
export interface NeighbourFact {
  record: FactRecord;
  payment_id: number;
  merchant_oid: string;
  paid_at: Date;
  plan: PaidPlan;
  amount_minor: number;
  currency: Currency;
  period: { record: FactRecord; start: Date; end: Date } | null;
}

/** Something that speaks of somebody else in the account. */
export interface WarningFact {
  record: FactRecord;
  kind:
    'password_reset' | 'email_changed' | 'new_device' | 'alert' | 'reported' | 'secured' | 'failed_sign_ins';
  at: Date;
  detail: string | null;
}

/** A workspace that did not start for the payer's company in the period. */
export interface FaultFact {
  record: FactRecord;
  at: Date;
  action: string;
  reason: string | null;
}

/** The use in the paid time, added up over its ended sessions; minutes of the whole, rounded down. */
export interface UseFact {
  sessions: number;
  proven_minutes: number;
  at_most_minutes: number;
  first_at: Date | null;
  last_at: Date | null;
}

/**
 * Everything stored that an answer to a dispute of one payment may say, as it was at `as_of`. Each fact names
 * its record, and nobody else's address, name or browser is among them.
 */
export interface PaymentFacts {
  as_of: Date;
  order: OrderFact;
  consented: ConsentedFact | null;
  payer: PayerFact;
  card: CardFact | null;
  period: PeriodFact | null;
  consent: ConsentFact | null;
  acceptances: AcceptanceFact[];
  callbacks: CallbackFact[];
  settled: { record: FactRecord; day: string } | null;
  legal_invoices: LegalInvoiceFact[];
  mails: MailFact[];
  sign_ins: SignInFact[];
  refused_sign_ins: { record: FactRecord; at: Date; ip_address: string | null }[];
  sessions: SessionFact[];
  use: { all: UseFact; payer: UseFact };
  faults: FaultFact[];
  refunds: RefundFact[];
  cancellations: CancellationFact[];
  notices: NoticeFact[];
  priors: PriorFact[];
  neighbours: NeighbourFact[];
  warnings: WarningFact[];
}
