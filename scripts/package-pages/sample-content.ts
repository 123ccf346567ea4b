import type { Delivery } from '../../src/disputes/delivery/read-delivery.ts';
import type { FactRecord } from '../../src/disputes/facts/fact-record.ts';
import type { PaymentFacts } from '../../src/disputes/facts/payment-facts.ts';
import { attached } from '../../src/disputes/package/build-package.ts';
import type { CoverSentence, PackageContent } from '../../src/disputes/package/pages/content.ts';

const at = (text: string): Date => new Date(text);
const of = (type: FactRecord['type'], id: number): FactRecord => ({ type, id });
const HOME = '85.105.10.20';
const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
const PAID_AT = at('2026-11-02T07:31:10Z');
const PRICE_WORDS =
  'Siparişiniz\n\nPlan: Profesyonel\nHizmet dönemi: ödemenin onaylanmasından itibaren bir ay\nToplam, KDV dâhil: ₺1.499,00';
const PERIOD = { start: PAID_AT, end: at('2026-12-02T07:31:10Z') };

/** Twenty-four sessions of one person, an hour and a half each. */
const sessions: PaymentFacts['sessions'] = Array.from({ length: 24 }, (_none, n) => {
  const started = at('2026-11-03T06:00:00Z').getTime() + n * 23.5 * 3_600_000;
  return {
    record: of('workspace_session', 310 + n),
    workspace_id: 3,
    is_payer: true,
    started_at: new Date(started),
    ended_at: new Date(started + 5_400_000),
    proven_minutes: 45 + ((n * 7) % 40),
    at_most_minutes: 90,
    ...{ proven_seconds: 60 * (45 + ((n * 7) % 40)), at_most_seconds: 5400 },
    access_method: 'web',
    ip_address: HOME,
    user_agent: BROWSER,
  };
});

const proven = sessions.reduce((sum, { proven_minutes: minutes }) => sum + minutes, 0);
const use: PaymentFacts['use']['all'] = {
  sessions: sessions.length,
  proven_minutes: proven,
  at_most_minutes: sessions.length * 90,
  person_proven_minutes: proven,
  person_at_most_minutes: sessions.length * 90,
  first_at: sessions[0]?.started_at ?? null,
  last_at: sessions.at(-1)?.ended_at ?? null,
};

