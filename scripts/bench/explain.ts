import type pg from 'pg';
import type { Statement } from './statements.ts';

/** Milliseconds that Postgres takes to plan and run all statements, together. */
export async function explainAll(client: pg.Client, statements: Statement[]): Promise<number> {
  let total = 0;
  for (const { text, values } of statements) {
    const { rows } = await client.query<{
      'QUERY PLAN': [{ 'Planning Time': number; 'Execution Time': number }];
    }>(`explain (analyze, timing off, format json) ${text}`, values);
    const plan = rows[0]?.['QUERY PLAN'][0];
    if (plan === undefined) throw new Error('Bug! explain returned no plan');
    total += plan['Planning Time'] + plan['Execution Time'];
  }
  return total;
}
