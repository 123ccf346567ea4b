/** The ways in which the books, the gateway's lists and the subscriptions can fail to agree. */
export type DifferenceKind =
  | 'sale_without_payment'
  | 'charge_not_settled'
  | 'amount_differs'
  | 'payment_not_listed'
  | 'return_not_booked'
  | 'refund_not_listed'
  | 'payout_without_payment'
  | 'payout_sum_differs'
  | 'charge_not_paid_out'
  | 'paid_not_active'
  | 'active_not_paid'
  | 'paid_without_legal_invoice'
  | 'report_unreadable';

/** Something that does not add up. Amounts in minor units, where the kind compares amounts. */
export interface Difference {
  kind: DifferenceKind;
  /** The order, company, or day and currency; with the kind it names the difference. */
  about: string;
  payment_id: number | null;
  company_id: number | null;
  currency: string | null;
  ours_minor: number | null;
  theirs_minor: number | null;
}
