import type { Knex } from 'knex';
import type { PriceFacts } from '../price-facts.ts';
import type { BillingDetails, CustomerType } from '../queries.ts';
import type { FilledDocument, TermsBox } from './compose-terms.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** The texts that the buyer of one order accepted. */
interface OrderConsent {
  payment_id: number;
  user_id: number;
  full_name: string;
  email: string;
  customer_type: CustomerType;
  locale: Locale;
  documents: FilledDocument[];
  terms_text: string;
  text_sha256: string;
  terms_html: string;
  html_sha256: string;
  boxes: TermsBox[];
  button: string;
  price_facts: PriceFacts | null;
  /** The text of the stored card with its box; null when the box was not ticked. */
  card_terms_text: string | null;
  card_text_sha256: string | null;
  accepted_at: Date;
  ip_address: string | null;
  user_agent: string | null;
}

const consentColumns = [
  'order_consents.payment_id',
  'order_consents.user_id',
  'users.full_name',
  'users.email',
  'order_consents.customer_type',
  'order_consents.locale',
  'order_consents.documents',
  'order_consents.terms_text',
  'order_consents.text_sha256',
  'order_consents.terms_html',
  'order_consents.html_sha256',
  'order_consents.boxes',
  'order_consents.button',
  'order_consents.price_facts',
  'order_consents.card_terms_text',
  'order_consents.card_text_sha256',
  'order_consents.accepted_at',
  'order_consents.ip_address',
  'order_consents.user_agent',
];

/** The texts accepted with a payment. The caller has found the payment within the company that asks. */
export async function findOrderConsent(db: Knex, paymentId: number): Promise<OrderConsent | undefined> {
  return db('order_consents')
    .join('users', 'users.id', 'order_consents.user_id')
    .where('order_consents.payment_id', paymentId)
    .first<OrderConsent | undefined>(consentColumns);
}

/** The hash of the text that was accepted with a payment; null for an order without order terms. */
export async function findAcceptedHash(db: Knex, paymentId: number): Promise<string | null> {
  return (await findAcceptedHashes(db, paymentId))?.text_sha256 ?? null;
}

/** The hashes of what was accepted and shown with one order. */
interface AcceptedHashes {
  text_sha256: string;
  /** Null from before the words about the price were kept. */
  prices_sha256: string | null;
  /** Null when the box of the stored card was not ticked. */
  card_text_sha256: string | null;
}

/** The same with the hashes of the words about the price and of the text of the stored card. */
export async function findAcceptedHashes(db: Knex, paymentId: number): Promise<AcceptedHashes | undefined> {
  return db('order_consents')
    .where('order_consents.payment_id', paymentId)
    .first<AcceptedHashes | undefined>([
      'order_consents.text_sha256',
      'order_consents.prices_sha256',
      'order_consents.card_text_sha256',
    ]);
}

/** The buyer as the accepted texts of an order name it; null for an order from before that was kept. */
export async function findOrderBuyer(db: Knex, paymentId: number): Promise<BillingDetails | null> {
  const row = await db('order_consents')
    .where('order_consents.payment_id', paymentId)
    .first<{ buyer: BillingDetails | null } | undefined>('order_consents.buyer');
  return row?.buyer ?? null;
}
