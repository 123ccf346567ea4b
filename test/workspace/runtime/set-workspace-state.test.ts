import type { Knex } from 'knex';
import { beforeEach, describe, expect, it } from 'vitest';
import { shutDownWorkspaces } from '../../../src/workspace/runtime/shut-down-workspaces.ts';
import { buildAccessToken, buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { createFakeRuntime } from '../../support/fake-runtime.ts';
import { useTestApp } from '../../support/app.ts';
import supertest from 'supertest';
import { signIn } from '../../support/sign-in.ts';
import { backdate, sweeperContext } from '../scene.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { stopFullWorkspaces } from '../../../src/workspace/runtime/stop-full-workspaces.ts';
import { resumeWorkspaces } from '../../../src/workspace/runtime/resume-workspaces.ts';
import { askForwardAuth, enterWorkspace } from '../entry.ts';

const runtime = createFakeRuntime();
const site = useTestApp({
  deps: { runtime, workspaceAddresses: runtime },
  env: { TRUST_PROXY: 'loopback' },
});
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(site.db);
  runtime.outcome = { ok: true };
  runtime.log = [];
});

async function bobsPlace(): Promise<number> {
  return (await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id })).id;
}

function rowsOf(id: number): Promise<unknown[]> {
  return site
    .db('audit_logs')
    .where({ resource_type: 'workspace', resource_id: String(id) })
    .orderBy('id')
    .select('action_type', 'success', 'error_message');
}

async function sessionsOf(id: number): Promise<Record<string, unknown>[]> {
  return site.db('workspace_sessions').where({ workspace_id: id }).orderBy('id').select();
}

