import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { formatFor } from '../../web/format.ts';
import type { Paytr, TokenOrder } from '../paytr/paytr.ts';
import { findBillingDetails } from '../queries.ts';
import { placeCharge, type PlacedCharge } from './place-charge.ts';
import { listDueRenewals } from './renewal-queries.ts';
import { recordCharge, type ChargeAnswer } from './record-charge.ts';

/** At most so many charges in one run: each is a call that may last until its time-out. */
const BATCH = 50;

/** A run stops after this time: other scheduled work waits. */
const RUN_SECONDS = 120;

interface Parts {
  config: Config;
  paytr: Paytr;
}

/**
 * Charges stored cards for the periods that were announced and are due, each in three steps: the order is
 * committed as sent, the gateway is called with no transaction open, the answer is written down. Several
 * processes may run this at once. A company that cannot be dealt with is named and keeps nobody waiting.
 */
export async function chargeCards(
  db: Knex,
  context: RequestContext,
  { config, paytr }: Parts,
): Promise<{ answers: ChargeAnswer[]; broken: number[] }> {
  const answers: ChargeAnswer[] = [];
  const broken: number[] = [];
  const startedAt = performance.now();
  for (const renewal of await listDueRenewals(db, { at: context.at, limit: BATCH })) {
    try {
      const placed = await placeCharge(db, context, { renewal, config, paytr });
      if (placed !== null) answers.push(await send(db, context, placed, { config, paytr }));
    } catch (error) {
      broken.push(renewal.company_id);
      context.log.error({ err: error, company_id: renewal.company_id }, 'a stored card could not be charged');
    }
    if (performance.now() - startedAt > RUN_SECONDS * 1000) break;
  }
  return { answers, broken };
}

async function send(
  db: Knex,
  context: RequestContext,
  { payment, card, tokens }: PlacedCharge,
  { config, paytr }: Parts,
): Promise<ChargeAnswer> {
  const details = await findBillingDetails(db, payment.company_id);
  const { t } = formatFor(card.locale);
  const order: TokenOrder = {
    merchantOid: payment.merchant_oid,
    userIp: card.gateway_user_ip ?? config.paytr.userIpOverride ?? '',
    email: card.email,
    userName: card.full_name,
    userAddress: details?.billing_address ?? config.seller.address,
    userPhone: details?.billing_phone ?? config.seller.phone,
    amountMinor: payment.amount_minor,
    currency: payment.currency,
    basket: [
      {
        name: t('billing.basketItem', { plan: t(`common.plan_${payment.plan}`) }),
        unitPriceMinor: payment.amount_minor,
        quantity: 1,
      },
    ],
    okUrl: `${config.baseUrl}/billing`,
    failUrl: `${config.baseUrl}/billing`,
    locale: card.locale,
    timeoutMinutes: 1,
  };
  const answer = await paytr.chargeCard(order, tokens);
  return recordCharge(db, context, { payment, answer });
}
