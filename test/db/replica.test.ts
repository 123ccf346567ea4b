import type { Knex } from 'knex';
import { describe, expect, it } from 'vitest';
import { createReplicaProbe } from '../../src/db/replica.ts';

const PRIMARY = { lsn: 1000n, systemIdentifier: '7', databaseOid: '16384' };

/**
 * A server elsewhere, by what it answers, each time the next; the last answer stays. Undefined: it never
 * does.
 */
function serverThatSays(...answers: (object[] | undefined)[]): Knex {
  return {
    raw: () => {
      const rows = answers.length > 1 ? answers.shift() : answers[0];
      return rows === undefined ? new Promise(() => undefined) : Promise.resolve({ rows });
    },
  } as unknown as Knex;
}

const at = (lsn: number, of: object = {}): object[] => [
  { lsn: String(lsn), system_identifier: '7', database_oid: '16384', ...of },
];

describe('a replica that is asked whether it has all that was committed', () => {
  it.each([
    ['has it', [at(1000)], null],
    ['is further', [at(2000)], null],
    ['catches up while it is waited for', [at(900), at(999), at(1000)], null],
    ['stays behind', [at(999)], 'lag'],
    ['is of another server', [at(2000, { system_identifier: '8' })], 'other-database'],
    ['is of another database of that server', [at(2000, { database_oid: '5' })], 'other-database'],
    ['takes writes itself', [[]], 'not-a-replica'],
    ['never answers', [undefined], 'unreachable'],
    ['answers and then falls silent', [at(999), undefined], 'lag'],
  ] as const)('%s', async (_what, answers, expected) => {
    const probe = createReplicaProbe(serverThatSays(...(answers as unknown as (object[] | undefined)[])));
    expect(await probe.waitFor(PRIMARY, 60)).toBe(expected);
  });
});
