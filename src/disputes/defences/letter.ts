import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { AssessedCase, Assessment } from './assessment.ts';
import { agreementSentences } from './letter-agreement.ts';
import { endSentences } from './letter-end.ts';
import { orderSentences } from './letter-order.ts';
import type { LetterSentence } from './letter-sentence.ts';
import { useSentences } from './letter-use.ts';
import type { PieceId } from './piece-ids.ts';

/**
 * The sentences of the letter to the bank, in their order: who bought what and how it was proven, what was
 * agreed to, what was used, how it ended. A sentence stands in it only when its records are there, and only
 * about pieces of the defences against this claim. Nothing is said of what is missing.
 */
export function writeLetter(
  facts: PaymentFacts,
  assessment: Assessment,
  dispute: AssessedCase,
): LetterSentence[] {
  const pieces = new Set<PieceId>(
    assessment.defences.flatMap(({ groups }) =>
      groups.flatMap((group) => group.pieces.filter(({ state }) => state === 'ready').map(({ id }) => id)),
    ),
  );
  const has = (...ids: PieceId[]): boolean => ids.some((id) => pieces.has(id));
  return [
    ...orderSentences(facts, has),
    ...agreementSentences(facts, has),
    ...useSentences(facts, has),
    ...endSentences(facts, has, dispute),
  ];
}