describe('the program of a workspace', () => {
  it('is started, restarted and stopped from its page, with an audit row for each outcome', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    runtime.log = ['<b>hello</b>'];
    for (const act of ['start', 'restart', 'stop'])
      expect((await bob.post(`/workspace/${id}/${act}`)).status).toBe(303);
    expect(await rowsOf(id)).toMatchObject([
      { action_type: 'workspace_started', success: true },
      { action_type: 'workspace_restarted', success: true },
      { action_type: 'workspace_stopped', success: true },
    ]);
    const page = await bob.get(`/workspace/${id}`);
    expect(page.text).toContain('Stopped');
    expect(page.text).toContain('&lt;b&gt;hello');
  });

  it('leaves the walls and the limits in the row of each start, and shows use against limit', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    const limits = {
      memory_mb: 2048,
      processes: 500,
      cpu_percent: 200,
      disk_mb: 9000,
      disk_files: 1_152_000,
      disk_bound_by: 'quota',
      bound_by: 'cgroup',
    } as const;
    runtime.held = { limits, use: { memoryBytes: 1_572_864_000, processes: 31, endedForMemory: 2 } };
    for (const act of ['start', 'restart', 'stop']) await bob.post(`/workspace/${id}/${act}`);
    const rows = await site
      .db('audit_logs')
      .where({ resource_type: 'workspace', resource_id: String(id) })
      .orderBy('id')
      .pluck<object[]>('details');
    expect(rows.slice(0, 2)).toMatchObject([
      { sandbox: 'none', network: 'shared', limits },
      { sandbox: 'none', network: 'shared', limits },
    ]);
    expect(rows[2]).not.toHaveProperty('limits');
    await bob.post(`/workspace/${id}/start`);
    const running = await bob.get(`/workspace/${id}`);
    for (const text of [
      '1,500 of 2,048 MB',
      '31 of 500',
      'at most 200 % of one processor',
      '2 programs were ended',
    ])
      expect(running.text).toContain(text);
    runtime.held = { limits: { ...limits, bound_by: 'prlimit', cpu_percent: null }, use: null };
    const without = await bob.get(`/workspace/${id}`);
    expect(without.text).toContain('at most 2,048 MB of data for each process');
    expect(without.text).not.toContain('of one processor');
    runtime.held = { limits: null, use: null };
  });

  it('shows what a quota counts, says when the disk is full, and is not stopped for it', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    const limits = {
      ...{ memory_mb: null, processes: null, cpu_percent: null, bound_by: 'none' as const },
      ...{ disk_mb: 100, disk_files: 12_800, disk_bound_by: 'quota' as const },
    };
    runtime.held = { limits, use: null };
    const disk = { usedBytes: 41_943_040, limitBytes: 104_857_600, isFull: false, mustStop: false };
    runtime.disk = { ...disk, files: { used: 3456, limit: 12_800 } };
    await bob.post(`/workspace/${id}/start`);
    const page = await bob.get(`/workspace/${id}`);
    for (const text of ['40 of 100 MB', 'Files and folders', '3,456 of 12,800'])
      expect(page.text).toContain(text);
    expect(page.text).not.toContain('is full');
    runtime.disk = { ...disk, files: null, usedBytes: 104_857_600, isFull: true };
    const full = await bob.get(`/workspace/${id}`);
    expect(full.text).toContain('The disk of this workspace is full');
    expect(full.text).not.toContain('Files and folders');
    const context = sweeperContext(new Date());
    expect(await stopFullWorkspaces(site.db, context, { runtime })).toEqual({ stopped: 0 });
    expect(runtime.state(id)).toBe('running');
    runtime.held = { limits: null, use: null };
    runtime.disk = null;
  });

  it('leaves a row that says why it did not start', async () => {
    const id = await bobsPlace();
    runtime.outcome = { ok: false, reason: 'ended' };
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    expect(await rowsOf(id)).toMatchObject([
      { action_type: 'workspace_started', success: false, error_message: 'ended' },
    ]);
    expect((await bob.get(`/workspace/${id}`)).text).toContain('Crashed');
  });

  it('does not start when the subscription has lapsed or the plan has no room', async () => {
    const ids = [await bobsPlace(), await bobsPlace(), await bobsPlace(), await bobsPlace()];
    const bob = await signIn(site.app, cast.bob);
    for (const id of ids) await bob.post(`/workspace/${id}/start`);
    expect(ids.map((id) => runtime.state(id))).toEqual(['running', 'running', 'running', 'stopped']);
    expect(await rowsOf(ids[3] ?? 0)).toMatchObject([{ success: false, error_message: 'over-limit' }]);
    await site
      .db('subscriptions')
      .where({ company_id: cast.acme.id })
      .update({ trial_ends_at: new Date(Date.now() - 1000) });
    await bob.post(`/workspace/${ids[0] ?? 0}/restart`);
    expect((await rowsOf(ids[0] ?? 0)).at(-1)).toMatchObject({ error_message: 'subscription-lapsed' });
  });

  it('takes what is open in it along when it is stopped, at the last proof of life, and not when it restarts', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    await bob.post(`/workspace/${id}/open`);
    await bob.post(`/workspace/${id}/restart`);
    expect(await sessionsOf(id)).toMatchObject([{ ended_at: null }]);
    await bob.post(`/workspace/${id}/stop`);
    const [session] = await sessionsOf(id);
    expect(session).toMatchObject({ end_reason: 'stopped', ended_at: session?.last_activity_at });
  });

  it('that stops with the app ends what is open in it as app-shutdown, and nothing elsewhere', async () => {
    const [stopping, other] = [await bobsPlace(), await bobsPlace()];
    const bob = await signIn(site.app, cast.bob);
    for (const id of [stopping, other]) {
      await bob.post(`/workspace/${id}/start`);
      await bob.post(`/workspace/${id}/open`);
    }
    const closing = { ...runtime, close: () => Promise.resolve([stopping]) };
    await shutDownWorkspaces(site.db, { ...site.deps, runtime: closing });
    const [session] = await sessionsOf(stopping);
    expect(session).toMatchObject({ end_reason: 'app-shutdown', ended_at: session?.last_activity_at });
    expect(await sessionsOf(other)).toMatchObject([{ ended_at: null }]);
    const ends = site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', user_id: cast.bob.id });
    expect(await ends).toMatchObject([{ actor_type: 'system', details: { reason: 'app-shutdown' } }]);
  });

  it('that outlives the app ends nothing, and a database that is away keeps no app from stopping', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    await bob.post(`/workspace/${id}/open`);
    const outliving = { ...runtime, close: () => Promise.resolve([]) };
    await shutDownWorkspaces(site.db, { ...site.deps, runtime: outliving });
    const away = (() => {
      throw new Error('the database is away');
    }) as unknown as Knex;
    const closing = { ...runtime, close: () => Promise.resolve([id]) };
    await shutDownWorkspaces(Object.assign(away, { transaction: away }), { ...site.deps, runtime: closing });
    expect(await sessionsOf(id)).toMatchObject([{ ended_at: null }]);
  });

  it('stays stopped when it is stopped while it starts', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    const { start } = runtime;
    runtime.start = async (workspace) => {
      runtime.start = start;
      const outcome = await start(workspace);
      await bob.post(`/workspace/${id}/stop`);
      return runtime.start(workspace).then(() => outcome);
    };
    await (await signIn(site.app, cast.alice)).post(`/workspace/${id}/start`);
    expect(runtime.state(id)).toBe('stopped');
    expect((await rowsOf(id)).at(-1)).toMatchObject({ action_type: 'workspace_started', success: false });
  });

  it('that runs already is not put off its idle stop by a start, and the row says that it ran', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    const since = () => site.db('workspaces').where({ id }).first('wanted_running_since');
    await bob.post(`/workspace/${id}/start`);
    const before = await since();
    await bob.post(`/workspace/${id}/start`);
    expect(await since()).toEqual(before);
    const rows = site.db('audit_logs').where({ action_type: 'workspace_started', resource_id: String(id) });
    expect(await rows.orderBy('id')).toMatchObject([{}, { details: { already_running: true } }]);
  });

  it('that does not end is reported and recorded', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    const { stop } = runtime;
    runtime.stop = () => Promise.reject(new Error('it does not end'));
    const answer = await bob.post(`/workspace/${id}/stop`);
    expect((await bob.follow(answer)).text).toContain('does not stop');
    expect((await rowsOf(id)).at(-1)).toMatchObject({ success: false, error_message: 'cannot-stop' });
    expect((await bob.post(`/workspace/${id}/delete`)).status).toBe(303);
    runtime.stop = stop;
  });

  it('is not opened anew by a report of use once it has stopped', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    const { bearer } = await buildAccessToken(site.db, cast.bob);
    const opened = await supertest(site.app).post(`/api/v1/workspaces/${id}/sessions`).set(bearer);
    const past = new Date(Date.now() - 40 * 60_000);
    await backdate(site.database.ownerDb, opened.body.id, past);
    await WorkspaceSessionTracker.endIdleSessions(site.db, sweeperContext(new Date()));
    await bob.post(`/workspace/${id}/stop`);
    const touched = await supertest(site.app).post(`/api/v1/sessions/${opened.body.id}/touch`).set(bearer);
    expect([touched.status, touched.body.reason]).toEqual([409, 'stopped']);
    expect(await sessionsOf(id)).toMatchObject([{ end_reason: 'idle' }]);
  });

  it('ends with the deletion of its workspace', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    await bob.post(`/workspace/${id}/delete`);
    expect(runtime.state(id)).toBe('stopped');
    expect((await rowsOf(id)).at(-1)).toMatchObject({ action_type: 'workspace_stopped', success: true });
  });

  it('is brought back after a restart of the app unless it was stopped or deleted', async () => {
    const [kept, stopped, deleted] = [await bobsPlace(), await bobsPlace(), await bobsPlace()];
    const bob = await signIn(site.app, cast.bob);
    for (const id of [kept, stopped, deleted]) await bob.post(`/workspace/${id}/start`);
    await bob.post(`/workspace/${stopped}/stop`);
    await bob.post(`/workspace/${deleted}/delete`);
    const next = createFakeRuntime();
    await resumeWorkspaces(site.db, { ...site.deps, runtime: next });
    const ids = next.started.map(({ id }) => id);
    expect(ids).toContain(kept);
    expect(ids).not.toContain(stopped);
    expect(ids).not.toContain(deleted);
  });

  it('is nobody else’s to start', async () => {
    const id = await bobsPlace();
    const charlie = await signIn(site.app, cast.charlie);
    for (const act of ['start', 'restart', 'stop'])
      expect((await charlie.post(`/workspace/${id}/${act}`)).status).toBe(404);
    expect(runtime.state(id)).toBe('stopped');
  });
});

