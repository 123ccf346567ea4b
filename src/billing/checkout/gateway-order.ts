import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import type { TokenOrder } from '../paytr/paytr.ts';
import { findBillingDetails, type Payment } from '../queries.ts';
import { returnUrl } from './payment-links.ts';
import { PAGE_LIFE_MINUTES } from './payment-page-life.ts';
import { isPublicAddress } from './public-address.ts';

/**
 * PayTR wants the customer's public address (iFrame API, step 1). For a private address the configured
 * stand-in is sent; null without one.
 */
export function addressForGateway(ip: string | null, config: Config): string | null {
  if (ip !== null && isPublicAddress(ip)) return ip;
  return config.paytr.userIpOverride;
}

/** The order as the gateway gets it, for whoever is about to pay. `itemName` is in their language. */
export async function gatewayOrder(
  db: Knex,
  input: {
    payment: Payment;
    person: { email: string; fullName: string; locale: Locale };
    userIp: string;
    itemName: string;
    config: Config;
  },
): Promise<TokenOrder> {
  const { payment, person, userIp, itemName, config } = input;
  const details = await findBillingDetails(db, payment.company_id);
  return {
    merchantOid: payment.merchant_oid,
    userIp,
    email: person.email,
    userName: person.fullName,
    // PayTR takes no empty address or phone (iFrame API, step 1). Where the buyer has given none, the
    // seller's own are sent: invented ones would be false evidence.
    userAddress: details?.billing_address ?? config.seller.address,
    userPhone: details?.billing_phone ?? config.seller.phone,
    amountMinor: payment.amount_minor,
    currency: payment.currency,
    basket: [{ name: itemName, unitPriceMinor: payment.amount_minor, quantity: 1 }],
    okUrl: returnUrl(config, 'success', payment.merchant_oid),
    failUrl: returnUrl(config, 'fail', payment.merchant_oid),
    locale: person.locale,
    timeoutMinutes: PAGE_LIFE_MINUTES,
  };
}
