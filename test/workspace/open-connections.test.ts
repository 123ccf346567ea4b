import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { createMetrics } from '../../src/metrics.ts';
import { OpenConnections, type OpenConnection } from '../../src/workspace/open-connections.ts';
import { buildCast, buildWorkspace } from '../support/build.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();
const log = pino({ level: 'silent' });
let watched: OpenConnections | undefined;

afterEach(() => watched?.close());

describe('what is open through the gateway', () => {
  it('is cut when it is no longer let in, whatever is wrong with another connection', async () => {
    const cast = await buildCast(database.db);
    const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
    const workspaceIds = [
      await buildWorkspace(database.db, owned),
      await buildWorkspace(database.db, owned),
    ].map(({ id }) => id);
    const cut: number[] = [];
    const addressOf = (): Promise<null> => Promise.reject(new Error('nobody knows where it runs'));
    watched = new OpenConnections({
      db: database.db,
      log,
      addresses: { addressOf },
      rules: { mustRun: false },
    });
    for (const workspaceId of workspaceIds)
      watched.add(connectionTo(workspaceId, () => cut.push(workspaceId)));
    await watched.look();
    expect(cut).toEqual(workspaceIds);
  });

  it('is watched until it is removed, whichever others were removed before', async () => {
    const cut: number[] = [];
    const of = new OpenConnections({ db: database.db, log, rules: { mustRun: false } });
    watched = of;
    const remove = [0, 1, 2, 3, 4, 5].map((id) => of.add(connectionTo(id, () => cut.push(id))));
    for (const id of [1, 5, 0, 1, 0]) remove[id]?.();
    expect(of.size).toBe(3);
    await of.look();
    expect(cut.sort()).toEqual([2, 3, 4]);
    for (const id of [4, 2, 3]) remove[id]?.();
    expect(of.size).toBe(0);
  });
});

/** One that nobody is let into: there is no such host. */
function connectionTo(workspaceId: number, cut: () => void): OpenConnection {
  return {
    label: `nowhere-${String(workspaceId)}`,
    tokenHash: null,
    workspaceId,
    session: { id: workspaceId, startedAt: new Date() },
    context: systemContext({ name: 'test', at: new Date(), log, metrics: createMetrics() }),
    isSocket: true,
    cut,
  };
}
