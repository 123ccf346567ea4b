import { beforeEach, describe, expect, it } from 'vitest';
import { changeRole } from '../../src/people/change-role.ts';
import { deactivateUser } from '../../src/people/deactivate-user.ts';
import { reactivateUser } from '../../src/people/reactivate-user.ts';
import { NotFound } from '../../src/errors.ts';
import { WorkspaceSessionTracker } from '../../src/workspace/sessions/workspace-session-tracker.ts';
import { useTestApp } from '../support/app.ts';
import {
  buildAccessToken,
  buildCast,
  buildSshKey,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { PASSWORD, signIn, signInByForm } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import { contextOf, rowsOf } from '../auth/rows.ts';
import { pastTriggers } from '../support/postgres/past-triggers.ts';

const testApp = useTestApp();
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(testApp.db);
});

const target = (person: BuiltUser) => ({ companyId: cast.acme.id, userId: person.id });

const deactivate = (person: BuiltUser, by = cast.alice, at = new Date()) =>
  deactivateUser(testApp.db, contextOf(testApp, by, at), target(person));

const reactivate = (person: BuiltUser, by = cast.alice) =>
  reactivateUser(testApp.db, contextOf(testApp, by), target(person));

const giveRole = (person: BuiltUser, role: 'member' | 'admin', by = cast.alice) =>
  changeRole(testApp.db, contextOf(testApp, by), { ...target(person), role });

async function activeAdmins(): Promise<number> {
  const rows = await testApp
    .db('users')
    .where({ company_id: cast.acme.id, role: 'admin' })
    .whereNull('deactivated_at')
    .select('id');
  return rows.length;
}

describe('the role of a person', () => {
  it('changes from their next request on, with both roles on record', async () => {
    const bob = await signIn(testApp.app, cast.bob);
    expect((await bob.get('/admin')).status).toBe(403);
    expect(await giveRole(cast.bob, 'admin')).toEqual({ ok: true });
    expect((await bob.get('/admin')).status).not.toBe(403);
    const [row] = (await rowsOf(testApp.db, 'user_role_changed')).slice(-1);
    expect(row).toMatchObject({
      success: true,
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      resource_type: 'user',
      resource_id: String(cast.bob.id),
      details: { email: cast.bob.email, old_role: 'member', new_role: 'admin' },
    });
  });

  it('that is the same already changes nothing', async () => {
    expect(await giveRole(cast.bob, 'member')).toEqual({ ok: false, reason: 'unchanged' });
  });

  it('is marked when an operator changes it', async () => {
    await giveRole(cast.bob, 'admin', cast.olivia);
    const [row] = (await rowsOf(testApp.db, 'user_role_changed')).slice(-1);
    expect(row).toMatchObject({
      actor_type: 'operator',
      user_id: cast.olivia.id,
      company_id: cast.acme.id,
      details: { on_behalf_of_company: cast.acme.id },
    });
  });
});

describe('the last admin', () => {
  it('can neither be demoted nor removed, whoever tries', async () => {
    for (const by of [cast.alice, cast.olivia]) {
      expect(await giveRole(cast.alice, 'member', by)).toEqual({ ok: false, reason: 'last-admin' });
      expect(await deactivate(cast.alice, by)).toEqual({ ok: false, reason: 'last-admin' });
    }
    expect(await activeAdmins()).toBe(1);
  });

  it('is also who remains when the other admin is deactivated', async () => {
    const other = await buildUser(testApp.db, { company_id: cast.acme.id, role: 'admin' });
    await deactivate(other);
    expect(await giveRole(cast.alice, 'member')).toEqual({ ok: false, reason: 'last-admin' });
    expect(await giveRole(other, 'member')).toEqual({ ok: true });
  });

  it('stays when two admins remove or demote each other at the same moment', async () => {
    for (let round = 0; round < 4; round += 1) {
      const other = await buildUser(testApp.db, { company_id: cast.acme.id, role: 'admin' });
      const outcomes = await Promise.all([
        deactivate(other, cast.alice),
        giveRole(cast.alice, 'member', other),
        deactivate(cast.alice, other),
      ]);
      expect(await activeAdmins()).toBe(1);
      expect(outcomes.some(({ ok }) => !ok)).toBe(true);
      const reset = { role: 'admin', deactivated_at: null };
      await testApp.db('users').where({ id: cast.alice.id }).update(reset);
      const rest = testApp.db('users').where({ id: other.id }).whereNull('deactivated_at');
      await rest.update({ deactivated_at: new Date() });
      await pastTriggers(testApp.database.ownerDb, 'membership_periods', (rows) =>
        rows.where({ user_id: cast.alice.id }).update({ ended_at: null }),
      );
    }
  });
});

