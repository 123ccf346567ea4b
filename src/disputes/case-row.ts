import type { Knex } from 'knex';
import type { Currency } from '../currency.ts';
import type { CaseSource, CaseState } from './case-states.ts';
import type { Network } from './networks.ts';

/** Facts of a dispute that may be told later or corrected. */
export interface CaseFacts {
  network: Network | null;
  reason_code: string | null;
  claim: string | null;
  amount_minor: number | null;
  currency: Currency | null;
  answer_by: Date | null;
  submitted_on: string | null;
  processed_on: string | null;
  fee_minor: number | null;
}

/** Facts of which nothing is known yet. */
export const noFacts: CaseFacts = {
  network: null,
  reason_code: null,
  claim: null,
  amount_minor: null,
  currency: null,
  answer_by: null,
  submitted_on: null,
  processed_on: null,
  fee_minor: null,
};

/** The names of the facts. */
export const factNames = Object.keys(noFacts) as (keyof CaseFacts)[];

/** A row of `disputes` as operations lock it. */
export interface CaseRow extends CaseFacts {
  id: number;
  company_id: number;
  payment_id: number;
  user_id: number;
  state: CaseState;
  round: 1 | 2;
  reference: string | null;
  source: CaseSource;
  received_at: Date;
  opened_at: Date;
  /** When the bank's dispute came; null while the case is only a warning. */
  disputed_at: Date | null;
  reminded_for: Date | null;
  reminded_hours: number | null;
  lost_minor: number | null;
  closed_at: Date | null;
  refund_id: number | null;
  state_before_refund: CaseState | null;
  /** The package that is the answer of the case. */
  frozen_package_id: number | null;
  /** When the schedule last saw to its draft; null: it is due. */
  drafted_at: Date | null;
}

/** The columns of a `CaseRow`. Days are text, so that no time zone moves them. */
export function caseColumns(db: Knex): (string | Knex.Raw)[] {
  return [
    ...plainColumns.map((name) => `disputes.${name}`),
    db.raw('disputes.submitted_on::text as submitted_on'),
    db.raw('disputes.processed_on::text as processed_on'),
  ];
}

const plainColumns = [
  'id',
  'company_id',
  'payment_id',
  'user_id',
  'state',
  'round',
  'reference',
  'source',
  'network',
  'reason_code',
  'claim',
  'amount_minor',
  'currency',
  'received_at',
  'answer_by',
  'opened_at',
  'disputed_at',
  'reminded_for',
  'reminded_hours',
  'fee_minor',
  'lost_minor',
  'closed_at',
  'refund_id',
  'state_before_refund',
  'frozen_package_id',
  'drafted_at',
] as const;
