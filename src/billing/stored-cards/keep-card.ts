import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { CardTokens } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { cardEntry } from './card-evidence.ts';
import { sealTokens } from './sealing/card-seal.ts';
import { findCardConsent } from './queries.ts';
import { requestCardRemoval } from './request-card-removal.ts';

/**
 * Keeps the tokens of a card that the gateway stored with a payment, sealed, in the settlement's
 * transaction. The card takes the place of the company's earlier one. A repeated notification changes
 * nothing. Without a consent nothing is kept.
 */
export async function keepCard(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment, tokens, config }: { payment: Payment; tokens: CardTokens; config: Config },
): Promise<void> {
  const consent = await findCardConsent(trx, payment.id);
  const [newest] = config.storedCards.keys;
  if (consent === undefined || newest === undefined) {
    const fields = { merchant_oid: payment.merchant_oid, consented: consent !== undefined };
    context.log.error(fields, 'the gateway stored a card that we cannot keep: remove it in its panel');
    return;
  }
  const known = await trx('stored_cards')
    .where('first_payment_id', payment.id)
    .first<{ id: number } | undefined>('id');
  if (known !== undefined) return;
  await requestCardRemoval(trx, context, { companyId: payment.company_id, cause: 'replaced' });
  const card = { company_id: payment.company_id, user_id: consent.user_id, first_payment_id: payment.id };
  await trx('stored_cards').insert({
    ...card,
    ...sealTokens(newest, tokens, payment.id),
    stored_at: context.at,
  });
  const details = { merchant_oid: payment.merchant_oid, text_sha256: consent.card_text_sha256 };
  await AuditLogger.logOrThrow(trx, context, cardEntry('stored_card_added', card, details));
}
