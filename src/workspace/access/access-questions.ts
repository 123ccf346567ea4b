import type { Knex } from 'knex';
import { createBatcher } from '../../audit/batcher.ts';
import { browserFacts, type AccessFacts, type BrowserClient } from './find-access-facts.ts';

/** Passes asked about in one statement. */
const BATCH = { items: 500, bytes: Infinity };

interface Question {
  client: BrowserClient;
  at: Date;
  facts: AccessFacts | undefined;
}

/** Asks what is known about a pass. */
export type FindFacts = (client: BrowserClient, at: Date) => Promise<AccessFacts | undefined>;

/**
 * Asks the database about passes, one statement after the other: who asks while one is under way is in the
 * next, together with all others. So a page that asks for dozens of files, or a hundred people at once, cost
 * a statement or two.
 */
export function createAccessQuestions(db: Knex): FindFacts {
  const batcher = createBatcher<Question>(BATCH, (batch) => answer(db, batch));
  return async (client, at) => {
    const question: Question = { client, at, facts: undefined };
    await batcher.add(question, 0);
    return question.facts;
  };
}

async function answer(db: Knex, batch: Question[]): Promise<void> {
  const clients = new Map(batch.map(({ client }) => [browserFacts.keyOf(client), client]));
  const at = new Date(Math.max(...batch.map((question) => question.at.getTime())));
  const found = await browserFacts.find(db, [...clients.values()], at);
  for (const question of batch) question.facts = found.get(browserFacts.keyOf(question.client));
}
