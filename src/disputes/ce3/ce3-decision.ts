/** Counts up with every change of the decision, so that a stored one says which code made it. */
export const CE3_CODE_VERSION = 'ce3-1';

/**
 * The answer of the rule. `boundary`: a payment lies on a day on which the sources disagree.
 * `requires_action`: somebody has to supply something first. `liability_shift`: the bank authenticated the
 * payment, which is the stronger answer. `blocked_ato_suspicion`: signs of a takeover (ATO, account takeover)
 * forbid it. `not_applicable`: the rule is not about this claim.
 */
export type Ce3Status =
  | 'qualifies'
  | 'boundary'
  | 'requires_action'
  | 'not_qualified'
  | 'not_applicable'
  | 'closed'
  | 'liability_shift'
  | 'blocked_ato_suspicion';

/** The identifiers that three payments may share. */
export type Ce3Element = 'ip' | 'device' | 'login' | 'address';

/** Why an earlier payment does not count. */
export type Ce3Drop =
  'unpaid' | 'not_clean' | 'other_merchant' | 'other_acquirer' | 'other_card' | 'too_young' | 'too_old';

/** Doubts that a reader of the decision has to know of. CIT: a payment that the customer made in person. */
export type Ce3Flag =
  | 'young_vs_disputed_payment'
  | 'ip_from_initial_cit'
  | 'credential_unproven'
  | 'acquirer_unproven'
  | 'takeover_signs';

/** Something that somebody has to supply before the rule can be met. */
export interface Ce3Missing {
  what: 'description' | 'category' | 'identifier';
  payment_id: number | null;
  element?: Ce3Element;
}

/** An earlier payment with its age in days. `edge`: a day on which the sources disagree. */
export interface Ce3Pick {
  payment_id: number;
  /** Days before the dispute, by the day of its submission and by that of its processing. */
  days_submitted: number;
  days_processed: number;
  /** Days before the disputed payment. */
  days_before_payment: number;
  age: 'safe' | 'edge';
}

/** The decision about the history of a card, as it is stored. */
export interface Ce3Decision {
  status: Ce3Status;
  /** The answer of the history alone, where `status` says something stronger. */
  history: Ce3Status;
  code_version: string;
  rule_version: 'until-2026-10-23' | 'from-2026-10-24';
  pair: [Ce3Pick, Ce3Pick] | null;
  elements: Ce3Element[];
  flags: Ce3Flag[];
  missing: Ce3Missing[];
  dropped: { payment_id: number; why: Ce3Drop; days: number }[];
  /** The first step that failed, with its numbers. */
  failed: { step: 'candidates' | 'match'; found: number; needed: number } | null;
}
