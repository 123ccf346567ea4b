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
    ...(has('use') && use.all.person_proven_minutes > 0 ? [...used(facts), ...usedByOthers(facts)] : []),
    ...(has('use_after_cancellation') ? usedAfterwards(facts) : []),
    ...(has('no_faults') ? sentence('no_faults', [period.record], {}, [{ found: 'faults', value: 0 }]) : []),
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
  const records = sign_ins.map(({ record }) => record);
  return sentence('signed_in', records, { count: sign_ins.length, first: first.at, last: last.at }, [
    { found: 'sign_ins', value: sign_ins.length },
    { record: first.record, column: 'timestamp', value: first.at },
    { record: last.record, column: 'timestamp', value: last.at },
  ]);
}

function used({ sessions, use }: PaymentFacts): LetterSentence[] {
  const { first_at, last_at, person_proven_minutes: minutes } = use.all;
  if (first_at === null || last_at === null) return [];
  const records = sessions.map(({ record }) => record);
  const params = { count: sessions.length, time: { minutes }, first: first_at, last: last_at };
  return sentence('used', records, params, [
    { found: 'sessions', value: sessions.length },
    { found: 'person_minutes', value: minutes },
    { found: 'first_use_at', value: first_at },
    { found: 'last_use_at', value: last_at },
  ]);
}

/** Colleagues use what one of them pays for: a bank may not take their use for the payer's. */
function usedByOthers({ sessions, use, payer }: PaymentFacts): LetterSentence[] {
  if (use.payer.sessions === use.all.sessions) return [];
  const records = [payer.record, ...sessions.filter((one) => one.is_payer).map(({ record }) => record)];
  const { sessions: count, person_proven_minutes: minutes } = use.payer;
  return sentence('used_by_others', records, { count, time: { minutes }, name: payer.full_name }, [
    { found: 'payer_sessions', value: count },
    { found: 'payer_person_minutes', value: minutes },
    { record: payer.record, column: 'full_name', value: payer.full_name },
  ]);
}

function usedAfterwards(facts: PaymentFacts): LetterSentence[] {
  const cancellation = standingCancellation(facts);
  const last = facts.use.all.last_at;
  if (cancellation === undefined || last === null) return [];
  const { record, requested_at } = cancellation;
  const later = facts.sessions.filter(({ started_at }) => started_at > requested_at);
  const records = [record, ...later.map((session) => session.record)];
  const params = { count: later.length, cancelled: requested_at, last };
  return sentence('used_after_cancellation', records, params, [
    { record, column: 'timestamp', value: requested_at },
    { found: 'sessions_after_cancellation', value: later.length },
    { found: 'last_use_at', value: last },
  ]);
}
