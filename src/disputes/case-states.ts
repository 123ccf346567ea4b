/**
 * Where a case stands. `warned`: a complaint, an inquiry or an alert, and no money is taken yet.
 * `needs_response`: the bank waits for an answer. `frozen`: the package of the answer is fixed. `sent`,
 * `under_review`: the bank has it. The others end the case.
 */
export const caseStates = [
  'warned',
  'needs_response',
  'frozen',
  'sent',
  'under_review',
  'won',
  'lost',
  'accepted',
  'expired',
] as const;
export type CaseState = (typeof caseStates)[number];

/** The states of a case that somebody still works on. */
export const openStates: readonly CaseState[] = [
  'warned',
  'needs_response',
  'frozen',
  'sent',
  'under_review',
];

/** The states in which exhibits, facts and package can change: no package is fixed. */
export const preparingStates: readonly CaseState[] = ['warned', 'needs_response'];

/** The states in which an answer can still be given. */
export const answerableStates: readonly CaseState[] = [...preparingStates, 'frozen'];

/** The states in which the bank has the answer, or has decided. */
export const answeredStates: readonly CaseState[] = ['sent', 'under_review', 'won', 'lost'];

/** The states in which the bank has the money, or may take it, and can still decide. */
export const undecidedStates: readonly CaseState[] = [
  'needs_response',
  'frozen',
  'sent',
  'under_review',
  'expired',
];

/** The states that end a case. */
export const closedStates: readonly CaseState[] = ['won', 'lost', 'accepted', 'expired'];

/** The first who told of a case. */
export type CaseSource = 'bank' | 'inquiry' | 'alert' | 'customer' | 'statement';

/** The state in which an answer is prepared: a warning stays one until the bank's dispute comes. */
export function preparingState({ disputed_at: at }: { disputed_at: Date | null }): CaseState {
  return at === null ? 'warned' : 'needs_response';
}
