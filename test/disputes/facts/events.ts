import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { buildAuditRow, buildRefund } from '../../evidence/support.ts';
import type { BuiltUser } from '../../support/programs/build.ts';
import { buildHomePayment, daysBefore, PAID_AT, type Scene } from './scene.ts';

/** A mail to a person with its newest event, by default the receipt of the payment, delivered. */
export async function buildSentMail(
  db: Knex,
  payer: BuiltUser,
  {
    at,
    state = 'delivered',
    ...columns
  }: { at: Date; state?: string; template: string; cause_type: string; cause_id: string },
): Promise<number> {
  const kept = Buffer.from(`Subject: ${columns.template}\r\n\r\nText\r\n`);
  const sha256 = createHash('sha256').update(kept).digest('hex');
  const [mail] = await db('mails')
    .insert({
      ...columns,
      ...{ created_at: at, company_id: payer.company_id, user_id: payer.id, recipient: payer.email },
      ...{ locale: 'tr', template_version: 1, subject: 'A mail', state, queued_at: at, tries: 1 },
      ...{ message_id: `<${randomUUID()}@localhost>`, envelope_id: randomUUID() },
      ...{ kept, kept_sha256: sha256, sent_sha256: sha256 },
    })
    .returning<{ id: number }[]>('id');
  const mail_id = mail?.id ?? 0;
  await db('mail_events').insert({ mail_id, at, state, source: 'report', try: 1, answer: '250 taken' });
  return mail_id;
}

/** The receipt by mail, and the legal invoice with its number. */
export async function buildPapers(db: Knex, { payer, payment, cast }: Scene): Promise<void> {
  const cause = { cause_type: 'payment', cause_id: String(payment.id) };
  await buildSentMail(db, payer, { at: PAID_AT, template: 'receipt', ...cause });
  const invoice = await db('invoices')
    .where('payment_id', payment.id)
    .first<{ id: number; total_minor: number }>('id', 'total_minor');
  await db('legal_invoices').insert({
    ...{
      company_id: cast.acme.id,
      invoice_id: invoice.id,
      currency: 'TRY',
      total_minor: invoice.total_minor,
    },
    ...{ created_at: PAID_AT, due_at: PAID_AT, issuer: 'export', type: 'SATIS', ettn: randomUUID() },
    ...{ number: `YCF2026${String(invoice.id).padStart(9, '0')}`, issued_on: '2026-11-10' },
    ...{ tax_minor: 100, tax_percent: 20, issued_at: PAID_AT },
  });
}

/** A cancellation in the audit trail, as `cancelSubscription` writes it. */
export async function buildCancellation(ownerDb: Knex, { payer, cast }: Scene, at: Date): Promise<void> {
  await buildAuditRow(ownerDb, payer, {
    timestamp: at,
    action_type: 'subscription_change',
    resource_type: 'subscription',
    resource_id: String(cast.acme.id),
    details: {
      change: 'cancelled',
      when: 'end',
      cancels_at_before: null,
      cancels_at_after: '2026-12-10T09:00:00.000Z',
    },
  });
}

/** Columns of a consent with the box that keeps the card. */
export const CARD_TERMS = {
  card_terms: JSON.stringify({ kind: 'stored-card', version: '2026-12-01', locale: 'tr' }),
  card_terms_text: 'Kartım saklansın.',
  card_text_sha256: createHash('sha256').update('Kartım saklansın.').digest('hex'),
};

export const REFUNDED_AT = new Date('2026-11-21T10:00:00Z');

/** A refund of all of the payment that was asked for and sent, and made a day later. */
export async function buildWholeRefund(db: Knex, { cast, payment }: Scene): Promise<void> {
  const at = new Date('2026-11-20T10:00:00Z');
  const times = { requested_at: at, confirmed_at: at, sent_at: at, decided_at: REFUNDED_AT };
  await buildRefund(db, cast, payment, { ...times, ends_paid_time: false });
}

/**
 * A charge of a stored card, a month after the order with which it was stored, that a mail announced. The
 * payment of the scene is that order.
 */
export async function buildRenewal(
  db: Knex,
  ownerDb: Knex,
  scene: Scene,
): Promise<{ id: number; merchant_oid: string }> {
  const { cast, payer, payment: first } = scene;
  const company_id = cast.acme.id;
  const stored = { company_id, user_id: payer.id, first_payment_id: first.id, stored_at: PAID_AT };
  const [card] = await db('stored_cards')
    .insert({ ...stored, sealed_tokens: Buffer.from('sealed'), key_id: 'key' })
    .returning<{ id: number }[]>('id');
  const charge = await buildHomePayment(db, payer, { created_at: PAID_AT }, null);
  const [list] = await db('price_lists').limit(1).select<{ id: number }[]>('id');
  const announced_at = daysBefore(PAID_AT, 8);
  await db('card_renewals').insert({
    ...{ company_id, due_at: PAID_AT, card_id: card?.id, announced_at, charge_from: PAID_AT },
    ...{ plan: 'team', currency: 'TRY', amount_minor: 149_900, price_list_id: list?.id, price_facts: '{}' },
    ...{ state: 'paid', tries: 1, decided_at: PAID_AT },
  });
  await db('card_charges').insert({
    ...{ payment_id: charge.id, company_id, due_at: PAID_AT, card_id: card?.id, sent_at: PAID_AT },
    answer: 'accepted',
  });
  await buildAuditRow(ownerDb, payer, {
    ...{ timestamp: announced_at, action_type: 'card_renewal_announced', actor_type: 'system' },
    ...{ resource_type: 'subscription', resource_id: String(company_id), details: { amount_minor: 149_900 } },
  });
  const cause = { cause_type: 'subscription', cause_id: String(company_id) };
  await buildSentMail(db, payer, { at: announced_at, template: 'subscription-reminder', ...cause });
  return charge;
}
