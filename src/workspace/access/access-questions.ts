import type { Knex } from 'knex';
import { createBatcher } from '../../audit/batcher.ts';
import { browserFacts, type AccessFacts, type BrowserAsker } from './find-access-facts.ts';

/** Passes asked about in one statement. */
const BATCH = { items: 500, bytes: Infinity };

interface Question {
  asker: BrowserAsker;
  at: Date;
  facts: AccessFacts | undefined;
}

/** Asks what is known about a pass. */
export type FindFacts = (asker: BrowserAsker, at: Date) => Promise<AccessFacts | undefined>;

/**
 * Asks the database about passes, one statement after the other: who asks while one is under way is in the
 * next, together with all others. So a page that asks for dozens of files, or a hundred people at once, cost
 * a statement or two.
 */
export function createAccessQuestions(db: Knex): FindFacts {
  const batcher = createBatcher<Question>(BATCH, (batch) => answer(db, batch));
  return async (asker, at) => {
    const question: Question = { asker, at, facts: undefined };
    await batcher.add(question, 0);
    return question.facts;
  };
}

async function answer(db: Knex, batch: Question[]): Promise<void> {
  const askers = new Map(batch.map(({ asker }) => [browserFacts.keyOf(asker), asker]));
  const at = new Date(Math.max(...batch.map((question) => question.at.getTime())));
  const found = await browserFacts.find(db, [...askers.values()], at);
  for (const question of batch) question.facts = found.get(browserFacts.keyOf(question.asker));
}
