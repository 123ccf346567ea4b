import type { RefundState } from '../../billing/refunds/queries.ts';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { FactRecord } from './fact-record.ts';

/** A signed notification of the gateway about the payment. */
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

/** A refund of the payment, or of a part of it, in minor units. */
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
