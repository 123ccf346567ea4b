import { beforeEach, describe, expect, it } from 'vitest';
import { endAccount } from '../../../src/people/address/end-account.ts';
import type { AddressAccount } from '../../../src/people/address/queries.ts';
import { resumeWorkspaces } from '../../../src/workspace/runtime/resume-workspaces.ts';
import { stopFullWorkspaces } from '../../../src/workspace/runtime/stop-full-workspaces.ts';
import { stopUnneededWorkspaces } from '../../../src/workspace/runtime/stop-unneeded-workspaces.ts';
import { SessionBuffer } from '../../../src/workspace/sessions/session-buffer.ts';
import { contextOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { createFakeRuntime } from '../../support/fake-runtime.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { sweeperContext } from '../scene.ts';

const runtime = createFakeRuntime();
const site = useTestApp({ deps: { runtime, workspaceAddresses: runtime } });
const HOUR_MS = 3_600_000;
let cast: Cast;
let bob: Visitor;
let start: number;

beforeEach(async () => {
  cast = await buildCast(site.db);
  bob = await signIn(site.app, cast.bob);
  runtime.stopped = [];
  start = Date.now();
});

function hours(count: number): Date {
  return new Date(start + count * HOUR_MS);
}

async function runningPlace(): Promise<number> {
  const { id } = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  await bob.post(`/workspace/${id}/start`);
  return id;
}

async function sweepAt(at: Date, options: { idleStopHours?: number | null } = {}): Promise<void> {
  await stopUnneededWorkspaces(site.db, sweeperContext(at), { runtime, idleStopHours: 12, ...options });
}

async function opened(id: number): Promise<{ id: number; startedAt: Date }> {
  await bob.post(`/workspace/${id}/open`);
  const row = await site
    .db('workspace_sessions')
    .where({ workspace_id: id })
    .first<{ id: number; started_at: Date }>('id', 'started_at');
  return { id: row.id, startedAt: row.started_at };
}

async function flow(session: { id: number; startedAt: Date }, at: Date, isActive: boolean): Promise<void> {
  const buffer = new SessionBuffer(site.deps);
  buffer.note(session, at, { isActive, isPartlySeen: false });
  await buffer.close();
}

function stopRows(id: number): Promise<unknown[]> {
  return site
    .db('audit_logs')
    .where({ action_type: 'workspace_stopped', resource_id: String(id) })
    .select();
}

describe('a program that nobody uses', () => {
  it('is stopped after its hours, however long a tab stays connected, and its page says why', async () => {
    const id = await runningPlace();
    const session = await opened(id);
    await flow(session, hours(11.9), false);
    await sweepAt(hours(11.9));
    expect(runtime.state(id)).toBe('running');
    await sweepAt(hours(12.1));
    expect(runtime.state(id)).toBe('stopped');
    expect(await stopRows(id)).toMatchObject([
      {
        actor_type: 'system',
        user_id: cast.bob.id,
        company_id: cast.acme.id,
        success: true,
        ip_address: null,
        details: { because: 'unused' },
      },
    ]);
    expect(await site.db('workspace_sessions').where({ id: session.id }).first()).toMatchObject({
      end_reason: 'stopped',
    });
    expect((await bob.get(`/workspace/${id}`)).text).toContain('nobody had used it');
    await sweepAt(hours(13));
    expect(await stopRows(id)).toHaveLength(1);
  });

  it('is left alone while somebody is active there, and by an operator who wants no such stop', async () => {
    const id = await runningPlace();
    await flow(await opened(id), hours(11), true);
    await sweepAt(hours(22.9));
    await sweepAt(hours(100), { idleStopHours: null });
    expect(runtime.state(id)).toBe('running');
    await sweepAt(hours(23.1));
    expect(runtime.state(id)).toBe('stopped');
  });

  it('counts anew from its start, which also forgets why it was stopped', async () => {
    const id = await runningPlace();
    await sweepAt(hours(13));
    await bob.post(`/workspace/${id}/start`);
    await sweepAt(hours(11));
    expect(runtime.state(id)).toBe('running');
    await bob.post(`/workspace/${id}/stop`);
    expect((await bob.get(`/workspace/${id}`)).text).not.toContain('nobody had used it');
  });

  it('that cannot be stopped leaves a row that says so', async () => {
    const id = await runningPlace();
    const stuck = { ...runtime, stop: () => Promise.reject(new Error('it does not end')) };
    await stopUnneededWorkspaces(site.db, sweeperContext(hours(13)), { runtime: stuck, idleStopHours: 12 });
    expect(await stopRows(id)).toMatchObject([{ success: false, error_message: 'cannot-stop' }]);
  });
});

describe('a program that runs though nobody wants it', () => {
  it('is left alone when somebody starts it while the one before it ends', async () => {
    const [first, second] = [await runningPlace(), await runningPlace()];
    const wanted_running_since = hours(0);
    await site.db('workspaces').whereIn('id', [first, second]).update({ wanted_running_since: null });
    const slow = {
      ...runtime,
      listRecorded: () => [first, second],
      stop: async (id: number) => {
        await site.db('workspaces').where({ id: second }).update({ wanted_running_since });
        await runtime.stop(id);
      },
    };
    await stopUnneededWorkspaces(site.db, sweeperContext(hours(0.1)), { runtime: slow, idleStopHours: 12 });
    expect([runtime.state(first), runtime.state(second)]).toEqual(['stopped', 'running']);
    expect(await stopRows(second)).toEqual([]);
  });

  it('because an act was cut off is ended by the next look, with a row, and no other is', async () => {
    const [left, wanted] = [await runningPlace(), await runningPlace()];
    await site.db('workspaces').where({ id: left }).update({ wanted_running_since: null });
    runtime.recorded = [left, wanted];
    await sweepAt(hours(0.1));
    expect([runtime.state(left), runtime.state(wanted)]).toEqual(['stopped', 'running']);
    expect(await stopRows(left)).toMatchObject([{ success: true, details: { because: 'left-running' } }]);
    runtime.recorded = [];
  });

  it('is looked at once more before it is stopped: somebody may use it by now', async () => {
    const [first, second] = [await runningPlace(), await runningPlace()];
    const session = await opened(second);
    const slow = {
      ...runtime,
      stop: async (id: number) => {
        await flow(session, hours(12.9), true);
        await runtime.stop(id);
      },
    };
    await stopUnneededWorkspaces(site.db, sweeperContext(hours(13)), { runtime: slow, idleStopHours: 12 });
    expect([runtime.state(first), runtime.state(second)]).toEqual(['stopped', 'running']);
    expect(await stopRows(second)).toEqual([]);
  });
});

describe('a workspace that takes more of the disk than it may', () => {
  it('is stopped with its sessions, which say why, and its page tells what to do', async () => {
    const [full, other] = [await runningPlace(), await runningPlace()];
    const session = await opened(full);
    runtime.full = [full];
    const context = sweeperContext(hours(0.1));
    expect(await stopFullWorkspaces(site.db, context, { runtime })).toEqual({ stopped: 1 });
    runtime.full = [];
    expect([runtime.state(full), runtime.state(other)]).toEqual(['stopped', 'running']);
    expect(await stopRows(full)).toMatchObject([{ actor_type: 'system', details: { because: 'disk-full' } }]);
    const [ended] = await site
      .db('workspace_sessions')
      .where({ id: session.id })
      .select<{ end_reason: string }[]>();
    expect(ended).toMatchObject({ end_reason: 'stopped' });
    const ends = site.db('audit_logs').where({ action_type: 'workspace_session_expired' });
    expect(await ends.whereRaw(`details->>'workspace_session_id' = ?`, [String(session.id)])).toMatchObject([
      { details: { reason: 'stopped', cause: 'disk-full' } },
    ]);
    expect((await bob.get(`/workspace/${String(full)}`)).text).toContain('remove what is not needed');
  });
});

describe('a workspace whose memory is used up', () => {
  it('has ended with its sessions, which say why, and its page tells what to do', async () => {
    const [full, other] = [await runningPlace(), await runningPlace()];
    const session = await opened(full);
    runtime.memoryFull.set(full, hours(0.05));
    const context = sweeperContext(hours(0.1));
    expect(await stopFullWorkspaces(site.db, context, { runtime })).toEqual({ stopped: 1 });
    expect(await stopFullWorkspaces(site.db, context, { runtime })).toEqual({ stopped: 0 });
    runtime.memoryFull.clear();
    expect([runtime.state(full), runtime.state(other)]).toEqual(['stopped', 'running']);
    expect(await stopRows(full)).toMatchObject([
      { actor_type: 'system', details: { because: 'memory-full' } },
    ]);
    const ends = site.db('audit_logs').where({ action_type: 'workspace_session_expired' });
    expect(await ends.whereRaw(`details->>'workspace_session_id' = ?`, [String(session.id)])).toMatchObject([
      { details: { reason: 'stopped', cause: 'memory-full' } },
    ]);
    expect((await bob.get(`/workspace/${String(full)}`)).text).toContain('open less at once');
  });

  it('is not stopped for it when somebody starts it again at the same moment', async () => {
    const id = await runningPlace();
    runtime.memoryFull.set(id, new Date());
    // The start is written down, and has not reached the program yet.
    await bob.post(`/workspace/${String(id)}/start`);
    const context = sweeperContext(hours(0.1));
    expect(await stopFullWorkspaces(site.db, context, { runtime })).toEqual({ stopped: 0 });
    // The start comes while the job has looked and measures.
    const slow = {
      ...runtime,
      measureDisk: async () => {
        runtime.memoryFull.set(id, new Date(Date.now() + 1));
        await bob.post(`/workspace/${String(id)}/start`);
      },
    };
    expect(await stopFullWorkspaces(site.db, context, { runtime: slow })).toEqual({ stopped: 0 });
    runtime.memoryFull.clear();
    expect(runtime.state(id)).toBe('running');
    expect(await stopRows(id)).toEqual([]);
  });

  it('gets the limits of another plan while it runs, when its company buys one', async () => {
    const id = await runningPlace();
    const applied = (): string[] =>
      runtime.applied.filter((workspace) => workspace.id === id).map(({ plan_now: plan }) => plan);
    await stopFullWorkspaces(site.db, sweeperContext(hours(0.1)), { runtime });
    expect(applied()).toEqual(['trial']);
    await site
      .db('subscriptions')
      .where({ company_id: cast.acme.id })
      .update({
        plan: 'team',
        period_started_at: hours(0),
        period_ends_at: hours(720),
        trial_ends_at: hours(0),
      });
    await stopFullWorkspaces(site.db, sweeperContext(hours(0.2)), { runtime });
    expect(applied()).toEqual(['trial', 'team']);
  });
});

describe('a program whose owner has no access any more', () => {
  it('is stopped by the next look, with a row and a reason, also where the address was claimed', async () => {
    const [admins, claimed] = [await runningPlace(), await runningPlace()];
    await site.db('users').where('id', cast.bob.id).update({ email_confirmed_at: null });
    const [account] = await site.db('users').where('id', cast.bob.id).select<AddressAccount[]>('users.*');
    if (account === undefined) throw new Error('no account');
    await site.db('workspaces').where('id', admins).update({ owner_user_id: cast.alice.id });
    await sweepAt(hours(0.1));
    expect([runtime.state(admins), runtime.state(claimed)]).toEqual(['running', 'running']);
    await site.db.transaction((trx) => endAccount(trx, contextOf(site, cast.bob), account));
    await sweepAt(hours(0.1));
    expect([runtime.state(admins), runtime.state(claimed)]).toEqual(['running', 'stopped']);
    expect(await stopRows(claimed)).toMatchObject([
      { actor_type: 'system', company_id: cast.acme.id, details: { because: 'owner-deactivated' } },
    ]);
    const alice = await signIn(site.app, cast.alice);
    expect((await alice.get(`/workspace/${String(claimed)}`)).text).toContain(
      'access of its owner has ended',
    );
  });

  it('is left to a colleague who has it open, or who has started it since', async () => {
    const [open, started] = [await runningPlace(), await runningPlace()];
    const alice = await signIn(site.app, cast.alice);
    await alice.post(`/workspace/${String(open)}/open`);
    const deactivated_at = new Date();
    await site.db('users').where('id', cast.bob.id).update({ deactivated_at });
    await site
      .db('workspaces')
      .where('id', started)
      .update({ wanted_running_since: new Date(deactivated_at.getTime() + 1) });
    await sweepAt(hours(0.1));
    expect([runtime.state(open), runtime.state(started)]).toEqual(['running', 'running']);
  });
});

describe('a company whose subscription has lapsed', () => {
  async function lapse(): Promise<void> {
    await site
      .db('subscriptions')
      .where({ company_id: cast.acme.id })
      .update({ trial_ends_at: new Date(start - 1000) });
  }

  it('has its programs stopped, and nobody else has', async () => {
    const id = await runningPlace();
    const session = await opened(id);
    const charlie = await signIn(site.app, cast.charlie);
    const other = await buildWorkspace(site.db, {
      company_id: cast.charlie.company_id ?? 0,
      owner_user_id: cast.charlie.id,
    });
    await charlie.post(`/workspace/${other.id}/start`);
    await lapse();
    await sweepAt(hours(0.01));
    expect([runtime.state(id), runtime.state(other.id)]).toEqual(['stopped', 'running']);
    expect(await stopRows(id)).toMatchObject([{ details: { because: 'subscription-lapsed' } }]);
    expect(await site.db('workspace_sessions').where({ id: session.id }).first()).toMatchObject({
      end_reason: 'revoked',
    });
    expect((await bob.get(`/workspace/${id}`)).text).toContain('because the subscription has ended');
  });

  it('gets none of them back after a restart of the app, and what still lives of them ends', async () => {
    const [kept, lapsed] = [await runningPlace(), await runningPlace()];
    await site.db('workspaces').where({ id: lapsed }).update({ wanted_running_since: null });
    const next = createFakeRuntime();
    next.recorded = [kept, lapsed];
    await resumeWorkspaces(site.db, { ...site.deps, runtime: next });
    expect(next.stopped).toEqual([lapsed]);
    expect(next.started.map(({ id }) => id)).toContain(kept);
    expect(await stopRows(lapsed)).toMatchObject([
      { actor_type: 'system', details: { because: 'left-running' } },
    ]);
    await lapse();
    const last = createFakeRuntime();
    last.recorded = [kept];
    await resumeWorkspaces(site.db, { ...site.deps, runtime: last });
    await stopUnneededWorkspaces(site.db, sweeperContext(hours(0.01)), { runtime: last, idleStopHours: 12 });
    expect(last.stopped).toContain(kept);
    expect(last.started.map(({ id }) => id)).not.toContain(kept);
  });
});
