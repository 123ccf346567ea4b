import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import type { PriceFacts } from '../../billing/price-facts.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** Something that the customer was shown, from what was stored then, as a file. */
export interface SeenPage {
  /** Also the name of its text: `disputes.exhibits.seen_…`. */
  id: 'contract' | 'contract-page' | 'card-terms' | 'prices' | 'prices-page' | 'terms' | 'privacy';
  /** At most 16 characters before the ending. */
  name: string;
  contentType: 'text/plain; charset=utf-8' | 'text/html; charset=utf-8';
  bytes: Buffer;
  sha256: string;
  /** Version of what was shown; null where the record itself is the version. */
  version: string | null;
  locale: Locale;
  /** When it was accepted; the words about the price were shown with the contract. */
  at: Date;
  /** The row that the bytes come from. */
  record: { type: 'order_consent' | 'legal_acceptance'; id: number };
}

/** The sources of the pages of one payment. */
interface ShownPayment {
  id: number;
  user_id: number;
  created_at: Date;
  /** The payment with which the card was stored that was charged here; else the payment itself. */
  consented_id: number;
}

/**
 * Everything that the payer of a payment was shown and accepted, as it was stored then and never in today's
 * words: the contract and what the page said of the price, each as text and as the page had it, the words
 * about the stored card, and the terms and the privacy text in the versions accepted before the order. For a
 * payment charged to a stored card, they are those of the order with which the card was stored. Words that
 * were not kept then are left out.
 */
export async function listSeenByCustomer(
  db: Knex,
  { paymentId, asOf }: { paymentId: number; asOf: Date },
): Promise<SeenPage[]> {
  const payment = await findShownPayment(db, paymentId);
  if (payment === undefined || payment.created_at > asOf) return [];
  return [...(await listConsented(db, payment)), ...(await listAccepted(db, payment))];
}

async function findShownPayment(db: Knex, paymentId: number): Promise<ShownPayment | undefined> {
  return db('payments')
    .leftJoin('card_charges', 'card_charges.payment_id', 'payments.id')
    .leftJoin('stored_cards', 'stored_cards.id', 'card_charges.card_id')
    .where('payments.id', paymentId)
    .first<ShownPayment | undefined>([
      'payments.id',
      'payments.user_id',
      'payments.created_at',
      db.raw('coalesce(stored_cards.first_payment_id, payments.id) as consented_id'),
    ]);
}

/** The words of an order's page that were kept. */
interface KeptPage {
  id: number;
  locale: Locale;
  accepted_at: Date;
  terms_text: string;
  text_sha256: string;
  terms_html: string;
  html_sha256: string;
  card_terms_text: string | null;
  card_text_sha256: string | null;
  prices_text: string | null;
  prices_html: string | null;
  prices_sha256: string | null;
  price_facts: PriceFacts | null;
}

const keptColumns = [
  'order_consents.id',
  'order_consents.locale',
  'order_consents.accepted_at',
  'order_consents.terms_text',
  'order_consents.text_sha256',
  'order_consents.terms_html',
  'order_consents.html_sha256',
  'order_consents.card_terms_text',
  'order_consents.card_text_sha256',
  'order_consents.prices_text',
  'order_consents.prices_html',
  'order_consents.prices_sha256',
  'order_consents.price_facts',
];

async function listConsented(db: Knex, payment: ShownPayment): Promise<SeenPage[]> {
  const kept = await db('order_consents')
    .where('order_consents.payment_id', payment.consented_id)
    .first<KeptPage | undefined>(keptColumns);
  if (kept === undefined) return [];
  const { id, locale, accepted_at: at, card_terms_text: cardText } = kept;
  const page = { locale, at, version: null, record: { type: 'order_consent', id } } as const;
  const pages: SeenPage[] = [
    { ...page, id: 'contract', name: 'contract.txt', ...textFile(kept.terms_text, kept.text_sha256) },
    {
      ...{ ...page, id: 'contract-page', name: 'contract.html' },
      ...pageFile(kept.terms_html, kept.html_sha256),
    },
  ];
  if (cardText !== null)
    pages.push({
      ...{ ...page, id: 'card-terms', name: 'card-terms.txt' },
      ...textFile(cardText, kept.card_text_sha256),
    });
  const { prices_text: text, prices_html: html, price_facts: facts } = kept;
  if (text === null || html === null) return pages;
  const prices = { ...page, version: facts === null ? null : String(facts.list_version) };
  return [
    ...pages,
    { ...prices, id: 'prices', name: 'prices.txt', ...textFile(text, null) },
    { ...prices, id: 'prices-page', name: 'prices.html', ...pageFile(html, kept.prices_sha256) },
  ];
}

/** The newest acceptance of the terms and of the privacy text before the order. */
async function listAccepted(db: Knex, { user_id, created_at }: ShownPayment): Promise<SeenPage[]> {
  const rows = await db('legal_acceptances')
    .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
    .where('legal_acceptances.user_id', user_id)
    .where('legal_acceptances.accepted_at', '<=', created_at)
    .whereIn('legal_documents.kind', ['terms', 'privacy'])
    .distinctOn('legal_documents.kind')
    .orderBy('legal_documents.kind', 'desc')
    .orderBy('legal_acceptances.accepted_at', 'desc')
    .orderBy('legal_acceptances.id', 'desc')
    .select<
      {
        id: number;
        kind: 'terms' | 'privacy';
        version: string;
        locale: Locale;
        body: string;
        content_sha256: string;
        accepted_at: Date;
      }[]
    >([
      'legal_acceptances.id',
      'legal_documents.kind',
      'legal_documents.version',
      'legal_documents.locale',
      'legal_documents.body',
      'legal_documents.content_sha256',
      'legal_acceptances.accepted_at',
    ]);
  return rows.map(({ id, kind, version, locale, body, content_sha256, accepted_at }) => ({
    ...{ id: kind, name: `${kind}.txt`, version, locale, at: accepted_at },
    ...{ record: { type: 'legal_acceptance', id } as const, ...textFile(body, content_sha256) },
  }));
}

/** The bytes of a text, whose hash must be the one that was stored with it. */
function storedBytes(text: string, stored: string | null): Pick<SeenPage, 'bytes' | 'sha256'> {
  const bytes = Buffer.from(text, 'utf8');
  const sha256 = hash('sha256', bytes);
  if (stored !== null && stored !== sha256) throw new Error('Bug! A stored text does not fit its hash');
  return { bytes, sha256 };
}

function textFile(text: string, stored: string | null): Pick<SeenPage, 'contentType' | 'bytes' | 'sha256'> {
  return { contentType: 'text/plain; charset=utf-8', ...storedBytes(text, stored) };
}

function pageFile(html: string, stored: string | null): Pick<SeenPage, 'contentType' | 'bytes' | 'sha256'> {
  return { contentType: 'text/html; charset=utf-8', ...storedBytes(html, stored) };
}
