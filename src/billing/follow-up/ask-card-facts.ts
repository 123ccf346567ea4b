import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { BinAnswer, ChargedAnswer, Paytr } from '../paytr/paytr.ts';
import { findFollowedOrder, type FollowUp } from './queries.ts';

/**
 * Asks the gateway about a paid order, with no transaction open, and keeps what it says of the card: the
 * status query has the masked number, and the BIN query the bank. A card whose bank is not known, such as a
 * foreign one, is kept without it. Nothing changes when it is already kept.
 */
export async function askCardFacts(
  db: Knex,
  context: RequestContext,
  { payment_id, answer: settledBy }: FollowUp,
  paytr: Paytr,
): Promise<{ ok: true } | { ok: false; problem: string }> {
  const order = await findFollowedOrder(db, payment_id);
  if (order === undefined) throw new Error('Bug! A payment has vanished');
  const answer = settledBy ?? (await paytr.queryStatus(order.merchant_oid));
  if (!answer.ok) return { ok: false, problem: `${answer.reason}: ${answer.gatewayMessage}` };
  const bin = /^\d{6}/.exec(answer.maskedPan ?? '')?.[0];
  const issuer = bin === undefined ? null : await paytr.queryBin(bin);
  if (issuer !== null && !issuer.ok && issuer.reason !== 'unknown' && issuer.reason !== 'refused')
    return { ok: false, problem: `${issuer.reason}: ${issuer.gatewayMessage}` };
  await db.transaction(async (trx) => {
    const [kept] = await trx('payment_card_facts')
      .insert({ payment_id, asked_at: context.at, ...factsOf(answer, issuer) })
      .onConflict('payment_id')
      .ignore()
      .returning<{ payment_id: number }[]>('payment_id');
    if (kept === undefined) return;
    await AuditLogger.logOrThrow(trx, context, {
      action: 'payment_card_reported',
      success: true,
      resourceType: 'payment',
      resourceId: payment_id,
      companyId: order.company_id,
      userId: order.user_id,
      details: {
        merchant_oid: order.merchant_oid,
        plan: order.plan,
        amount_minor: order.amount_minor,
        currency: order.currency,
        card_brand: answer.cardBrand ?? null,
        card_bank: answer.details.bank ?? (issuer?.ok === true ? issuer.bank : null),
        installment_count: answer.details.installmentCount,
      },
    });
  });
  return { ok: true };
}

function factsOf(answer: ChargedAnswer, issuer: BinAnswer | null): Record<string, unknown> {
  const { details } = answer;
  const known = issuer?.ok === true ? issuer : null;
  return {
    masked_pan: answer.maskedPan ?? null,
    card_brand: answer.cardBrand ?? null,
    card_bank: details.bank ?? known?.bank ?? null,
    card_scheme: known?.scheme ?? null,
    card_type: known?.cardType ?? null,
    installment_count: details.installmentCount,
    payment_type: details.paymentType,
    fee_minor: details.feeMinor,
    net_minor: details.netMinor,
    payment_date: answer.paymentDate ?? null,
    three_d: details.threeD === null ? null : JSON.stringify(details.threeD),
    answer: answer.raw,
    bin_answer: issuer === null ? null : issuer.ok ? issuer.raw : issuer.gatewayMessage,
  };
}
