import type { BillingDetails, CustomerType } from '../../billing/queries.ts';
import type { MailState } from '../../mail/mail-states.ts';
import type { FactRecord } from './fact-record.ts';

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
  /** Hash of what the page said of the price; null from before that was kept. */
  prices_sha256: string | null;
  card_text_sha256: string | null;
  ip_address: string | null;
  user_agent: string | null;
  buyer: BillingDetails | null;
}

/** A text of the platform, such as its terms of use, that the payer accepted with the account. */
export interface AcceptanceFact {
  record: FactRecord;
  kind: string;
  version: string;
  locale: string;
  content_sha256: string;
  accepted_at: Date;
  ip_address: string | null;
}

/** A mail to the payer about the payment, or around it. */
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
