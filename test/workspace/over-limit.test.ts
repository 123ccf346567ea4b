import { beforeEach, describe, expect, it } from 'vitest';
import { stopUnneededWorkspaces } from '../../src/workspace/runtime/stop-unneeded-workspaces.ts';
import { useTestApp } from '../support/app.ts';
import { createFakeRuntime } from '../support/fake-runtime.ts';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { sweeperContext } from './scene.ts';

const runtime = createFakeRuntime();
const site = useTestApp({ deps: { runtime, workspaceAddresses: runtime } });
const DAY_MS = 86_400_000;
let cast: Cast;
let alice: Visitor;

beforeEach(async () => {
  cast = await buildCast(site.db);
  alice = await signIn(site.app, cast.alice);
  await paidFor('team');
});

const paidFor = (plan: string, days = 20): Promise<number> =>
  site
    .db('subscriptions')
    .where('company_id', cast.acme.id)
    .update({
      plan,
      trial_ends_at: new Date(Date.now() - 60 * DAY_MS),
      period_started_at: new Date(Date.now() - 10 * DAY_MS),
      period_ends_at: new Date(Date.now() + days * DAY_MS),
    });
const sweep = (days = 0): ReturnType<typeof stopUnneededWorkspaces> =>
  stopUnneededWorkspaces(site.db, sweeperContext(new Date(Date.now() + days * DAY_MS)), {
    runtime,
    idleStopHours: null,
  });

async function runningPlace(owner: { id: number }): Promise<number> {
  const { id } = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: owner.id });
  await alice.post(`/workspace/${String(id)}/start`);
  expect(runtime.state(id)).toBe('running');
  return id;
}
const places = async (count: number, owner: { id: number } = cast.bob): Promise<number[]> => {
  const ids: number[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await runningPlace(owner));
  return ids;
};
const isOpen = async (visitor: Visitor, id: number): Promise<boolean> =>
  (await visitor.post(`/workspace/${String(id)}/open`)).status === 303;
const colleague = (): Promise<BuiltUser> => buildUser(site.db, { company_id: cast.acme.id, role: 'member' });

describe('workspaces over the limit of a plan that has become smaller', () => {
  it('are stopped and kept: the oldest three stay open, and the page of another says why', async () => {
    const ids = await places(5);
    expect(await isOpen(alice, ids[4] ?? 0)).toBe(true);
    await paidFor('starter');
    await sweep();
    expect(ids.map((id) => runtime.state(id))).toEqual([
      'running',
      'running',
      'running',
      'stopped',
      'stopped',
    ]);
    const rows = await site
      .db('workspaces')
      .whereIn('id', ids)
      .orderBy('id')
      .select('deleted_at', 'stopped_because');
    expect(rows.map(({ deleted_at }) => deleted_at as unknown)).toEqual([null, null, null, null, null]);
    expect(rows[4]).toMatchObject({ stopped_because: 'over-limit' });
    const ended = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', company_id: cast.acme.id })
      .select<{ details: Record<string, unknown> }[]>('details');
    expect(ended.map(({ details }) => details.cause)).toEqual(['over-limit']);
    expect(await isOpen(alice, ids[2] ?? 0)).toBe(true);
    expect(await isOpen(alice, ids[3] ?? 0)).toBe(false);
    await alice.post(`/workspace/${String(ids[3])}/start`);
    expect(runtime.state(ids[3] ?? 0)).toBe('stopped');
    const page = await alice.get(`/workspace/${String(ids[3])}`);
    expect(page.text).toContain('Your plan has no room for this workspace');
    expect(page.text).not.toContain(`action="/workspace/${String(ids[3])}/start"`);
    const list = await alice.get('/workspace');
    expect(list.text.match(/Closed: over the plan/g)).toHaveLength(2);
    expect(list.text).toContain('More than the plan has room for');
    expect((await alice.get('/billing')).text).toContain(
      'Nothing is deleted: the oldest workspaces and people',
    );
    const refusals = await site
      .db('audit_logs')
      .where({ company_id: cast.acme.id, success: false })
      .orderBy('id')
      .pluck<string[]>('error_message');
    expect(refusals).toEqual(['over-limit', 'over-limit']);
  });

  it('open again when the plan grows, or when others make room', async () => {
    const ids = await places(4);
    await paidFor('starter');
    await sweep();
    const last = ids[3] ?? 0;
    await alice.post(`/workspace/${String(last)}/start`);
    expect(runtime.state(last)).toBe('stopped');
    await site
      .db('workspaces')
      .where('id', ids[0])
      .update({ deleted_at: new Date(), deleted_by: cast.alice.id, wanted_running_since: null });
    await alice.post(`/workspace/${String(last)}/start`);
    expect(runtime.state(last)).toBe('running');
    await site.db('workspaces').where('id', ids[0]).update({ deleted_at: null, deleted_by: null });
    await sweep();
    expect(runtime.state(last)).toBe('stopped');
    await paidFor('team');
    await alice.post(`/workspace/${String(last)}/start`);
    expect(await isOpen(alice, last)).toBe(true);
  });

  it('close at the moment at which a smaller plan that was paid ahead begins, without any other step', async () => {
    const ids = await places(4);
    await site
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({ next_plan: 'starter', next_period_ends_at: new Date(Date.now() + 50 * DAY_MS) });
    await sweep(19);
    expect(ids.map((id) => runtime.state(id))).toEqual(['running', 'running', 'running', 'running']);
    await sweep(21);
    expect(ids.map((id) => runtime.state(id))).toEqual(['running', 'running', 'running', 'stopped']);
  });

  it('of people over the limit are closed with them; admins stay, and then the oldest', async () => {
    const newer = [await colleague(), await colleague()];
    const late = await buildUser(site.db, { company_id: cast.acme.id, role: 'admin' });
    const [bobs] = await places(1);
    const [first] = await places(1, newer[0]);
    await paidFor('starter');
    await sweep();
    // Alice and the late admin, then Bob.
    expect(runtime.state(bobs ?? 0)).toBe('running');
    expect(runtime.state(first ?? 0)).toBe('stopped');
    const colleagues = await signIn(site.app, newer[0] as BuiltUser);
    expect(await isOpen(colleagues, first ?? 0)).toBe(false);
    expect((await colleagues.get('/workspace')).status).toBe(200);
    expect(await isOpen(await signIn(site.app, late), bobs ?? 0)).toBe(true);
    await site.db('users').where('id', late.id).update({ deactivated_at: new Date() });
    await alice.post(`/workspace/${String(first)}/start`);
    expect(await isOpen(colleagues, first ?? 0)).toBe(true);
  });

  it('are nobody else’s business: another company’s are as they were', async () => {
    const ids = await places(4);
    const theirs = await buildWorkspace(site.db, {
      company_id: cast.globex.id,
      owner_user_id: cast.charlie.id,
    });
    const charlie = await signIn(site.app, cast.charlie);
    await charlie.post(`/workspace/${String(theirs.id)}/start`);
    await paidFor('starter');
    await sweep();
    expect(runtime.state(theirs.id)).toBe('running');
    expect(runtime.state(ids[3] ?? 0)).toBe('stopped');
  });
});