describe('a workspace that was stopped', () => {
  it('lets nobody in, by neither way, opens no session, and shows the way to its start', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    const guest = await enterWorkspace(site.app, bob, id);
    await bob.post(`/workspace/${id}/stop`);
    const html = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const page = await supertest(site.app)
      .get('/')
      .set({ host: guest.host, cookie: guest.cookie, ...html });
    expect(page.status).toBe(409);
    expect(page.text).toContain('/workspace/at/');
    const asked = await askForwardAuth(site.app, guest, html);
    expect(asked.status).toBe(303);
    expect(asked.headers.location).toContain('/workspace/at/');
    expect((await askForwardAuth(site.app, guest)).status).toBe(401);
    expect(await site.db('workspace_sessions').where({ workspace_id: id })).toEqual([]);
  });

  it('is not opened by a click or by a program either: only what runs can be used', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    const { bearer } = await buildAccessToken(site.db, cast.bob);
    expect((await bob.post(`/workspace/${id}/open`)).status).toBe(403);
    const asked = await supertest(site.app).post(`/api/v1/workspaces/${id}/sessions`).set(bearer);
    expect([asked.status, asked.body.type]).toEqual([409, 'urn:youarecoder:problem:not-running']);
    expect(await site.db('workspace_sessions').where({ workspace_id: id })).toEqual([]);
    const refusals = site
      .db('audit_logs')
      .where({ action_type: 'workspace_access', resource_id: String(id) });
    expect(await refusals).toMatchObject([
      { success: false, error_message: 'not-running' },
      { success: false, error_message: 'not-running' },
    ]);
    await supertest(site.app).post(`/api/v1/workspaces/${id}/start`).set(bearer).expect(200);
    expect((await supertest(site.app).get(`/api/v1/workspaces/${id}`).set(bearer)).body.state).toBe(
      'running',
    );
    await supertest(site.app).post(`/api/v1/workspaces/${id}/sessions`).set(bearer).expect(201);
  });

  it('is started by the person who opens it in a browser, and its page says when that fails', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    expect((await bob.get(`/workspace/${id}`)).text).toContain('Start and open');
    runtime.outcome = { ok: false, reason: 'ended' };
    const failed = await bob.post(`/workspace/${id}/enter`);
    expect(failed.headers.location).toBe(`/workspace/${id}`);
    expect((await bob.get(`/workspace/${id}`)).text).toContain('did not start');
    expect(await site.db('workspace_tickets').where({ workspace_id: id })).toEqual([]);
    runtime.outcome = { ok: true };
    const entered = await bob.post(`/workspace/${id}/enter`);
    expect(entered.headers.location).toContain('?entry=');
    expect(runtime.state(id)).toBe('running');
    expect(await rowsOf(id)).toMatchObject([
      { action_type: 'workspace_started', success: false },
      { action_type: 'workspace_started', success: true },
      { action_type: 'workspace_entry_granted', success: true },
    ]);
  });

  it('that cannot be started for the plan’s sake is not entered', async () => {
    const ids = [await bobsPlace(), await bobsPlace(), await bobsPlace(), await bobsPlace()];
    const bob = await signIn(site.app, cast.bob);
    for (const id of ids) await bob.post(`/workspace/${id}/enter`);
    expect(runtime.state(ids[3] ?? 0)).toBe('stopped');
    expect((await bob.get(`/workspace/${ids[3] ?? 0}`)).text).toContain('no room for this workspace');
  });

  it('lets its people in again once it runs', async () => {
    const id = await bobsPlace();
    const bob = await signIn(site.app, cast.bob);
    await bob.post(`/workspace/${id}/start`);
    expect((await bob.get(`/workspace/${id}`)).text).toContain(`/workspace/${id}/enter`);
    const guest = await enterWorkspace(site.app, bob, id);
    expect((await askForwardAuth(site.app, guest)).status).toBe(204);
    expect(await site.db('workspace_sessions').where({ workspace_id: id })).toHaveLength(1);
  });
});
