import type { Config } from '../../config/config.ts';
import type { BillingDetails } from '../queries.ts';

/** A detail of the buyer that an order cannot do without. */
type BuyerFact = 'customer_type' | 'billing_name' | 'billing_address' | 'billing_tax_number';

/**
 * Lists what is missing before a company or consumer can order: a contract names its buyer with an address,
 * and the invoice of a company bears its tax number. A company has its registered name; a consumer is asked
 * for one.
 */
export function missingBuyerFacts(buyer: Pick<BillingDetails, BuyerFact>): BuyerFact[] {
  const needed: BuyerFact[] =
    buyer.customer_type === 'consumer'
      ? ['customer_type', 'billing_name', 'billing_address']
      : ['customer_type', 'billing_address', 'billing_tax_number'];
  return needed.filter((fact) => buyer[fact] === null);
}

/** True when the product writes legal invoices, which state district, city and country of the buyer. */
export function statesPlace({ invoiceIssuer }: Pick<Config, 'invoiceIssuer'>): boolean {
  return invoiceIssuer === 'export' || invoiceIssuer === 'integrator';
}
