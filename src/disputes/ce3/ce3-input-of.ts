import { localDay } from '../../local-calendar.ts';
import type { PriorFact } from '../facts/money-facts.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { readThreeD } from '../facts/three-d.ts';
import type { Ce3Input, Ce3Payment, Ce3Rules } from './ce3-input.ts';

/** There is one seller here; the rule compares names of merchants. */
const MERCHANT = 'own';

/** The stored facts of a payment as the rule asks for them. Null stands for facts that nobody recorded. */
export function ce3InputOf(
  facts: PaymentFacts,
  dispute: {
    network: string | null;
    code: string | null;
    submitted_on?: string | null | undefined;
    processed_on?: string | null | undefined;
    /** The day on which we were told, where no day of the network was. */
    received_on?: string | null | undefined;
    is_closed?: boolean | undefined;
  },
  rules: Ce3Rules,
): Ce3Input {
  // Not today: the same case must be decided the same tomorrow.
  const told = dispute.received_on ?? localDay(facts.as_of);
  const processed_on = dispute.processed_on ?? dispute.submitted_on ?? told;
  return {
    network: dispute.network,
    code: dispute.code,
    is_closed: dispute.is_closed ?? false,
    submitted_on: dispute.submitted_on ?? processed_on,
    processed_on,
    three_d: readThreeD(facts.card?.three_d ?? null),
    category: 'services',
    disputed: disputedPayment(facts),
    priors: facts.priors.map(priorPayment),
    takeover: facts.warnings.map(({ kind, at }) => ({ kind, at: at.toISOString() })),
    rules,
  };
}

function disputedPayment({ order, consented, payer, card }: PaymentFacts): Ce3Payment {
  return {
    id: order.id,
    day: localDay(order.paid_at ?? order.created_at),
    amount_minor: order.charged_minor ?? order.amount_minor,
    ip: consented === null ? order.client_ip : consented.client_ip,
    is_ip_of_first: consented !== null,
    login_id: payer.login_id,
    card: cardName(order.stored_card_id),
    masked_pan: card?.masked_pan ?? null,
    is_paid: order.status === 'success',
    is_clean: true,
    description: describe(order),
    initiated_by: order.initiated_by,
    ...NEVER_RECORDED,
  };
}

function priorPayment(prior: PriorFact): Ce3Payment {
  return {
    id: prior.payment_id,
    day: localDay(prior.paid_at),
    amount_minor: prior.amount_minor,
    ip: prior.client_ip,
    is_ip_of_first: prior.is_ip_of_first,
    login_id: prior.login_id,
    card: cardName(prior.stored_card_id),
    masked_pan: prior.masked_pan,
    is_paid: true,
    is_clean: !prior.is_disputed,
    description: describe(prior),
    initiated_by: prior.initiated_by,
    ...NEVER_RECORDED,
  };
}

/** Nothing is delivered to an address, no device is measured, and the gateway names no acquirer. */
const NEVER_RECORDED = {
  device_id: null,
  fingerprint: null,
  delivery_address: null,
  token_of: null,
  merchant: MERCHANT,
  acquirer: null,
};

/** The service in words that a bank understands, with the order that it was bought with. */
function describe({ plan, merchant_oid }: { plan: string; merchant_oid: string }): string {
  return `Subscription to cloud development workspaces, plan ${plan}, order ${merchant_oid}`;
}

function cardName(storedCardId: number | null): string | null {
  return storedCardId === null ? null : `stored card ${String(storedCardId)}`;
}