const facts: PaymentFacts = {
  as_of: at('2026-11-27T08:00:00Z'),
  order: {
    ...{ record: of('payment', 7), id: 7, company_id: 1, user_id: 2, merchant_oid: 'YC1A2B3C4D5E6F' },
    ...{ plan: 'team', currency: 'TRY', amount_minor: 149_900, status: 'success', charged_minor: 149_900 },
    ...{ charged_currency: 'TRY', charged_at: PAID_AT, created_at: at('2026-11-02T07:30:02Z') },
    ...{ paid_at: PAID_AT, payment_type: 'card', installment_count: 1, test_mode: false, client_ip: HOME },
    ...{ user_agent: BROWSER, initiated_by: 'cardholder', stored_card_id: null, price_facts: null },
  },
  consented: null,
  payer: {
    ...{
      record: of('user', 2),
      user_id: 2,
      full_name: 'Şükrü Öztürk',
      login_id: 'sukru@ornek.example',
      login: { record: of('user', 2), column: 'email' },
    },
    ...{ created_at: at('2026-05-01T07:30:00Z'), confirmed_at: at('2026-05-01T07:35:00Z') },
    confirmation: of('email_confirmation', 4),
  },
  card: {
    ...{ record: of('payment_card', 7), asked_at: at('2026-11-02T08:30:00Z'), masked_pan: '435508AAA4358' },
    ...{ card_brand: 'AXESS', card_bank: 'Akbank', card_scheme: 'VISA', card_type: 'credit' },
    ...{ three_d: { eci: '05' }, authorization_code: null },
  },
  period: {
    ...{ record: of('invoice', 9), invoice_no: 'YAC2026000000012', plan: 'team', issued_at: PAID_AT },
    ...{ bought_start: PERIOD.start, bought_end: PERIOD.end, ...PERIOD, taken_at: null },
    ...{ total_minor: 149_900, tax_minor: 24_983, currency: 'TRY' },
  },
  consent: {
    ...{ record: of('order_consent', 3), accepted_at: at('2026-11-02T07:29:58Z'), customer_type: 'consumer' },
    ...{ locale: 'tr', button: 'Siparişi onayla ve ₺1.499,00 öde', text_sha256: '7f86d081'.repeat(8) },
    documents: ['pre-information', 'distance-sales', 'refund-policy'].map((kind, n) => ({
      ...{ kind, version: '2026-12-01', locale: 'tr', content_sha256: `${String(n)}b5d4045`.repeat(8) },
    })),
    boxes: [
      {
        name: 'contract',
        wording: 'Ön bilgilendirme formunu ve mesafeli satış sözleşmesini kabul ediyorum.',
      },
    ],
    ...{
      prices_sha256: 'c4d5e6f7'.repeat(8),
      card_text_sha256: null,
      ip_address: HOME,
      user_agent: BROWSER,
      buyer: null,
    },
  },
  acceptances: [],
  callbacks: [
    {
      record: of('payment_callback', 11),
      received_at: PAID_AT,
      outcome: 'paid',
      body_sha256: '00'.repeat(32),
    },
  ],
  settled: { record: of('payout_line', 4), day: '2026-11-20' },
  legal_invoices: [
    {
      ...{ record: of('legal_invoice', 3), number: 'YCF2026000000012', issuer: 'own', is_return: false },
      ...{ ettn: 'f47ac10b-58cc-4372-a567-0e02b2c3d479', state: 'delivered', issued_on: '2026-11-03' },
      ...{ due_at: at('2026-11-09T07:31:12Z'), total_minor: 149_900 },
    },
  ],
  mails: [
    {
      ...{ record: of('mail', 21), created_at: PAID_AT, recipient: 'sukru@ornek.example' },
      ...{ subject: 'Makbuzunuz: YAC2026000000012', template: 'receipt', is_about_payment: true },
      ...{ kept_sha256: '00'.repeat(32), state: 'delivered', state_at: at('2026-11-02T07:31:40Z') },
    },
  ],
  sign_ins: sessions.slice(0, 6).map(({ started_at }, n) => ({
    ...{ record: of('audit_log', 5000 + n), at: started_at, email: 'sukru@ornek.example' },
    ...{ ip_address: HOME, user_agent: BROWSER, method: 'password', factor: null },
  })),
  sessions,
  use: { all: use, payer: use },
  ...{ refused_sign_ins: [], faults: [], refunds: [], cancellations: [], notices: [], priors: [] },
  ...{ neighbours: [], warnings: [] },
};

const delivery: Delivery = {
  period: { kind: 'paid', from_at: PERIOD.start, to_at: PERIOD.end },
  sessions: sessions.length,
  proven_minutes: proven,
  at_most_minutes: use.at_most_minutes,
  ...{ person_proven_minutes: proven, person_at_most_minutes: use.at_most_minutes },
  ...{ person_proven_seconds: proven * 60, person_at_most_seconds: use.at_most_minutes * 60 },
  proven_seconds: proven * 60,
  at_most_seconds: use.at_most_minutes * 60,
  first_use_at: use.first_at,
  last_use_at: use.last_at,
  days: sessions.map(({ started_at, proven_minutes, at_most_minutes }) => ({
    ...{ day: started_at.toISOString().slice(0, 10), sessions: 1, proven_minutes, at_most_minutes },
    ...{ proven_seconds: proven_minutes * 60, at_most_seconds: at_most_minutes * 60 },
    ...{ person_proven_minutes: proven_minutes, person_at_most_minutes: at_most_minutes },
    ...{ person_proven_seconds: proven_minutes * 60, person_at_most_seconds: at_most_minutes * 60 },
  })),
  over_midnight: { proven_seconds: 0, at_most_seconds: 0 },
  posted_to: facts.as_of,
};

