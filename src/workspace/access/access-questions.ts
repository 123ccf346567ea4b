import type { Knex } from 'knex';
import { createBatcher } from '../../audit/batcher.ts';
import {
  findAccessFacts,
  keyOfQuestion,
  type AccessQuestion,
  type AccessFacts,
} from './find-access-facts.ts';

/** Passes asked about in one statement. */
const BATCH = { items: 500, bytes: Infinity };

interface Question {
  asked: AccessQuestion;
  at: Date;
  facts: AccessFacts | undefined;
}

/** Asks what is known about a pass. */
export type FindFacts = (asked: AccessQuestion, at: Date) => Promise<AccessFacts | undefined>;

/**
 * Asks the database about passes, one statement after the other: who asks while one is under way is in the
 * next, together with all others. So a page that asks for dozens of files, or a hundred people at once, cost
 * a statement or two.
 */
export function createAccessQuestions(db: Knex): FindFacts {
  const batcher = createBatcher<Question>(BATCH, (batch) => answer(db, batch));
  return async (asked, at) => {
    const question: Question = { asked, at, facts: undefined };
    await batcher.add(question, 0);
    return question.facts;
  };
}

async function answer(db: Knex, batch: Question[]): Promise<void> {
  const asked = new Map(batch.map((question) => [keyOfQuestion(question.asked), question.asked]));
  const at = new Date(Math.max(...batch.map((question) => question.at.getTime())));
  const found = await findAccessFacts(db, [...asked.values()], at);
  const known = new Map(
    found.map((row) => [keyOfQuestion({ label: row.label, tokenHash: row.token_hash }), row]),
  );
  for (const question of batch) question.facts = known.get(keyOfQuestion(question.asked));
}
