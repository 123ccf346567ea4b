import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import { orderEvidence } from '../order-evidence.ts';
import type { BillingDetails, Payment } from '../queries.ts';
import type { CardTerms } from './compose-card-terms.ts';
import type { ShownPrices } from './compose-prices.ts';
import type { OrderTerms } from './compose-terms.ts';

/**
 * Keeps what the buyer accepted and was told of the price, word for word, and who that is, in the transaction
 * that places the order.
 * Throws when it or its audit row cannot be written: nobody pays for an order whose terms are not kept.
 */
export async function keepConsent(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    payment,
    buyer,
    terms,
    prices,
    cardTerms,
  }: {
    payment: Payment;
    buyer: BillingDetails;
    terms: OrderTerms;
    prices: ShownPrices;
    cardTerms: CardTerms | null;
  },
): Promise<void> {
  const { customerType, locale, documents, boxes, button } = terms;
  const [kept] = await trx('order_consents')
    .insert({
      payment_id: payment.id,
      company_id: payment.company_id,
      user_id: payment.user_id,
      customer_type: customerType,
      locale,
      documents: JSON.stringify(documents),
      terms_text: terms.text,
      terms_html: terms.html,
      prices_text: prices.text,
      prices_html: prices.html,
      prices_sha256: prices.htmlSha256,
      boxes: JSON.stringify(boxes),
      button,
      buyer: JSON.stringify(buyer),
      price_facts: payment.price_facts === null ? null : JSON.stringify(payment.price_facts),
      card_terms: cardTerms === null ? null : JSON.stringify(cardTerms.box),
      card_terms_text: cardTerms?.text ?? null,
      card_text_sha256: cardTerms?.textSha256 ?? null,
      accepted_at: context.at,
      ip_address: context.ip,
      user_agent: keptUserAgent(context),
      browser_session: context.browserSessionHash,
      request_id: context.requestId,
    })
    .returning<{ text_sha256: string; html_sha256: string }[]>(['text_sha256', 'html_sha256']);
  if (kept?.text_sha256 !== terms.textSha256)
    throw new Error('Bug! The kept text differs from the shown one');
  const order = orderEvidence(payment);
  await AuditLogger.logOrThrow(trx, context, {
    action: 'order_terms_accepted',
    success: true,
    resourceType: 'payment',
    resourceId: payment.id,
    companyId: payment.company_id,
    userId: payment.user_id,
    details: {
      ...order.details,
      customer_type: customerType,
      locale,
      documents: documents.map(({ kind, version }) => `${kind} ${version}`),
      boxes: boxes.map(({ name }) => name),
      text_sha256: kept.text_sha256,
      html_sha256: kept.html_sha256,
      prices_sha256: prices.htmlSha256,
    },
  });
  if (cardTerms === null) return;
  await AuditLogger.logOrThrow(trx, context, {
    action: 'stored_card_consented',
    success: true,
    resourceType: 'payment',
    resourceId: payment.id,
    companyId: payment.company_id,
    userId: payment.user_id,
    details: {
      ...order.details,
      locale: cardTerms.box.locale,
      documents: [`${cardTerms.box.kind} ${cardTerms.box.version}`],
      content_sha256: cardTerms.box.content_sha256,
      text_sha256: cardTerms.textSha256,
    },
  });
}
