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
export const openStates = ['warned', 'needs_response', 'frozen', 'sent', 'under_review'] as const;

/** The states in which an answer can still be prepared. */
export const answerableStates = ['warned', 'needs_response', 'frozen'] as const;

/** The states that end a case. */
export const closedStates = ['won', 'lost', 'accepted', 'expired'] as const;

/** The first who told of a case. */
export type CaseSource = 'bank' | 'inquiry' | 'alert' | 'customer' | 'statement';

/** The state in which an answer is prepared: a warning stays one until the bank's dispute comes. */
export function preparingState({ disputed_at: at }: { disputed_at: Date | null }): CaseState {
  return at === null ? 'warned' : 'needs_response';
}
