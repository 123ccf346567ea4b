import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { createMetrics } from '../../src/metrics.ts';
import { OpenConnections } from '../../src/workspace/open-connections.ts';
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
    for (const workspaceId of workspaceIds) {
      watched.add({
        label: `nowhere-${String(workspaceId)}`,
        tokenHash: null,
        workspaceId,
        session: { id: workspaceId, startedAt: new Date() },
        context: systemContext({ name: 'test', at: new Date(), log, metrics: createMetrics() }),
        isSocket: true,
        cut: () => cut.push(workspaceId),
      });
    }
    await watched.look();
    expect(cut).toEqual(workspaceIds);
  });
});
