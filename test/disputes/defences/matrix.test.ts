import { beforeAll, describe, expect, it } from 'vitest';
import { assessDefences } from '../../../src/disputes/defences/assess-defences.ts';
import { writeLetter } from '../../../src/disputes/defences/letter.ts';
import { saySentence, type LetterSentence } from '../../../src/disputes/defences/letter-sentence.ts';
import type { PaymentFacts } from '../../../src/disputes/facts/payment-facts.ts';
import { verifyClaims } from '../../../src/disputes/facts/verify-claims.ts';
import { reasonCodes, type ReasonCode } from '../../../src/disputes/reasons/reason-codes.ts';
import { formatFor } from '../../../src/web/format.ts';
import { useTestDatabase } from '../../support/database.ts';
import {
  CARD_TERMS,
  buildCancellation,
  buildPapers,
  buildRenewal,
  buildWholeRefund,
} from '../facts/events.ts';
import { buildPaid, buildUse, daysBefore, factsOf, NOW, PAID_AT } from '../facts/scene.ts';
import { expectedDefences, type Situation } from './expected.ts';

const database = useTestDatabase();
const situations = ['used', 'unused', 'cancelled', 'refunded', 'cancelled before a renewal'] as const;
let all: Record<Situation, PaymentFacts>;

beforeAll(async () => {
  const { db, ownerDb } = database;
  const used = await buildPaid(db);
  await buildUse(database, used);
  await buildPapers(db, used);
  const unused = await buildPaid(db);
  await buildPapers(db, unused);
  const cancelled = await buildPaid(db);
  await buildPapers(db, cancelled);
  await buildUse(database, cancelled);
  await buildCancellation(ownerDb, cancelled, new Date('2026-11-14T10:00:00Z'));
  await buildUse(database, cancelled, '2026-11-16');
  const refunded = await buildPaid(db);
  await buildPapers(db, refunded);
  await buildUse(database, refunded);
  await buildWholeRefund(db, refunded);
  const first = await buildPaid(db, { created_at: daysBefore(PAID_AT, 30) }, CARD_TERMS);
  const renewal = await buildRenewal(db, ownerDb, first);
  await buildCancellation(ownerDb, first, daysBefore(PAID_AT, 2));
  await buildUse(database, first);
  all = {
    used: await factsOf(db, used),
    unused: await factsOf(db, unused),
    cancelled: await factsOf(db, cancelled),
    refunded: await factsOf(db, refunded),
    'cancelled before a renewal': await factsOf(db, { payment: renewal }),
  };
});

const caseOf = ({ network, code, family }: ReasonCode) => ({ network, code, family, exhibits: [] });

const rows = situations.flatMap((situation) =>
  reasonCodes.map((reason) => [situation, reason.network, reason.code, reason] as const),
);

describe('a payment that is', () => {
  it.each(rows)('%s, against %s %s, has the defences that its records carry', (situation, _, __, reason) => {
    const { defences } = assessDefences(all[situation], caseOf(reason));
    const satisfied = defences.filter((defence) => defence.satisfied).map(({ id }) => id);
    expect(satisfied).toEqual(expectedDefences(situation, reason));
  });

  it.each(rows)(
    '%s, against %s %s, has a letter that the database confirms',
    async (situation, _, __, reason) => {
      const facts = all[situation];
      const dispute = caseOf(reason);
      const letter = writeLetter(facts, assessDefences(facts, dispute), dispute);
      for (const sentence of letter) expect(await faultsOf(facts, sentence), sentence.id).toEqual([]);
    },
  );
});

describe('the facts against us', () => {
  it.each<[Situation, string[]]>([
    ['used', []],
    ['unused', ['no_sign_in', 'no_use']],
    ['cancelled', []],
    ['refunded', ['refunded']],
    ['cancelled before a renewal', ['cancelled_before']],
  ])('of a payment that is %s stand beside the defences', (situation, expected) => {
    const { against } = assessDefences(all[situation], caseOf(reasonCodes[0]!));
    expect(against.map(({ id }) => id)).toEqual(expected);
    if (situation === 'cancelled before a renewal') expect(against[0]?.severity).toBe('serious');
  });
});

const found = new Map<string, Promise<unknown[]>>();

/** Everything wrong with a sentence, looked for once: the letters of one payment share most of theirs. */
function faultsOf(facts: PaymentFacts, sentence: LetterSentence): Promise<unknown[]> {
  const key = `${String(facts.order.id)} ${JSON.stringify(sentence)}`;
  const faults = found.get(key) ?? findFaults(facts, sentence);
  found.set(key, faults);
  return faults;
}

async function findFaults({ order }: PaymentFacts, sentence: LetterSentence): Promise<unknown[]> {
  const { records, claims } = sentence;
  const words = (['tr', 'en'] as const).map((locale) => saySentence(formatFor(locale), sentence));
  return [
    ...(await verifyClaims(database.db, { paymentId: order.id, asOf: NOW, records, claims })),
    ...unclaimed(sentence),
    ...words.filter((text) => /\{|undefined|disputeLetter/.test(text)),
  ];
}

/** The names of the values in a sentence that no claim about a record covers. */
function unclaimed({ params, claims }: LetterSentence): string[] {
  const values = claims.flatMap((claim) => ('contains' in claim ? [claim.contains] : [claim.value]));
  const isClaimed = (value: unknown): boolean =>
    values.some((each) =>
      each instanceof Date && value instanceof Date ? each.getTime() === value.getTime() : each === value,
    );
  return Object.entries(params).flatMap(([name, value]) => {
    const parts = typeof value === 'object' && !(value instanceof Date) ? Object.values(value) : [value];
    return parts.every(isClaimed) ? [] : [name];
  });
}
