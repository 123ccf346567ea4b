import { beforeAll, describe, expect, it } from 'vitest';
import { summariseEvidence } from '../../src/evidence/summary.ts';
import { useTestDatabase } from '../support/database.ts';
import { findParents, plansOf } from '../support/postgres/plans.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';

const database = useTestDatabase({ isUnused: true });
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(database.db);
});

describe('the totals of a bundle', () => {
  it('count sign-ins in the index of them and read only the refused ones: a person may have a million', async () => {
    const scope = {
      ...{ userId: cast.bob.id, companyId: cast.acme.id, from: null, to: null },
      download: { at: new Date(), requestId: 'none' },
    };
    const plans = await plansOf(database.db, (snapshot) => summariseEvidence(snapshot, scope, 'TRY'), {
      maySort: true,
    });
    const parents = await findParents(database.db);
    const types = plans
      .flat()
      .filter((node) => parents.get(node['Index Name'] ?? '') === 'idx_audit_logs_user_logins')
      .map((node) => node['Node Type']);
    const months = [...parents.values()].filter((parent) => parent === 'idx_audit_logs_user_logins').length;
    // Those that worked, and the addresses of those at any time.
    expect(types.filter((type) => type === 'Index Only Scan')).toHaveLength(2 * months);
    expect(types.filter((type) => type === 'Index Scan')).toHaveLength(months);
  });
});