describe('deactivating a person', () => {
  it('ends every browser session at once, and the membership; all evidence stays', async () => {
    const [first, second] = [await signIn(testApp.app, cast.bob), await signIn(testApp.app, cast.bob)];
    expect((await first.get('/workspace')).status).toBe(200);
    expect(await deactivate(cast.bob)).toEqual({ ok: true });
    const left = await testApp
      .db('browser_sessions')
      .whereRaw("sess -> 'passport' ->> 'user' = ?", [String(cast.bob.id)]);
    expect(left).toEqual([]);
    for (const browser of [first, second]) {
      expect((await browser.get('/workspace')).headers.location).toMatch(/^\/auth\/login/);
    }
    const [period] = await testApp.db('membership_periods').where({ user_id: cast.bob.id });
    expect(period.ended_at).toBeInstanceOf(Date);
    expect((await rowsOf(testApp.db, 'login')).some((row) => row.user_id === cast.bob.id)).toBe(true);
    const [row] = (await rowsOf(testApp.db, 'user_deactivated')).slice(-1);
    expect(row).toMatchObject({
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      resource_id: String(cast.bob.id),
      details: { email: cast.bob.email, role: 'member', browser_sessions_ended: 2 },
    });
  });

  it('leaves other people signed in', async () => {
    const alice = await signIn(testApp.app, cast.alice);
    await signIn(testApp.app, cast.bob);
    await deactivate(cast.bob);
    expect((await alice.get('/workspace')).status).toBe(200);
  });

  it('ends their open workspace sessions', async () => {
    const workspace = await buildWorkspace(testApp.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.alice.id,
    });
    const context = { ...contextOf(testApp, cast.bob), browserSessionHash: 'b'.repeat(64) };
    const open = { companyId: cast.acme.id, workspaceId: workspace.id, accessMethod: 'web' } as const;
    await WorkspaceSessionTracker.startSession(testApp.db, context, open);
    const sessions = () => testApp.db('workspace_sessions').where({ user_id: cast.bob.id });
    expect(await sessions()).toMatchObject([{ ended_at: null }]);
    await deactivate(cast.bob);
    expect(await sessions()).toMatchObject([{ end_reason: 'revoked' }]);
  });

  it('shuts them out, and a second time changes nothing', async () => {
    await deactivate(cast.bob);
    expect(await deactivate(cast.bob)).toEqual({ ok: false, reason: 'already' });
    const response = await new Visitor(testApp.app).post('/auth/login', {
      email: cast.bob.email,
      password: PASSWORD,
    });
    expect(response.status).toBe(422);
  });

  it('never ends a membership before it began', async () => {
    expect(await deactivate(cast.bob, cast.alice, new Date(Date.now() - 60_000))).toEqual({ ok: true });
  });
});

describe('reactivating a person', () => {
  it('lets them in again with a new period of membership; old browser sessions stay dead', async () => {
    const before = await signIn(testApp.app, cast.bob);
    await deactivate(cast.bob);
    expect(await reactivate(cast.bob)).toEqual({ ok: true });
    expect(await reactivate(cast.bob)).toEqual({ ok: false, reason: 'already' });
    expect((await before.get('/workspace')).status).toBe(303);
    await signInByForm(testApp.app, cast.bob);
    const periods = await testApp.db('membership_periods').where({ user_id: cast.bob.id }).orderBy('id');
    expect(periods.map(({ ended_at: endedAt }) => endedAt === null)).toEqual([false, true]);
    const [row] = (await rowsOf(testApp.db, 'user_reactivated')).slice(-1);
    expect(row).toMatchObject({ user_id: cast.alice.id, resource_id: String(cast.bob.id) });
  });

  it('needs a place in the plan', async () => {
    await deactivate(cast.bob);
    for (let i = 0; i < 4; i += 1) await buildUser(testApp.db, { company_id: cast.acme.id });
    expect(await reactivate(cast.bob)).toEqual({ ok: false, reason: 'member-limit' });
  });
});

