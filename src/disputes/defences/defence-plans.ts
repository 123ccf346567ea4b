import type { Network } from '../networks.ts';
import type { ReasonFamily } from '../reasons/reason-families.ts';
import type { PieceId } from './piece-ids.ts';

/** Pieces that only count together. `needs` left out: all of them. 0: they support, and none is needed. */
interface GroupPlan {
  pieces: readonly PieceId[];
  needs?: number;
}

/** A way to answer a claim: every group has to count. */
export interface DefencePlan {
  id: string;
  families: readonly ReasonFamily[];
  /** Left out: any. */
  networks?: readonly Network[];
  /** Codes of these families only; left out: all of them. */
  codes?: readonly string[];
  groups: readonly GroupPlan[];
}

const claimsOfSomebodyElse = ['fraud', 'unrecognized'] as const;
const claimsOfService = ['not_received', 'not_as_described', 'cancelled', 'credit_not_processed'] as const;
const everyFamily = [
  ...claimsOfSomebodyElse,
  ...claimsOfService,
  ...(['duplicate', 'amount', 'authorization', 'general'] as const),
] as const;

const all = (...pieces: PieceId[]): GroupPlan => ({ pieces });
const some = (needs: number, ...pieces: PieceId[]): GroupPlan => ({ pieces, needs });
const beside = (...pieces: PieceId[]): GroupPlan => ({ pieces, needs: 0 });

/** Defences by their strength: what the networks and Turkish banks take as an answer to which claim. */
export const defencePlans: readonly DefencePlan[] = [
  { id: 'refunded', families: everyFamily, groups: [all('refund_made')] },
  { id: 'claim_withdrawn', families: everyFamily, groups: [all('claim_withdrawn')] },
  { id: 'filed_late', families: everyFamily, groups: [all('filed_late')] },
  {
    id: 'authenticated',
    families: claimsOfSomebodyElse,
    groups: [all('three_d'), beside('authorization_code', 'paid_notification', 'order_ip')],
  },
  {
    id: 'card_history',
    families: ['fraud'],
    networks: ['visa'],
    codes: ['10.4'],
    groups: [all('ce3_history', 'ce3_same_card', 'ce3_same_acquirer'), beside('earlier_payments')],
  },
  {
    id: 'first_payment_authenticated',
    families: ['fraud'],
    networks: ['mastercard'],
    groups: [all('first_three_d', 'card_consent'), beside('use', 'renewal_notice')],
  },
  {
    id: 'digital_goods',
    families: claimsOfSomebodyElse,
    groups: [
      all('description', 'activation', 'use'),
      some(2, 'order_ip', 'profile', 'profile_confirmed', 'same_address_use', 'sign_in', 'earlier_payments'),
      beside('receipt_mail', 'legal_invoice'),
    ],
  },
  {
    id: 'recurring_history',
    families: ['fraud'],
    groups: [all('consent', 'use', 'earlier_payments'), beside('card_consent', 'renewal_notice')],
  },
  {
    id: 'same_identifiers',
    families: ['fraud'],
    networks: ['visa'],
    groups: [all('matching_identifiers'), beside('use')],
  },
  { id: 'household', families: claimsOfSomebodyElse, groups: [all('household')] },
  {
    id: 'recognition',
    families: ['unrecognized'],
    groups: [all('order', 'description', 'receipt_mail'), beside('legal_invoice', 'correspondence', 'use')],
  },
  {
    id: 'delivered',
    families: ['not_received', 'general'],
    groups: [all('use', 'sign_in'), beside('activation', 'consent', 'receipt_mail', 'legal_invoice')],
  },
  {
    id: 'as_described',
    families: ['not_as_described'],
    groups: [all('description', 'use', 'no_faults'), beside('correspondence', 'terms_mail', 'policy')],
  },
  {
    id: 'contradictory_claim',
    families: claimsOfService,
    networks: ['visa'],
    groups: [all('claim_of_fraud')],
  },
  {
    id: 'chosen_payment',
    families: ['cancelled'],
    codes: ['13.2', '4853-RC', '4841', 'C28', 'IPTAL'],
    groups: [all('chosen_payment'), beside('use', 'receipt_mail')],
  },
  {
    id: 'cancelled_afterwards',
    families: ['cancelled'],
    groups: [
      all('cancellation_later', 'consent'),
      some(1, 'use', 'use_after_cancellation'),
      beside('policy'),
    ],
  },
  {
    id: 'not_cancelled',
    families: ['cancelled'],
    groups: [all('no_cancellation', 'consent', 'use'), some(1, 'chosen_payment', 'renewal_notice')],
  },
  {
    id: 'used_after_cancellation',
    families: ['cancelled'],
    groups: [all('use_after_cancellation', 'policy'), beside('cancellation_record')],
  },
  {
    id: 'nothing_due',
    families: ['credit_not_processed', 'cancelled'],
    codes: ['13.6', '13.7', '4853-CR', '4860', 'C02', 'C04', 'C05', 'IADE', 'IPTAL'],
    groups: [
      all('nothing_promised', 'no_cancellation', 'policy', 'use'),
      beside('start_at_once', 'refund_partly'),
    ],
  },
  {
    id: 'two_orders',
    families: ['duplicate'],
    groups: [all('other_order', 'other_period'), beside('consent', 'legal_invoice')],
  },
  {
    id: 'only_payment',
    families: ['duplicate'],
    groups: [all('only_payment', 'order'), beside('legal_invoice', 'use')],
  },
  {
    id: 'amount_agreed',
    families: ['amount'],
    groups: [all('amount_shown', 'amount_charged'), beside('exchange_rate', 'receipt_mail', 'legal_invoice')],
  },
  {
    id: 'authorized',
    families: ['authorization'],
    groups: [all('authorization_code'), beside('paid_notification', 'three_d')],
  },
  {
    id: 'order_and_use',
    families: ['general'],
    groups: [all('order', 'consent', 'use'), beside('policy', 'receipt_mail', 'legal_invoice')],
  },
];

/** The papers that Turkish banks ask for, by the kind of objection; every one of them. */
export const turkishDocuments: Partial<Record<ReasonFamily, readonly PieceId[]>> = {
  unrecognized: ['legal_invoice', 'order', 'description'],
  fraud: ['three_d', 'order', 'order_ip', 'profile', 'consent'],
  not_received: ['legal_invoice', 'use', 'sign_in', 'consent'],
  not_as_described: ['description', 'consent', 'correspondence'],
  cancelled: ['policy', 'cancellation_record'],
  credit_not_processed: ['policy', 'refund_partly'],
  duplicate: ['other_order', 'other_period', 'legal_invoice'],
  amount: ['order', 'legal_invoice', 'amount_shown'],
  authorization: ['authorization_code'],
};
