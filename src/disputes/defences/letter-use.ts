import type { PaymentFacts } from '../facts/payment-facts.ts';
import { standingCancellation } from './cancellation.ts';
import { sentence, type LetterSentence } from './letter-sentence.ts';
import type { PieceId } from './piece-ids.ts';

/** The use of the paid time. Without a minute of proven use there is no such sentence. */
export function useSentences(facts: PaymentFacts, has: (...ids: PieceId[]) => boolean): LetterSentence[] {
  const { period, use } = facts;
  if (period === null) return [];
  return [
    ...(has('activation', 'use', 'receipt') ? activated(facts) : []),
    ...(has('sign_in') ? signedIn(facts) : []),
    ...(has('use') && use.all.proven_minutes > 0 ? used(facts) : []),
    ...(has('use_after_cancellation') ? usedAfterwards(facts) : []),
    ...(has('no_faults') ? sentence('no_faults', [period.record], {}, [{ count: 'faults', value: 0 }]) : []),
  ];
}

function activated({ period }: PaymentFacts): LetterSentence[] {
  if (period === null) return [];
  const { record, bought_start, bought_end, invoice_no } = period;
  return sentence('period', [record], { from: bought_start, until: bought_end, number: invoice_no }, [
    { record, column: 'period_start', value: bought_start },
    { record, column: 'period_end', value: bought_end },
    { record, column: 'invoice_no', value: invoice_no },
  ]);
}

function signedIn({ sign_ins }: PaymentFacts): LetterSentence[] {
  const [first, last] = [sign_ins[0], sign_ins.at(-1)];
  if (first === undefined || last === undefined) return [];
  return sentence(
    'signed_in',
    sign_ins.map(({ record }) => record),
    { count: sign_ins.length, first: first.at, last: last.at },
    [{ count: 'sign_ins', value: sign_ins.length }],
  );
}

function used({ sessions, use }: PaymentFacts): LetterSentence[] {
  const { first_at, last_at, proven_minutes } = use.all;
  if (first_at === null || last_at === null) return [];
  return sentence(
    'used',
    sessions.map(({ record }) => record),
    { count: sessions.length, minutes: proven_minutes, first: first_at, last: last_at },
    [
      { count: 'sessions', value: sessions.length },
      { count: 'proven_minutes', value: proven_minutes },
    ],
  );
}

function usedAfterwards(facts: PaymentFacts): LetterSentence[] {
  const cancellation = standingCancellation(facts);
  if (cancellation === undefined) return [];
  const later = facts.sessions.filter(({ started_at }) => started_at > cancellation.requested_at);
  const last = later.at(-1);
  if (last === undefined) return [];
  return sentence(
    'used_after_cancellation',
    [cancellation.record, ...later.map(({ record }) => record)],
    { count: later.length, cancelled: cancellation.requested_at, last: last.started_at },
    [
      { record: cancellation.record, column: 'timestamp', value: cancellation.requested_at },
      { count: 'sessions_after_cancellation', value: later.length },
    ],
  );
}
