import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionsInScope } from '../../../src/evidence/scope.ts';
import { listWorkspaces } from '../../../src/workspace/queries.ts';
import { idleLimit } from '../../../src/workspace/session-row.ts';
import { sessionSpans } from '../../../src/workspace/sessions/session-spans.ts';
import { countEntriesByOthers, listEntriesByOthers } from '../../../src/workspace/usage/entries-by-others.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { findParents, plansOf } from '../../support/postgres/plans.ts';
import { contextOf } from '../scene.ts';

const database = useTestDatabase({ isUnused: true });

let cast: Cast;
let busy: { workspaceId: number; companyId: number };
let parents: Map<string, string>;

beforeAll(async () => {
  cast = await buildCast(database.db);
  const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
  const [first, second] = [
    await buildWorkspace(database.db, owned),
    await buildWorkspace(database.db, owned),
  ];
  busy = { workspaceId: first.id, companyId: cast.acme.id };
  // Sessions of a year, of which one in twenty is of the workspace asked for.
  await database.ownerDb.raw(
    `insert into workspace_sessions
       (company_id, workspace_id, user_id, started_at, ended_at, end_reason, last_activity_at, session_id, access_method)
     select ?, case when n % 20 = 0 then ?::bigint else ?::bigint end, ?, at, at + interval '1 hour', 'idle',
            at + interval '1 hour', 's' || n, 'web'
     from (select n, now() - n * interval '3 hours' as at from generate_series(1, 3000) n) as drawn`,
    [cast.acme.id, first.id, second.id, cast.bob.id],
  );
  await database.ownerDb.raw('vacuum analyze workspace_sessions');
  parents = await findParents(database.ownerDb);
});

async function indexesOf(work: (trx: Knex) => PromiseLike<unknown>): Promise<string[]> {
  const plans = await plansOf(database.db, async (trx) => work(trx), { maySort: true, mayCombine: true });
  return plans.flat().map((node) => parents.get(node['Index Name'] ?? '') ?? '');
}

describe('a touch of a workspace session', () => {
  it('changes no index, whatever it counts', async () => {
    const { rows } = await database.db.raw<{ rows: { indexdef: string }[] }>(
      `select indexdef from pg_indexes where tablename = 'workspace_sessions'`,
    );
    const touched =
      /last_activity_at|activity_count|interactive_seconds|connected_|active_minutes|active_until|is_partly_seen/;
    expect(rows.filter(({ indexdef }) => touched.test(indexdef))).toEqual([]);
    expect(rows.length).toBeGreaterThan(5);
  });

  it('is a change of the row alone', async () => {
    const context = contextOf(cast.bob, new Date());
    const session = await WorkspaceSessionTracker.startSession(database.db, context, {
      ...busy,
      accessMethod: 'web',
    });
    await database.ownerDb.transaction(async (trx) => {
      await trx('workspace_sessions')
        .where({ id: session.id })
        .update({ last_activity_at: new Date(Date.now() + 60_000), activity_count: 7 });
      const { rows } = await trx.raw<{ rows: { updated: string; hot: string }[] }>(
        `select sum(pg_stat_get_xact_tuples_updated(relid)) as updated, sum(pg_stat_get_xact_tuples_hot_updated(relid)) as hot
         from pg_partition_tree('workspace_sessions') where isleaf`,
      );
      expect(rows).toEqual([{ updated: '1', hot: '1' }]);
    });
  });
});

describe('the sessions that reach into a period', () => {
  it('are found by their end, in a company and in one workspace', async () => {
    const from = new Date(Date.now() - 3 * 86_400_000);
    const of = (filter: object) => (trx: Knex) =>
      sessionSpans(trx, { companyId: busy.companyId, from, to: new Date(), ...filter });
    expect(await indexesOf(of({}))).toContain('idx_workspace_sessions_company_end');
    expect(await indexesOf(of({ workspaceId: busy.workspaceId }))).toContain(
      'idx_workspace_sessions_workspace_end',
    );
  });

  it('are open ones that were used then, too, and none that were not', async () => {
    const scope = { userId: cast.bob.id, companyId: cast.acme.id, to: null };
    const download = { at: new Date(), requestId: 'none' };
    const count = async (from: Date): Promise<number> => {
      const rows = await sessionsInScope(database.db, { ...scope, from, download }).select('id');
      return rows.length;
    };
    const hours = (n: number): Date => new Date(Date.now() - n * 3_600_000);
    const open = await database.db('workspace_sessions').whereNull('ended_at').select('id');
    expect(open).toHaveLength(1);
    expect(await count(hours(-1))).toBe(0);
    expect(await count(hours(0.5))).toBe(1);
    // Sessions of an hour every three hours.
    expect(await count(hours(5.5))).toBe(1 + 2);
  });
});

describe('the entries of others', () => {
  it('are found among themselves, however often the owner was there', async () => {
    const of = { companyId: cast.acme.id, ownerUserId: cast.bob.id };
    const month = { from: new Date(Date.now() - 60 * 86_400_000), to: new Date() };
    const counted = await indexesOf((trx) => countEntriesByOthers(trx, { ...of, ...month }));
    expect(new Set(counted.filter((name) => name.includes('sessions')))).toEqual(
      new Set(['idx_workspace_sessions_on_behalf_of']),
    );
    const listed = await indexesOf((trx) => listEntriesByOthers(trx, { ...of, at: month.to }));
    expect(listed).toContain('idx_workspace_sessions_on_behalf_of');
  });
});

describe('what is open or was used last', () => {
  it('is read from the index of open sessions, or by the end of the others', async () => {
    const idle = await indexesOf((trx) =>
      trx('workspace_sessions')
        .whereNull('ended_at')
        .where('last_activity_at', '<', idleLimit(new Date()))
        .orderBy('id')
        .limit(100)
        .select('id'),
    );
    expect(idle).toContain('uq_workspace_sessions_active');
    const list = (trx: Knex): Promise<unknown> =>
      listWorkspaces(trx, {
        companyId: busy.companyId,
        ownerUserId: null,
        page: {},
        at: new Date(),
      });
    expect(await indexesOf(list)).toContain('idx_workspace_sessions_workspace_end');
    const { rows } = await listWorkspaces(database.db, {
      companyId: busy.companyId,
      ownerUserId: null,
      page: {},
      at: new Date(),
    });
    const used = rows.find(({ id }) => id === busy.workspaceId);
    expect(Date.now() - Number(used?.last_used_at)).toBeLessThan(60_000);
    expect(used?.is_in_use).toBe(true);
  });
});
