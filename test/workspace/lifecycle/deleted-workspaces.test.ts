import { beforeEach, describe, expect, it } from 'vitest';
import { destroyWorkspaces } from '../../../src/workspace/lifecycle/destroy-workspaces.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildUser, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { createFakeRuntime } from '../../support/fake-runtime.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { enterWorkspace } from '../entry.ts';
import { sweeperContext } from '../scene.ts';
import { pastTriggers } from '../../support/postgres/past-triggers.ts';

const runtime = createFakeRuntime();
const site = useTestApp({ deps: { runtime, workspaceAddresses: runtime } });
const DAY_MS = 86_400_000;
let cast: Cast;
let bob: Visitor;

beforeEach(async () => {
  cast = await buildCast(site.db);
  bob = await signIn(site.app, cast.bob);
  runtime.destroyed = [];
  runtime.destruction = null;
});

async function deletedPlace(): Promise<{ id: number; name: string }> {
  const place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  // Shows that it was deleted, once.
  await bob.follow(await bob.post(`/workspace/${place.id}/delete`));
  return place;
}

async function agedBy(days: number, id: number): Promise<void> {
  await site
    .db('workspaces')
    .where({ id })
    .update({ deleted_at: new Date(Date.now() - days * DAY_MS) });
}

async function sweep(restoreDays = 7): ReturnType<typeof destroyWorkspaces> {
  return destroyWorkspaces(site.db, sweeperContext(new Date()), { runtime, restoreDays });
}

function rows(action: string, id: number): Promise<unknown[]> {
  return site
    .db('audit_logs')
    .where({ action_type: action, resource_id: String(id) })
    .orderBy('id')
    .select();
}