const sentences: [tr: string, en: string, record: FactRecord][] = [
  [
    'YC1A2B3C4D5E6F numaralı sipariş: Profesyonel planının bir dönemi için 2 Kas 2026 10:31 tarihinde ₺1.499,00 tahsil edildi.',
    'Order YC1A2B3C4D5E6F: ₺1,499.00 were charged on 2 Nov 2026, 10:31 for one period of the Professional plan.',
    facts.order.record,
  ],
  [
    'Banka ödemeyi 3-D Secure ile doğruladı (ECI 05).',
    'The bank authenticated the payment by 3-D Secure (ECI 05).',
    of('payment_card', 7),
  ],
  [
    'Bu sürede 24 oturum vardı; ilki 3 Kas 2026, sonuncusu 26 Kas 2026 tarihinde.',
    'In that time there were 24 sessions, from 3 Nov 2026 to 26 Nov 2026.',
    of('workspace_session', 310),
  ],
];
const say = (language: 0 | 1): CoverSentence[] =>
  sentences.map((sentence, n) => ({ id: String(n), text: sentence[language], records: [sentence[2]] }));

/** A made-up case, for the pictures of the README: nobody's data, and every section has something to show. */
export const sampleContent: PackageContent = {
  name: 'CB20261127D1A',
  asOf: facts.as_of,
  facts,
  dispute: {
    ...{ id: 46, company_id: 1, company_name: 'Örnek A.Ş.', payment_id: 7, merchant_oid: 'YC1A2B3C4D5E6F' },
    ...{
      user_id: 2,
      payer_name: 'Şükrü Öztürk',
      payer_email: 'sukru@ornek.example',
      state: 'needs_response',
    },
    ...{ round: 1, reference: 'TB-2026-0012345', source: 'bank', network: 'visa', reason_code: '13.1' },
    ...{ claim: null, amount_minor: 149_900, currency: 'TRY', received_at: at('2026-11-26T09:00:00Z') },
    ...{ answer_by: null, submitted_on: null, processed_on: null, opened_at: at('2026-11-26T09:00:00Z') },
    ...{ disputed_at: at('2026-11-26T09:00:00Z') },
    ...{ opened_by: null, fee_minor: null, lost_minor: null, closed_at: null, closed_by: null, note: null },
    ...{
      frozen_package_id: null,
      refund_id: null,
      charged_minor: 149_900,
      charged_currency: 'TRY',
      payment_status: 'success',
    },
  },
  reason: 'Visa 13.1: Hizmeti almadım',
  letter: say(0),
  summary: say(1),
  delivery,
  history: null,
  seen: [
    { ...attached('seen/contract.txt', Buffer.from('Mesafeli satış sözleşmesi')), id: 'contract' },
    { ...attached('seen/prices.txt', Buffer.from(PRICE_WORDS)), id: 'prices' },
    { ...attached('seen/prices.html', Buffer.from(`<p>${PRICE_WORDS}</p>`)), id: 'prices-page' },
  ],
  ...{ exhibits: [], mails: [], invoices: [] },
  bundle: attached('bundle.json', Buffer.from('{}')),
  data: attached('case.json', Buffer.from('{}')),
  proof: {
    log: 'app.example.com/log/123e4567-e89b-42d3-a456-426614174000',
    size: 12_345,
    root: 'QWxsIHRoZSB3b3JsZCBpcyBhIHN0YWdlLCBzYXlzIGhl',
    vkeys: [],
    logAddress: 'https://app.example.com/log',
  },
  seller: {
    name: 'YouAreCoder',
    address: 'İstiklal Cad. 1, Beyoğlu, İstanbul',
    email: 'support@example.com',
    phone: '+90 212 000 00 00',
    taxNumber: '1234567890',
  },
};
