import type { Knex } from 'knex';
import { recordOf } from './fact-record.ts';
import type { AcceptanceFact, ConsentFact } from './agreed-facts.ts';
import type { OrderFact } from './order-facts.ts';

/** The texts accepted with an order; null for a charge of a stored card, and from before they were kept. */
export async function readConsent(db: Knex, paymentId: number): Promise<ConsentFact | null> {
  const row = await db('order_consents')
    .where('order_consents.payment_id', paymentId)
    .first<(Omit<ConsentFact, 'record'> & { id: number }) | undefined>([
      'order_consents.id',
      'order_consents.accepted_at',
      'order_consents.customer_type',
      'order_consents.locale',
      'order_consents.documents',
      'order_consents.boxes',
      'order_consents.button',
      'order_consents.text_sha256',
      'order_consents.prices_sha256',
      'order_consents.card_text_sha256',
      db.raw('host(order_consents.ip_address) as ip_address'),
      'order_consents.user_agent',
      'order_consents.buyer',
    ]);
  if (row === undefined) return null;
  const { id, ...consent } = row;
  return { record: recordOf('order_consent', id), ...consent };
}

/** The platform's texts that the payer had accepted by the payment, oldest first. */
export async function readAcceptances(db: Knex, order: OrderFact): Promise<AcceptanceFact[]> {
  const rows = await db('legal_acceptances')
    .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
    .where('legal_acceptances.user_id', order.user_id)
    .where('legal_acceptances.accepted_at', '<=', order.created_at)
    .orderBy(['legal_acceptances.accepted_at', 'legal_acceptances.id'])
    .select<(Omit<AcceptanceFact, 'record'> & { id: number })[]>([
      'legal_acceptances.id',
      'legal_documents.kind',
      'legal_documents.version',
      'legal_documents.locale',
      'legal_documents.content_sha256',
      'legal_acceptances.accepted_at',
      db.raw('host(legal_acceptances.ip_address) as ip_address'),
    ]);
  return rows.map(({ id, ...row }) => ({ record: recordOf('legal_acceptance', id), ...row }));
}