describe('what the platform’s staff do', () => {
  it('names the company in every row, also in those that follow from it', async () => {
    const workspace = await buildWorkspace(testApp.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
    });
    await buildAccessToken(testApp.db, cast.bob);
    await buildSshKey(testApp.db, cast.bob);
    const bob = { ...contextOf(testApp, cast.bob), browserSessionHash: 'd'.repeat(64) };
    await WorkspaceSessionTracker.startSession(testApp.db, bob, {
      companyId: cast.acme.id,
      workspaceId: workspace.id,
      accessMethod: 'web',
    });
    const context = contextOf(testApp, cast.olivia);
    await changeRole(testApp.db, context, { ...target(cast.bob), role: 'admin' });
    await deactivateUser(testApp.db, context, target(cast.bob));
    await reactivateUser(testApp.db, context, target(cast.bob));
    const rows = await testApp
      .db('audit_logs')
      .where({ request_id: context.requestId })
      .orderBy('id')
      .select(['action_type', 'actor_type', 'company_id'])
      .select(testApp.db.raw("details -> 'on_behalf_of_company' as on_behalf"));
    const of = (action_type: string, actor_type = 'operator') => ({
      action_type,
      actor_type,
      company_id: cast.acme.id,
      on_behalf: cast.acme.id,
    });
    expect(rows).toEqual([
      of('user_role_changed'),
      of('token_revoked'),
      of('ssh_key_removed'),
      of('workspace_session_expired', 'system'),
      of('user_deactivated'),
      of('user_reactivated'),
    ]);
  });
});

describe('a change that is not committed', () => {
  const changes: Record<string, (person: BuiltUser) => Promise<unknown>> = {
    'a new role': (person) => giveRole(person, 'admin'),
    'the end of access': (person) => deactivate(person),
    'access given back': (person) => reactivate(person),
  };

  it.each(Object.keys(changes))('changes nothing and leaves no row: %s', async (change) => {
    const person = await buildUser(testApp.db, { company_id: cast.acme.id });
    if (change === 'access given back') {
      await deactivate(person);
    }
    const stateOf = () =>
      Promise.all([
        testApp.db('users').where({ id: person.id }).select(['role', 'deactivated_at']),
        testApp.db('membership_periods').where({ user_id: person.id }).select(['started_at', 'ended_at']),
        testApp
          .db('audit_logs')
          .where({ resource_id: String(person.id), resource_type: 'user' })
          .pluck('id'),
      ]);
    const before = await stateOf();
    await refuseCommits(async () => {
      await expect(changes[change]?.(person)).rejects.toThrow('the commit is refused');
    });
    expect(await stateOf()).toEqual(before);
  });
});

/** As when the connection breaks at the last moment: what was done is refused by a trigger at the commit. */
async function refuseCommits(during: () => Promise<void>): Promise<void> {
  const { ownerDb } = testApp.database;
  await ownerDb.raw(`create function refuse_commit() returns trigger language plpgsql as
    $$ begin raise exception 'the commit is refused'; end $$`);
  await ownerDb.raw(`create constraint trigger refuse_commit after update on users
    deferrable initially deferred for each row execute function refuse_commit()`);
  await during().finally(async () => {
    await ownerDb.raw('drop trigger refuse_commit on users');
    await ownerDb.raw('drop function refuse_commit');
  });
}

describe('a person of another company', () => {
  it('cannot be touched, and looks like one who does not exist', async () => {
    for (const person of [cast.charlie, cast.olivia, { ...cast.bob, id: 999_999 }]) {
      await expect(deactivate(person)).rejects.toBeInstanceOf(NotFound);
      await expect(reactivate(person)).rejects.toBeInstanceOf(NotFound);
      await expect(giveRole(person, 'admin')).rejects.toBeInstanceOf(NotFound);
    }
  });
});
