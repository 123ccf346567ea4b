import type { Knex } from 'knex';
import { createGatherer } from '../../audit/gatherer.ts';
import { findPasses, keyOfPass, type AskedPass, type PassFacts } from './find-passes.ts';

/** Passes asked about in one statement. */
const BATCH = { items: 500, bytes: Infinity };

interface Question {
  asked: AskedPass;
  at: Date;
  facts: PassFacts | undefined;
}

/** Asks what is known about a pass. */
export type AskAboutPass = (asked: AskedPass, at: Date) => Promise<PassFacts | undefined>;

/**
 * Asks the database about passes, one statement after the other: who asks while one is under way is in the
 * next, together with all others. So a page that asks for dozens of files, or a hundred people at once, cost
 * a statement or two.
 */
export function createPassQuestions(db: Knex): AskAboutPass {
  const gatherer = createGatherer<Question>(BATCH, (batch) => answer(db, batch));
  return async (asked, at) => {
    const question: Question = { asked, at, facts: undefined };
    await gatherer.add(question, 0);
    return question.facts;
  };
}

async function answer(db: Knex, batch: Question[]): Promise<void> {
  const asked = new Map(batch.map((question) => [keyOfPass(question.asked), question.asked]));
  const at = new Date(Math.max(...batch.map((question) => question.at.getTime())));
  const found = await findPasses(db, [...asked.values()], at);
  const known = new Map(
    found.map((row) => [keyOfPass({ label: row.label, tokenHash: row.token_hash }), row]),
  );
  for (const question of batch) question.facts = known.get(keyOfPass(question.asked));
}
