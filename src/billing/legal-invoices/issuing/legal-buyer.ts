import type { BillingDetails } from '../../queries.ts';
import { taxNumberKind } from '../../../tax-number.ts';
import type { LegalParty } from '../legal-invoice.ts';

/** Customary for a person who gives no identity number. Unconfirmed: ask an accountant. */
const UNKNOWN_PERSON = '11111111111';
/** Customary for a buyer abroad, who has no Turkish number. Unconfirmed: ask an accountant. */
const BUYER_ABROAD = '2222222222';

/** Why there is no buyer yet: the company has not told where it is, or its number is no Turkish one. */
export type BuyerProblem = 'buyer-place' | 'buyer-tax-number';

/**
 * The details that a legal invoice states of its buyer: whoever accepted the order, in the country of the
 * order, so that neither the buyer nor the tax changes afterwards. Some details are those of today, so that
 * they can be mended:
 *
 * 1. The address, while it is in the same country.
 * 2. A country that was not told, and a Turkish tax number that cannot be right.
 */
export function buyerOfOrder(ordered: BillingDetails | null, today: BillingDetails): BillingDetails {
  if (ordered === null) return today;
  const billing_country = ordered.billing_country ?? today.billing_country;
  const place = today.billing_country === billing_country ? today : ordered;
  const buyer = { ...ordered, billing_country };
  const taxed = billing_country !== 'TR' || turkishNumber(buyer) !== null ? ordered : today;
  return {
    ...buyer,
    billing_address: place.billing_address,
    billing_district: place.billing_district,
    billing_city: place.billing_city,
    billing_phone: place.billing_phone,
    billing_tax_office: taxed.billing_tax_office,
    billing_tax_number: taxed.billing_tax_number,
  };
}

/**
 * The buyer of a legal invoice by billing details. `ownNumber` is the number that a buyer abroad has there.
 */
export function legalBuyer(
  details: BillingDetails,
): { ok: true; buyer: LegalParty; ownNumber: string | null } | { ok: false; problem: BuyerProblem } {
  const { billing_address: address, billing_city: city, billing_country: country } = details;
  if (address === null || city === null || country === null) return { ok: false, problem: 'buyer-place' };
  const isAbroad = country !== 'TR';
  const district = details.billing_district ?? (isAbroad ? city : null);
  if (district === null) return { ok: false, problem: 'buyer-place' };
  const taxNumber = isAbroad ? BUYER_ABROAD : turkishNumber(details);
  if (taxNumber === null) return { ok: false, problem: 'buyer-tax-number' };
  const name = details.billing_name ?? details.name;
  const { billing_phone: phone, billing_tax_office: taxOffice } = details;
  return {
    ok: true,
    buyer: { name, address, district, city, country, phone, email: null, taxOffice, taxNumber },
    ownNumber: isAbroad ? details.billing_tax_number : null,
  };
}

function turkishNumber({ customer_type, billing_tax_number: number }: BillingDetails): string | null {
  if (number !== null && taxNumberKind(number) !== null) return number;
  return customer_type === 'consumer' && number === null ? UNKNOWN_PERSON : null;
}
