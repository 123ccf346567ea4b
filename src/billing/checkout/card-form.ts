import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { formatFor } from '../../web/format.ts';
import type { CardForm, Paytr } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { addressForGateway, gatewayOrder } from './gateway-order.ts';

/**
 * Stands in `payments.gateway_token` for an order whose buyer lets the gateway keep the card: PayTR keeps
 * cards of its Direct API only, which has no page of its own and gives no token.
 */
export const CARD_FORM = 'card-form';

/** True for an order whose card is typed into a form of ours, which goes to the gateway. */
export function isPaidByCardForm({ gateway_token }: Pick<Payment, 'gateway_token'>): boolean {
  return gateway_token === CARD_FORM;
}

/**
 * The form by which whoever looks at the order pays for it now, signed for their address. Null when that is
 * not a public one.
 */
export async function cardFormOf(
  db: Knex,
  input: {
    payment: Payment;
    person: { email: string; fullName: string; locale: Locale };
    ip: string | null;
    config: Config;
    paytr: Paytr;
  },
): Promise<CardForm | null> {
  const { payment, person, config, paytr } = input;
  const userIp = addressForGateway(input.ip, config);
  if (userIp === null) return null;
  const { t } = formatFor(person.locale);
  const itemName = t('billing.basketItem', { plan: t(`common.plan_${payment.plan}`) });
  return paytr.cardForm(await gatewayOrder(db, { payment, person, userIp, itemName, config }));
}