describe('a deleted workspace', () => {
  it('can be restored by its owner and the admin, at its old address, and by nobody else', async () => {
    const place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const { host } = await enterWorkspace(site.app, bob, place.id);
    const deletion = await bob.post(`/workspace/${place.id}/delete`);
    expect((await bob.follow(deletion)).text).toContain('It can be restored for 7 days');
    const list = await bob.get('/workspace/deleted');
    expect(list.text).toContain(place.name);
    expect(list.text).toContain(`/workspace/${place.id}/restore`);
    const carol = await signIn(site.app, await buildUser(site.db, { company_id: cast.acme.id }));
    const charlie = await signIn(site.app, cast.charlie);
    for (const other of [carol, charlie]) {
      expect((await other.get('/workspace/deleted')).text).not.toContain(place.name);
      expect((await other.post(`/workspace/${place.id}/restore`)).status).toBe(404);
    }
    const alice = await signIn(site.app, cast.alice);
    expect((await alice.get('/workspace/deleted')).text).toContain(place.name);
    const restored = await alice.post(`/workspace/${place.id}/restore`);
    expect((await alice.follow(restored)).text).toContain(`${place.name} is back`);
    expect((await enterWorkspace(site.app, bob, place.id)).host).toBe(host);
    expect((await bob.get('/workspace/deleted')).text).toContain('Nothing to restore');
    expect(await rows('workspace_restored', place.id)).toMatchObject([
      { success: true, user_id: cast.alice.id, details: { on_behalf: true, name: place.name } },
    ]);
    expect((await bob.post(`/workspace/${place.id}/restore`)).status).toBe(404);
  });

  it('stays deleted when its name is taken, the plan is full or has lapsed, and the evidence says so', async () => {
    const place = await deletedPlace();
    const restore = async (): Promise<string> =>
      (await bob.follow(await bob.post(`/workspace/${place.id}/restore`))).text;
    const own = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
    const namesake = await buildWorkspace(site.db, { ...own, name: place.name.toUpperCase() });
    expect(await restore()).toContain('now has another workspace named');
    for (const name of ['second', 'third']) await buildWorkspace(site.db, { ...own, name });
    await pastTriggers(site.database.ownerDb, 'workspaces', (rows) =>
      rows.where({ id: namesake.id }).update({ name: 'other' }),
    );
    expect(await restore()).toContain('has no room');
    await site
      .db('subscriptions')
      .where({ company_id: cast.acme.id })
      .update({ trial_ends_at: new Date(1) });
    expect(await restore()).toContain('without an active plan');
    expect(await rows('workspace_restored', place.id)).toMatchObject([
      { success: false, error_message: 'name-taken' },
      { success: false, error_message: 'plan-limit' },
      { success: false, error_message: 'subscription-lapsed' },
    ]);
    expect((await bob.get(`/workspace/${place.id}`)).status).toBe(404);
  });

  it('whose name is taken by now is restored under another one, with its address and everything in it', async () => {
    const place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const { host } = await enterWorkspace(site.app, bob, place.id);
    await bob.follow(await bob.post(`/workspace/${place.id}/delete`));
    const own = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
    const namesake = await buildWorkspace(site.db, { ...own, name: place.name });
    const restore = (fields = {}) => bob.post(`/workspace/${place.id}/restore`, fields);
    const asked = await restore();
    expect(asked.status).toBe(422);
    expect(asked.text).toContain(`Restore ${place.name} under a different name`);
    expect(asked.text).toContain(`name="name" value="${place.name}"`);
    for (const [name, text] of [
      ['', 'Enter a name for the workspace'],
      ['x'.repeat(61), 'up to 60 characters'],
      [`  ${namesake.name.toUpperCase()} `, 'now has another workspace named'],
      ['<b>\u0007', 'no invisible characters'],
    ] as const) {
      const again = await restore({ name });
      expect(again.status, name).toBe(422);
      expect(again.text).toContain(text);
      expect(again.text).toContain('under a different name');
      expect(again.text).not.toContain('<b>');
    }
    const restored = await bob.follow(await restore({ name: '  the first   one ' }));
    expect(restored.text).toContain('the first one is back');
    expect(await site.db('workspaces').where({ id: place.id }).first()).toMatchObject({
      name: 'the first one',
      deleted_at: null,
    });
    expect((await enterWorkspace(site.app, bob, place.id)).host).toBe(host);
    const details = { name: place.name };
    expect(await rows('workspace_restored', place.id)).toMatchObject([
      { success: false, error_message: 'name-taken', details },
      { success: false, error_message: 'name-taken', details: { new_name: place.name.toUpperCase() } },
      { success: true, details: { ...details, new_name: 'the first one' } },
    ]);
  });

  it('is not renamed by anybody who may not restore it, nor after its time', async () => {
    const place = await deletedPlace();
    const strangers = [cast.charlie, await buildUser(site.db, { company_id: cast.acme.id })];
    for (const person of strangers)
      for (const name of ['mine', ''])
        expect(
          (await (await signIn(site.app, person)).post(`/workspace/${place.id}/restore`, { name })).status,
        ).toBe(404);
    await agedBy(8, place.id);
    for (const name of ['mine', ''])
      expect((await bob.post(`/workspace/${place.id}/restore`, { name })).status).toBe(404);
    expect(await site.db('workspaces').where({ id: place.id }).first()).toMatchObject({ name: place.name });
    await sweep();
  });

  it('gets another port when its own was given away', async () => {
    const place = await deletedPlace();
    const { port } = await site.db('workspaces').where({ id: place.id }).first<{ port: number }>('port');
    await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id, port });
    await bob.post(`/workspace/${place.id}/restore`);
    const after = await site.db('workspaces').where({ id: place.id }).first();
    expect(after).toMatchObject({ deleted_at: null, deleted_by: null });
    expect(after.port).not.toBe(port);
  });

  it('is destroyed when its time is over, never before, and never restored then; its row stays', async () => {
    const [young, old] = [await deletedPlace(), await deletedPlace()];
    await agedBy(6.9, young.id);
    await agedBy(7.1, old.id);
    expect((await bob.get('/workspace/deleted')).text).not.toContain(old.name);
    expect((await bob.post(`/workspace/${old.id}/restore`)).status).toBe(404);
    await sweep();
    expect(runtime.destroyed).toEqual([old.id]);
    expect(await rows('workspace_destroyed', old.id)).toMatchObject([
      {
        success: true,
        actor_type: 'system',
        user_id: cast.bob.id,
        company_id: cast.acme.id,
        details: { name: old.name },
      },
    ]);
    expect(await site.db('workspaces').where({ id: old.id }).first()).toMatchObject({
      destroyed_at: expect.any(Date) as Date,
    });
    expect(await sweep()).toEqual({ destroyed: 0, failed: 0 });
    // A longer time that is set afterwards brings nothing back that is gone.
    await agedBy(1, old.id);
    expect((await bob.post(`/workspace/${old.id}/restore`)).status).toBe(404);
  });

  it('that cannot be destroyed leaves a row that says so, and is tried again', async () => {
    const place = await deletedPlace();
    await agedBy(8, place.id);
    runtime.destruction = new Error('EACCES');
    expect(await sweep()).toEqual({ destroyed: 0, failed: 1 });
    // Half gone, perhaps.
    await agedBy(1, place.id);
    expect((await bob.post(`/workspace/${place.id}/restore`)).status).toBe(404);
    await agedBy(8, place.id);
    runtime.destruction = null;
    expect(await sweep()).toEqual({ destroyed: 1, failed: 0 });
    expect(await rows('workspace_destroyed', place.id)).toMatchObject([
      { success: false, error_message: 'cannot-destroy' },
      { success: true, error_message: null },
    ]);
  });

  it('is kept while a hold on its company is open', async () => {
    const place = await deletedPlace();
    await agedBy(8, place.id);
    const olivia = await signIn(site.app, cast.olivia);
    const order = { kind: 'dispute', reference: 'CASE-1', person: '', reason: 'the bank asks for proof' };
    const placed = await olivia.post(`/admin/holds?company=${cast.acme.id}`, order);
    expect(placed.status).toBe(303);
    await sweep();
    expect(runtime.destroyed).toEqual([]);
    const hold = await site.db('legal_holds').where({ company_id: cast.acme.id }).first<{ id: number }>('id');
    await olivia.post(`/admin/holds/${hold.id}/release?company=${cast.acme.id}`, { note: 'over' });
    await sweep();
    expect(runtime.destroyed).toEqual([place.id]);
  });

  it('is left alone where workspaces run elsewhere', async () => {
    const place = await deletedPlace();
    await agedBy(8, place.id);
    const elsewhere = { ...runtime, isManaged: false };
    await destroyWorkspaces(site.db, sweeperContext(new Date()), { runtime: elsewhere, restoreDays: 7 });
    expect(await rows('workspace_destroyed', place.id)).toEqual([]);
  });
});
