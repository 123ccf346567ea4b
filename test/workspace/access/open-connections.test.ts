import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { newSecret } from '../../../src/secret-token.ts';
import { contextOfGrant } from '../../../src/workspace/access/authorize-request.ts';
import { browserFacts, type BrowserClient } from '../../../src/workspace/access/find-access-facts.ts';
import { OpenConnections, type OpenConnection } from '../../../src/workspace/access/open-connections.ts';
import type { KeyHolder } from '../../../src/workspace/ssh/one-time-secrets.ts';
import { openSshConnection } from '../../../src/workspace/ssh/open-ssh-connection.ts';
import { sshFacts, type SshClient } from '../../../src/workspace/ssh/ssh-facts.ts';
import { createSshOpeningsLimit } from '../../../src/workspace/ssh/ssh-openings.ts';
import { sessionBuffer, type SessionBuffer } from '../../../src/workspace/sessions/session-buffer.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { buildCast, buildSshKey, buildUser, buildWorkspace } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';

const database = useTestDatabase();
const log = pino({ level: 'silent' });
let watched: { close(): void } | undefined;

afterEach(() => watched?.close());

describe('what is open through the gateway', () => {
  it('is cut when it is no longer allowed, whatever is wrong with another connection', async () => {
    const cast = await buildCast(database.db);
    const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
    const workspaceIds = [
      await buildWorkspace(database.db, owned),
      await buildWorkspace(database.db, owned),
    ].map(({ id }) => id);
    const cut: number[] = [];
    const addressOf = (): Promise<null> => Promise.reject(new Error('nobody knows where it runs'));
    const of = new OpenConnections({
      ...{ db: database.db, log, facts: browserFacts },
      addresses: { addressOf },
      rules: { mustRun: false },
    });
    watched = of;
    for (const workspaceId of workspaceIds) of.add(connectionTo(workspaceId, () => cut.push(workspaceId)));
    await of.look();
    expect(cut).toEqual(workspaceIds);
  });

  it('is watched until it is removed, whichever others were removed before', async () => {
    const cut: number[] = [];
    const of = new OpenConnections({
      ...{ db: database.db, log, facts: browserFacts },
      rules: { mustRun: false },
    });
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

describe('one that goes while it is decided about', () => {
  let connection: OpenConnection<SshClient>;
  let keyId: number;
  const cut = vi.fn();
  const note = vi.fn();
  const warn = vi.spyOn(log, 'warn');

  beforeEach(async () => {
    for (const spy of [cut, note, warn]) spy.mockReset();
    const owner = await buildUser(database.db, { role: 'admin' });
    const owned = { company_id: owner.company_id!, owner_user_id: owner.id };
    const { id } = await buildWorkspace(database.db, owned);
    await database.db('workspaces').where({ id }).update({ wanted_running_since: new Date() });
    keyId = (await buildSshKey(database.db, owner)).id;
    connection = await openedBySsh({ keyId, companyId: owned.company_id, userId: owner.id });
  });

  /** By SSH: there a connection is a session. */
  async function openedBySsh(holder: KeyHolder): Promise<OpenConnection<SshClient>> {
    const context = systemContext({ name: 'test', at: new Date(), log });
    const entry = await openSshConnection(database.db, context, {
      ...{ holder, secret: newSecret(), wanted: null, openCount: 0, mustRun: true, isReserved: () => false },
      openings: createSshOpeningsLimit(database.db),
    });
    if (!entry.allowed) throw new Error(entry.refusal.reason);
    const { grant, session, channel, connectionHash } = entry;
    return {
      client: { connectionHash },
      ...{ workspaceId: grant.workspaceId, session, channel, isSocket: true, cut },
      context: contextOfGrant(context, grant),
    };
  }

  type Deps = ConstructorParameters<typeof OpenConnections<SshClient>>[0];

  function watch(deps: Partial<Omit<Deps, 'facts'>> & { find?: Deps['facts']['find'] }) {
    const { find = sshFacts.find, ...others } = deps;
    const settle = (): Promise<void> => Promise.resolve();
    const buffer = { note, settle } as unknown as SessionBuffer;
    const of = new OpenConnections<SshClient>({
      ...{ db: sessionBuffer.attach(database.db, buffer), log, rules: { mustRun: true } },
      facts: { ...sshFacts, find },
      ...others,
    });
    watched = of;
    return of;
  }

  const sessions = (): Promise<Record<string, unknown>[]> =>
    database
      .db('workspace_sessions')
      .where({ workspace_id: connection.workspaceId })
      .orderBy('id')
      .select('id', 'end_reason');

  it('opens no session for nobody when its own has just ended', async () => {
    const of = watch({
      find: async (db, clients, at) => {
        remove();
        const workspaceSessionId = connection.session.id;
        await WorkspaceSessionTracker.endSession(db, connection.context, {
          workspaceSessionId,
          reason: 'closed',
        });
        return sshFacts.find(db, clients, at);
      },
    });
    const remove = of.add(connection);
    await of.look();
    expect(await sessions()).toEqual([{ id: connection.session.id, end_reason: 'closed' }]);
    expect([cut, note, warn].flatMap((spy) => spy.mock.calls)).toEqual([]);
  });

  it('is not sent away any more when its access was taken back, and its neighbour is', async () => {
    const neighbour = {
      ...connectionTo(0, vi.fn()),
      client: { connectionHash: 'nobody' },
    };
    await database.db('ssh_keys').where({ id: keyId }).update({ removed_at: new Date() });
    const of = watch({
      find: async (db, clients, at) => {
        const facts = await sshFacts.find(db, clients, at);
        // Behind the first statement of the decision, and long before its answer.
        setImmediate(remove);
        return facts;
      },
    });
    const remove = of.add(connection);
    of.add(neighbour);
    await of.look();
    expect(of.size).toBe(1);
    expect(await sessions()).toEqual([{ id: connection.session.id, end_reason: 'revoked' }]);
    expect([cut, note, warn].flatMap((spy) => spy.mock.calls)).toEqual([]);
    expect(neighbour.cut).toHaveBeenCalledWith('unknown-host');
    remove();
    expect(of.size).toBe(1);
  });

  it.each([null, { port: 1 }])(
    'is neither cut nor noted when its workspace listens at %j',
    async (address) => {
      const addressOf = (): Promise<typeof address> => {
        remove();
        return Promise.resolve(address);
      };
      const of = watch({ addresses: { addressOf } });
      const remove = of.add(connection);
      await of.look();
      expect(await sessions()).toEqual([{ id: connection.session.id, end_reason: null }]);
      expect([cut, note, warn].flatMap((spy) => spy.mock.calls)).toEqual([]);
    },
  );
});

/** A connection to a host that does not exist, so that nobody may enter. */
function connectionTo(workspaceId: number, cut: () => void): OpenConnection<BrowserClient> {
  return {
    client: { label: `nowhere-${String(workspaceId)}`, tokenHash: null },
    workspaceId,
    session: { id: workspaceId, startedAt: new Date() },
    context: systemContext({ name: 'test', at: new Date(), log }),
    isSocket: true,
    cut,
  };
}
