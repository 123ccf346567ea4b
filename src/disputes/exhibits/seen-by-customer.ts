import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import type { PriceFacts } from '../../billing/price-facts.ts';
import { priceFactsRows } from '../../billing/prices/offer-words.ts';
import { paidPlans, type PaidPlan } from '../../plan.ts';
import { formatFor, type Format } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** Something that the customer was shown, from what was stored then, as a file. */
export interface SeenPage {
  /** Also the name of its text: `disputes.exhibits.seen_…`. */
  id: 'contract' | 'contract-page' | 'card-terms' | 'prices' | 'terms' | 'privacy';
  /** At most 16 characters before the ending. */
  name: string;
  contentType: 'text/plain; charset=utf-8' | 'text/html; charset=utf-8';
  bytes: Buffer;
  sha256: string;
  /** Version of what was shown; null where the record itself is the version. */
  version: string | null;
  locale: Locale;
  /** When it was accepted, or, of the prices, when the order was placed. */
  at: Date;
  /** The row that the bytes come from. */
  record: { type: 'order_consent' | 'price_list' | 'legal_acceptance'; id: number };
}

/** The sources of the pages of one payment. */
interface ShownPayment {
  id: number;
  user_id: number;
  plan: PaidPlan;
  currency: string;
  amount_minor: number;
  created_at: Date;
  price_list_id: number | null;
  price_facts: PriceFacts | null;
  effective_from: Date | null;
  /** The payment with which the card was stored that was charged here; else the payment itself. */
  consented_id: number;
  locale: Locale;
}

/**
 * Everything that the payer of a payment was shown and accepted, from the stored versions and never from
 * today's: the contract as text and as the page had it, the words about the stored card, the prices, and the
 * terms and the privacy text in the versions accepted before the order. For a payment charged to a stored
 * card, the contract is that of the order with which the card was stored.
 */
export async function listSeenByCustomer(
  db: Knex,
  { paymentId, asOf }: { paymentId: number; asOf: Date },
): Promise<SeenPage[]> {
  const payment = await findShownPayment(db, paymentId);
  if (payment === undefined || payment.created_at > asOf) return [];
  return [
    ...(await listContracts(db, payment)),
    ...listPrices(payment),
    ...(await listAccepted(db, payment)),
  ];
}

async function findShownPayment(db: Knex, paymentId: number): Promise<ShownPayment | undefined> {
  return db('payments')
    .join('users', 'users.id', 'payments.user_id')
    .leftJoin('price_lists', 'price_lists.id', 'payments.price_list_id')
    .leftJoin('card_charges', 'card_charges.payment_id', 'payments.id')
    .leftJoin('stored_cards', 'stored_cards.id', 'card_charges.card_id')
    .where('payments.id', paymentId)
    .first<ShownPayment | undefined>([
      'payments.id',
      'payments.user_id',
      'payments.plan',
      'payments.currency',
      'payments.amount_minor',
      'payments.created_at',
      'payments.price_list_id',
      'payments.price_facts',
      'price_lists.effective_from',
      'users.locale',
      db.raw('coalesce(stored_cards.first_payment_id, payments.id) as consented_id'),
    ]);
}

async function listContracts(db: Knex, payment: ShownPayment): Promise<SeenPage[]> {
  const consent = await db('order_consents').where('order_consents.payment_id', payment.consented_id).first<
    | {
        id: number;
        locale: Locale;
        accepted_at: Date;
        terms_text: string;
        text_sha256: string;
        terms_html: string;
        html_sha256: string;
        card_terms_text: string | null;
        card_text_sha256: string | null;
      }
    | undefined
  >(['order_consents.id', 'order_consents.locale', 'order_consents.accepted_at', 'order_consents.terms_text', 'order_consents.text_sha256', 'order_consents.terms_html', 'order_consents.html_sha256', 'order_consents.card_terms_text', 'order_consents.card_text_sha256']);
  if (consent === undefined) return [];
  const { id, locale, accepted_at: at, card_terms_text: cardText } = consent;
  const page = { locale, at, version: null, record: { type: 'order_consent', id } } as const;
  const pages: SeenPage[] = [
    { ...page, id: 'contract', name: 'contract.txt', ...textFile(consent.terms_text, consent.text_sha256) },
    {
      ...page,
      ...{ id: 'contract-page', name: 'contract.html', contentType: 'text/html; charset=utf-8' },
      ...storedBytes(consent.terms_html, consent.html_sha256),
    },
  ];
  if (cardText !== null)
    pages.push({
      ...{ ...page, id: 'card-terms', name: 'card-terms.txt' },
      ...textFile(cardText, consent.card_text_sha256),
    });
  return pages;
}

/** The prices of the order as they were shown, worded in the payer's language from the facts of the order. */
function listPrices(payment: ShownPayment): SeenPage[] {
  const { price_facts: facts, price_list_id: id, effective_from: since, locale, created_at: at } = payment;
  if (facts === null || id === null || since === null) return [];
  const version = String(facts.list_version);
  const text = priceText(formatFor(locale), { ...payment, facts, since });
  return [
    {
      ...{ id: 'prices', name: 'prices.txt', version, locale, at },
      ...{ record: { type: 'price_list', id }, ...textFile(text, null) },
    },
  ];
}

function priceText(
  format: Format,
  {
    facts,
    since,
    plan,
    amount_minor,
    currency,
    created_at,
  }: ShownPayment & { facts: PriceFacts; since: Date },
): string {
  const { t, money, when } = format;
  const time = (at: Date): string => t('password.istanbulTime', { time: when(at) });
  const version = facts.list_version;
  const lines = [
    t('exhibits.prices_title', { version, since: time(since) }),
    '',
    ...paidPlans.map((each) => `${t(`common.plan_${each}`)}: ${money(facts.prices[each], facts.currency)}`),
    '',
    t('exhibits.prices_order', {
      ...{ plan: t(`common.plan_${plan}`), amount: money(amount_minor, currency), at: time(created_at) },
    }),
    ...priceFactsRows(format, facts, plan).map(({ term, value }) => `${term}: ${value}`),
  ];
  return `${lines.join('\n')}\n`;
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
