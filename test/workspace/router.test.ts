import supertest from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { createTestApp, useTestApp } from '../support/app.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { backdate as setBack, minute, unique } from './scene.ts';
import { pastTriggers } from '../support/postgres/past-triggers.ts';

const METRICS_TOKEN = 'k7Rr2PzXw9Lq4Tn8';
const site = useTestApp({
  env: { WORKSPACE_PORT_MIN: '21000', WORKSPACE_PORT_MAX: '21999', METRICS_TOKEN },
});
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(site.db);
});

describe('the list', () => {
  it('invites a new person to make the first workspace, and shows how much the plan allows', async () => {
    const page = await (await signIn(site.app, cast.bob)).get('/workspace');
    expect(page.status).toBe(200);
    expect(page.text).toContain('No workspaces yet');
    expect(page.text).toContain('0 of 3 workspaces');
    expect(page.text).toContain('name="name"');
  });

  it('shows a member their own workspaces and an admin everybody’s with the owner', async () => {
    await workspaceOf(cast.bob, { name: 'bobs-place' });
    await workspaceOf(cast.alice, { name: 'alices-place' });
    const bobs = await (await signIn(site.app, cast.bob)).get('/workspace');
    expect(bobs.text).toContain('bobs-place');
    expect(bobs.text).not.toContain('alices-place');
    const alices = await (await signIn(site.app, cast.alice)).get('/workspace');
    expect(alices.text).toContain('bobs-place');
    expect(alices.text).toContain('alices-place');
    expect(alices.text).toContain('data-label="Owner">Bob<');
    const charlies = await (await signIn(site.app, cast.charlie)).get('/workspace');
    expect(charlies.text).not.toMatch(/bobs-place|alices-place/);
  });

  it('shows the hours that usage stats count, each overlap once', async () => {
    const place = await workspaceOf(cast.bob);
    const hour = 3_600_000;
    const start = new Date(Date.now() - 3 * hour);
    const at = (hours: number): Date => new Date(start.getTime() + hours * hour);
    await sessionIn(place, cast.bob, { from: at(0), to: at(1.5) });
    await sessionIn(place, cast.bob, { from: at(1), to: at(2) });
    // On the first hours of a month part of it belongs to the month before.
    const month = new Date(Date.now() + 3 * hour);
    const monthStart = Date.UTC(month.getUTCFullYear(), month.getUTCMonth()) - 3 * hour;
    const seconds = Math.max(0, Math.floor((at(2).getTime() - Math.max(at(0).getTime(), monthStart)) / 1000));
    const page = await (await signIn(site.app, cast.bob)).get('/workspace');
    const expected = seconds === 7200 ? '2 hrs 0 mins' : String(Math.floor((seconds % 3600) / 60));
    expect(page.text).toContain(expected);
  });

  it('goes on from page to page, newest first, without losing or repeating one', async () => {
    const names: string[] = [];
    for (let index = 0; index < 60; index += 1) names.unshift((await workspaceOf(cast.bob)).name);
    const alice = await signIn(site.app, cast.alice);
    const seen: string[] = [];
    let url: string | undefined = '/workspace';
    let last = '';
    while (url !== undefined) {
      last = url;
      const { text } = await alice.get(url);
      seen.push(...Array.from(text.matchAll(/<strong>(workspace-\d+)</g), (match) => match[1] ?? ''));
      url = linkOf(text, 'next');
    }
    expect(seen).toEqual(names);
    const newer = linkOf((await alice.get(last)).text, 'prev') ?? '';
    expect((await alice.get(newer)).text).toContain(names[25]);
    expect((await alice.get('/workspace?before=nonsense&after=-1')).status).toBe(200);
  });

  it('keeps the answer to whether a workspace is in use up to date', async () => {
    const place = await workspaceOf(cast.bob);
    await sessionIn(place, cast.bob, { from: new Date(Date.now() - 60_000), to: null });
    const bob = await signIn(site.app, cast.bob);
    expect((await bob.get('/workspace')).text).toContain('In use');
    const [session] = await sessionsOf(place);
    await setBack(site.database.ownerDb, session?.id ?? 0, minute(0));
    expect((await bob.get('/workspace')).text).not.toContain('In use');
  });
});

describe('creating', () => {
  it('makes a workspace on a port of the range and goes to its page', async () => {
    const bob = await signIn(site.app, cast.bob);
    const answer = await bob.post('/workspace', { name: '  my   project ' });
    expect(answer.status).toBe(303);
    const page = await bob.follow(answer);
    expect(page.text).toContain('my project');
    expect(page.text).toContain('is ready');
    const row = await site.db('workspaces').where({ owner_user_id: cast.bob.id }).first<WorkspaceRow>();
    expect(row).toMatchObject({ name: 'my project', company_id: cast.acme.id });
    expect(row.port).toBeGreaterThanOrEqual(21_000);
    expect(row.port).toBeLessThanOrEqual(21_999);
    const [audit] = await auditRows('workspace_create', cast.bob);
    expect(audit).toMatchObject({ success: true, request_path: '/workspace', resource_id: String(row.id) });
  });

  it.each([
    ['', 'Enter a name'],
    ['   ', 'Enter a name'],
    ['x'.repeat(61), 'up to 60 characters'],
    ['bell\u0007', 'no invisible characters'],
    ['nul\0', 'no invisible characters'],
    ['\u202Eabc', 'no invisible characters'],
    ['a\u200Bb', 'no invisible characters'],
    ['\u3164', 'no invisible characters'],
    ['!!!', 'a letter or a digit'],
  ])('shows the form again for the name %j', async (name, message) => {
    const bob = await signIn(site.app, cast.bob);
    const page = await bob.post('/workspace', { name });
    expect(page.status).toBe(422);
    expect(page.text).toMatch(new RegExp(`id="name-error"[^]*${message}`));
    expect(page.text).toContain('href="#name"');
    expect(await site.db('workspaces').where({ company_id: cast.acme.id })).toEqual([]);
  });

  it('without a name, or with two, is a form to be mended and no fault', async () => {
    const bob = await signIn(site.app, cast.bob);
    expect((await bob.post('/workspace', {})).status).toBe(422);
    expect((await bob.post('/workspace', { name: ['a', 'b'] as never })).status).toBe(422);
  });

  it('says beside the field that a name is taken, keeps what was typed, and escapes it', async () => {
    const bob = await signIn(site.app, cast.bob);
    await bob.post('/workspace', { name: '<b>Web</b>' });
    const page = await bob.post('/workspace', { name: '<b>WEB</b>' });
    expect(page.status).toBe(422);
    expect(page.text).toContain('Your company already has a workspace with this name');
    expect(page.text).toContain('value="&lt;b&gt;WEB&lt;/b&gt;"');
    expect(page.text).not.toContain('<b>WEB</b>');
  });

  it('beyond the plan is refused with the way to a larger one', async () => {
    for (let index = 0; index < 3; index += 1) await workspaceOf(cast.bob);
    const bob = await signIn(site.app, cast.bob);
    expect((await bob.get('/workspace')).text).not.toContain('name="name"');
    const page = await bob.post('/workspace', { name: 'fourth' });
    expect(page.status).toBe(422);
    expect(page.text).toContain('Your plan has no room');
    expect(page.text).toContain('href="/billing"');
    const [audit] = await auditRows('workspace_create', cast.bob);
    expect(audit).toMatchObject({ success: false, error_message: 'plan-limit' });
  });

  it('speaks Turkish to people whose language it is, also about their faults', async () => {
    const ayse = await buildUser(site.db, { company_id: cast.acme.id, locale: 'tr' });
    const visitor = await signIn(site.app, ayse);
    expect((await visitor.get('/workspace')).text).toContain('Henüz çalışma alanı yok');
    expect((await visitor.post('/workspace', { name: '' })).text).toContain('Çalışma alanına bir ad verin.');
  });
});

describe('opening', () => {
  it('starts a session, writes it into the evidence and shows it', async () => {
    const place = await workspaceOf(cast.bob);
    const bob = await signIn(site.app, cast.bob, { 'user-agent': 'Firefox of Bob' });
    const answer = await bob.post(`/workspace/${String(place.id)}/open`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(`/workspace/${String(place.id)}`);
    const [session] = await sessionsOf(place);
    expect(session).toMatchObject({ user_id: cast.bob.id, user_agent: 'Firefox of Bob', ended_at: null });
    expect(session?.session_id).toMatch(/^[0-9a-f]{64}$/);
    const [access] = await auditRows('workspace_access', cast.bob);
    expect(access).toMatchObject({
      success: true,
      resource_id: String(place.id),
      details: { workspace_session_id: session?.id, access_method: 'web', name: place.name },
    });
    expect(access?.details).not.toHaveProperty('on_behalf');
    const page = await bob.follow(answer);
    expect(page.text).toContain('In use by you');
    expect(page.text).not.toContain(session?.session_id);
    // Activity on this page is no use of a workspace that has an address of its own.
    expect(page.text).not.toContain('workspace.js');
    expect(page.text).toContain(`/workspace/${String(place.id)}/enter`);
  });

  it('of a workspace without an address of its own makes its page report what is done on it', async () => {
    const place = await workspaceOf(cast.bob);
    const plain = await createTestApp({ database: site.database, withoutHosts: true });
    const bob = await signIn(plain.app, cast.bob);
    expect((await bob.get('/workspace')).text).toContain(`/workspace/${String(place.id)}/open`);
    const page = await bob.follow(await bob.post(`/workspace/${String(place.id)}/open`));
    expect(page.text).toMatch(/<script type="module" src="[^"]*workspace\.js" nonce="[\w-]+">/);
    expect(page.text).not.toContain('/enter');
    await plain.close();
  });

  it('twenty times at once is one session', async () => {
    const place = await workspaceOf(cast.bob);
    const bob = await signIn(site.app, cast.bob);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => bob.post(`/workspace/${String(place.id)}/open`)),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([303]));
    const sessions = await sessionsOf(place);
    expect(sessions).toHaveLength(1);
    const accesses = await auditRows('workspace_access', cast.bob);
    expect(new Set(accesses.map((row) => row.details.workspace_session_id))).toEqual(
      new Set([sessions[0]?.id]),
    );
  });

  it('in two browsers is two sessions', async () => {
    const place = await workspaceOf(cast.bob);
    for (const bob of [await signIn(site.app, cast.bob), await signIn(site.app, cast.bob)]) {
      await bob.post(`/workspace/${String(place.id)}/open`);
    }
    expect(await sessionsOf(place)).toHaveLength(2);
  });

  it('of a colleague’s workspace by an admin is marked as such', async () => {
    const place = await workspaceOf(cast.bob);
    const alice = await signIn(site.app, cast.alice);
    expect((await alice.get(`/workspace/${String(place.id)}`)).text).toContain(
      'This workspace belongs to Bob',
    );
    await alice.post(`/workspace/${String(place.id)}/open`);
    const [access] = await auditRows('workspace_access', cast.alice);
    expect(access?.details).toMatchObject({ owner_user_id: cast.bob.id, on_behalf: true });
    const page = await (await signIn(site.app, cast.bob)).get(`/workspace/${String(place.id)}`);
    expect(page.text).toContain('data-label="Person"><div>Alice<');
    expect(page.text).toContain('Hidden');
  });

  it('with a lapsed subscription is refused with the way to renew, and the refusal is in the evidence', async () => {
    const place = await workspaceOf(cast.bob);
    await lapse(cast.acme.id);
    const bob = await signIn(site.app, cast.bob);
    const page = await bob.post(`/workspace/${String(place.id)}/open`);
    expect(page.status).toBe(403);
    expect(page.text).toContain('Your trial has ended');
    expect(page.text).toContain('href="/billing"');
    expect(await sessionsOf(place)).toEqual([]);
    expect(await auditRows('workspace_access', cast.bob)).toMatchObject([
      { success: false, error_message: 'subscription-lapsed', resource_id: String(place.id) },
    ]);
    const list = await bob.get('/workspace');
    expect(list.text).toContain(place.name);
    expect(list.text).toContain('Your trial has ended');
    expect(list.text).not.toContain('/open"');
    expect((await bob.post('/workspace', { name: 'late' })).status).toBe(422);
  });

  it('sixty times in a minute is as often as anybody may', async () => {
    const dave = await buildUser(site.db, { company_id: cast.acme.id });
    const place = await workspaceOf(dave);
    const visitor = await signIn(site.app, dave);
    const statuses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const answers = Array.from({ length: 10 }, () => visitor.post(`/workspace/${String(place.id)}/open`));
      statuses.push(...(await Promise.all(answers)).map((answer) => answer.status));
    }
    expect(statuses.filter((status) => status === 303)).toHaveLength(60);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe('activity', () => {
  it('from the page’s script is noted without an answer to show', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await backdate(workspaceSessionId, 3);
    const answer = await report(bob, place.id, { workspaceSessionId }, token);
    expect(answer.status).toBe(204);
    const [session] = await sessionsOf(place);
    expect(session).toMatchObject({ activity_count: 1, ended_at: null });
    expect(Date.now() - (session?.last_activity_at.getTime() ?? 0)).toBeLessThan(60_000);
  });

  it('from the button goes back to the page and says so', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    await backdate(workspaceSessionId, 3);
    const answer = await bob.post(`/workspace/${String(place.id)}/activity`, {
      sessionId: workspaceSessionId,
    });
    expect(answer.status).toBe(303);
    expect((await bob.follow(answer)).text).toContain('you are still here');
    expect(await sessionsOf(place)).toMatchObject([{ activity_count: 1 }]);
  });

  it('without naming a session is noted for the one that is open', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await backdate(workspaceSessionId, 3);
    expect((await report(bob, place.id, {}, token)).status).toBe(204);
    expect(await sessionsOf(place)).toMatchObject([{ activity_count: 1 }]);
  });

  it('sent by a loop counts once', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await backdate(workspaceSessionId, 3);
    await Promise.all(Array.from({ length: 25 }, () => report(bob, place.id, { workspaceSessionId }, token)));
    expect(await sessionsOf(place)).toMatchObject([{ activity_count: 1 }]);
  });

  it('is noted in memory after the first report, and in the session a few seconds later', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await backdate(workspaceSessionId, 9);
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(204);
    const last_activity_at = new Date(Date.now() - 180_000);
    await pastTriggers(site.database.ownerDb, 'workspace_sessions', (rows) =>
      rows.where({ id: workspaceSessionId }).update({ last_activity_at }),
    );
    await site.sessions.flush();
    const statements: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void statements.push(sql);
    site.db.on('query', listen);
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(204);
    site.db.off('query', listen);
    expect(statements, 'the rights of the person').toEqual([expect.stringContaining('from users where id')]);
    expect(await sessionsOf(place)).toMatchObject([{ activity_count: 1 }]);
    const metrics = await supertest(site.app).get('/metrics').auth(METRICS_TOKEN, { type: 'bearer' });
    expect(metrics.text).toContain('activity_pending_touches 1');
    await site.sessions.flush();
    expect(await sessionsOf(place)).toMatchObject([{ activity_count: 2 }]);
  });

  it('in a session that is in memory is refused to others, without a form token and after the end', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(204);
    expect((await report(bob, place.id, { workspaceSessionId }, 'wrong')).status).toBe(403);
    for (const person of [cast.alice, cast.charlie, cast.bob]) {
      const other = await signIn(site.app, person);
      const answer = await report(other, place.id, { workspaceSessionId }, await formToken(other));
      expect(answer.status).toBe(404);
    }
    await bob.post(`/workspace/${String(place.id)}/close`);
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(409);
  });

  it('in a session that is in memory is refused once the person is deactivated', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(204);
    await site.db('users').where({ id: cast.bob.id }).update({ deactivated_at: new Date() });
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(403);
  });

  it('after a long break starts a new session, which is in the evidence as an opening', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await backdate(workspaceSessionId, 45);
    const answer = await report(bob, place.id, { workspaceSessionId }, token);
    expect(answer.status).toBe(200);
    const [old, next] = await sessionsOf(place);
    expect(answer.body).toMatchObject({ state: 'restarted', sessionId: next?.id });
    expect(old).toMatchObject({ id: workspaceSessionId, end_reason: 'idle', duration_seconds: 0 });
    expect(next).toMatchObject({ ended_at: null });
    expect((await auditRows('workspace_access', cast.bob)).at(-1)?.details).toMatchObject({
      workspace_session_id: next?.id,
      resumed_after_session_id: workspaceSessionId,
    });
    // The old page still names the old session; the open session gets the activity.
    await backdate(next?.id ?? 0, 2);
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(204);
    expect(await sessionsOf(place)).toMatchObject([{ activity_count: 0 }, { activity_count: 1 }]);
  });

  it('after a long break by the button says that a new session has started', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    await backdate(workspaceSessionId, 45);
    const answer = await bob.post(`/workspace/${String(place.id)}/activity`, {
      sessionId: workspaceSessionId,
    });
    expect((await bob.follow(answer)).text).toContain('The last session ended after 30 minutes');
    expect(await sessionsOf(place)).toHaveLength(2);
  });

  it('after the workspace was closed gets the answer that it is over', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await bob.post(`/workspace/${String(place.id)}/close`);
    const answer = await report(bob, place.id, { workspaceSessionId }, token);
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({ state: 'ended', reason: 'closed' });
    const button = await bob.post(`/workspace/${String(place.id)}/activity`, {
      sessionId: workspaceSessionId,
    });
    expect(button.status).toBe(303);
    expect((await bob.follow(button)).text).toContain('This session has ended');
    expect(await sessionsOf(place)).toHaveLength(1);
  });

  it('in a workspace that was never opened gets the answer that none is open', async () => {
    const place = await workspaceOf(cast.bob);
    const bob = await signIn(site.app, cast.bob);
    const token = await formToken(bob);
    expect((await report(bob, place.id, {}, token)).body).toEqual({ state: 'ended', reason: 'not-open' });
  });

  it('after the subscription lapsed ends the session at its last activity', async () => {
    const { bob, place, workspaceSessionId, token } = await opened();
    await backdate(workspaceSessionId, 10);
    await lapse(cast.acme.id);
    const answer = await report(bob, place.id, { workspaceSessionId }, token);
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({ state: 'ended', reason: 'revoked' });
    expect(await sessionsOf(place)).toMatchObject([{ end_reason: 'revoked', duration_seconds: 0 }]);
  });

  it('with another person’s session, or one of another workspace, is refused and changes nothing', async () => {
    const { place, workspaceSessionId } = await opened();
    const [before] = await sessionsOf(place);
    const alice = await signIn(site.app, cast.alice);
    const token = await formToken(alice);
    expect((await report(alice, place.id, { workspaceSessionId }, token)).status).toBe(404);
    await alice.post(`/workspace/${String(place.id)}/open`);
    expect((await report(alice, place.id, { workspaceSessionId }, token)).status).toBe(404);
    const elsewhere = await workspaceOf(cast.alice);
    expect((await report(alice, elsewhere.id, { workspaceSessionId }, token)).status).toBe(404);
    expect((await report(alice, place.id, { workspaceSessionId: 'abc' }, token)).status).toBe(404);
    expect((await sessionsOf(place))[0]).toEqual(before);
  });

  it('of another browser of the same person is refused', async () => {
    const { place, workspaceSessionId } = await opened();
    const second = await signIn(site.app, cast.bob);
    expect((await report(second, place.id, { workspaceSessionId }, await formToken(second))).status).toBe(
      404,
    );
  });

  it('without or with a wrong form token is refused', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    expect((await report(bob, place.id, { workspaceSessionId }, 'wrong')).status).toBe(403);
    expect((await bob.rawPost(`/workspace/${String(place.id)}/activity`)).status).toBe(403);
  });
});

describe('closing', () => {
  it('ends the session now, leaves a sign-off and says how long it was', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    await backdate(workspaceSessionId, 20);
    const answer = await bob.post(`/workspace/${String(place.id)}/close`);
    expect(answer.status).toBe(303);
    expect((await bob.follow(answer)).text).toMatch(/is closed\. The session lasted 20 min/);
    const [session] = await sessionsOf(place);
    expect(session).toMatchObject({ end_reason: 'closed' });
    expect(await auditRows('workspace_closed', cast.bob)).toMatchObject([
      { success: true, details: { workspace_session_id: workspaceSessionId, reason: 'closed' } },
    ]);
  });

  it('too late ends it at its last activity, and the page says that it had ended', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    await backdate(workspaceSessionId, 24 * 60);
    const answer = await bob.post(`/workspace/${String(place.id)}/close`);
    expect((await bob.follow(answer)).text).toContain('had already closed after 30 minutes');
    expect(await sessionsOf(place)).toMatchObject([{ end_reason: 'idle', duration_seconds: 0 }]);
    expect(await auditRows('workspace_session_expired', cast.bob)).toHaveLength(1);
  });

  it('what is not open is no fault', async () => {
    const place = await workspaceOf(cast.bob);
    const bob = await signIn(site.app, cast.bob);
    const answer = await bob.post(`/workspace/${String(place.id)}/close`);
    expect((await bob.follow(answer)).text).toContain('was not open in this browser');
  });

  it('leaves the session of another browser alone', async () => {
    const { place } = await opened();
    const second = await signIn(site.app, cast.bob);
    await second.post(`/workspace/${String(place.id)}/close`);
    expect(await sessionsOf(place)).toMatchObject([{ ended_at: null }]);
  });

  it('happens by signing out', async () => {
    const { bob, place } = await opened();
    await bob.post('/auth/logout');
    expect(await sessionsOf(place)).toMatchObject([{ end_reason: 'signed-out' }]);
  });
});

describe('deleting', () => {
  it('asks first, then removes the workspace everywhere and keeps the evidence', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    const question = await bob.get(`/workspace/${String(place.id)}/delete`);
    expect(question.status).toBe(200);
    expect(question.text).toContain(`Delete ${place.name}?`);
    const answer = await bob.post(`/workspace/${String(place.id)}/delete`);
    expect(answer.status).toBe(303);
    expect((await bob.follow(answer)).text).toContain(`${place.name} was deleted`);
    expect(await sessionsOf(place)).toMatchObject([{ id: workspaceSessionId, end_reason: 'deleted' }]);
    expect(await site.db('workspaces').where({ id: place.id }).first()).toMatchObject({
      deleted_by: cast.bob.id,
      name: place.name,
    });
    expect(await auditRows('workspace_delete', cast.bob)).toMatchObject([
      { success: true, resource_id: String(place.id), details: { name: place.name, sessions_ended: 1 } },
    ]);
    expect(await auditRows('workspace_session_expired', cast.bob)).toMatchObject([
      { details: { workspace_session_id: workspaceSessionId, reason: 'deleted' } },
    ]);
    expect(await auditRows('workspace_access', cast.bob)).toHaveLength(1);
  });

  it('makes every address of it a missing page', async () => {
    const { bob, place, token, workspaceSessionId } = await opened();
    await bob.post(`/workspace/${String(place.id)}/delete`);
    const base = `/workspace/${String(place.id)}`;
    for (const path of [base, `${base}/delete`]) expect((await bob.get(path)).status).toBe(404);
    for (const path of ['open', 'close', 'delete', 'activity']) {
      expect((await bob.post(`${base}/${path}`)).status, path).toBe(404);
    }
    expect((await report(bob, place.id, { workspaceSessionId }, token)).status).toBe(404);
    expect(await sessionsOf(place)).toHaveLength(1);
  });

  it('by an admin of a colleague’s workspace is marked as such', async () => {
    const place = await workspaceOf(cast.bob);
    const alice = await signIn(site.app, cast.alice);
    expect((await alice.get(`/workspace/${String(place.id)}/delete`)).text).toContain('belongs to Bob');
    await alice.post(`/workspace/${String(place.id)}/delete`);
    expect(await auditRows('workspace_delete', cast.alice)).toMatchObject([
      { details: { owner_user_id: cast.bob.id, on_behalf: true } },
    ]);
  });

  it('is possible with a lapsed subscription', async () => {
    const place = await workspaceOf(cast.bob);
    await lapse(cast.acme.id);
    const bob = await signIn(site.app, cast.bob);
    expect((await bob.post(`/workspace/${String(place.id)}/delete`)).status).toBe(303);
  });

  it('while it is being opened never leaves an open session behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      const place = await workspaceOf(cast.bob);
      const [bob, alice] = [await signIn(site.app, cast.bob), await signIn(site.app, cast.alice)];
      const base = `/workspace/${String(place.id)}`;
      await Promise.all([
        ...Array.from({ length: 4 }, () => bob.post(`${base}/open`)),
        alice.post(`${base}/delete`),
        ...Array.from({ length: 4 }, () => bob.post(`${base}/open`)),
      ]);
      expect((await sessionsOf(place)).filter((session) => session.ended_at === null)).toEqual([]);
    }
  });
});

describe('the page of a workspace', () => {
  it('lists sessions newest first, from page to page', async () => {
    const place = await workspaceOf(cast.bob);
    for (let index = 0; index < 40; index += 1) {
      // Ten at the same moment, so that the order within a moment counts as well.
      const from = minute(Math.floor(index / 10) * 100);
      await sessionIn(place, cast.bob, { from, to: new Date(from.getTime() + (index + 1) * 60_000) });
    }
    const bob = await signIn(site.app, cast.bob);
    const lengths: number[] = [];
    let url: string | undefined = `/workspace/${String(place.id)}`;
    while (url !== undefined) {
      const { text } = await bob.get(url);
      lengths.push(
        ...Array.from(text.matchAll(/data-label="Length">(\d+) min/g), (match) => Number(match[1])),
      );
      url = linkOf(text, 'next')?.replace('#history', '');
    }
    expect(lengths).toEqual(Array.from({ length: 40 }, (_each, index) => 40 - index));
  });

  it('shows hours as the union, in total and for each person', async () => {
    const place = await workspaceOf(cast.bob);
    await sessionIn(place, cast.bob, { from: minute(0), to: minute(50) });
    await sessionIn(place, cast.bob, { from: minute(10), to: minute(55) });
    await sessionIn(place, cast.alice, { from: minute(0), to: minute(4) });
    const { text } = await (await signIn(site.app, cast.bob)).get(`/workspace/${String(place.id)}`);
    expect(text).toContain('<strong>59 mins connected</strong>');
    expect(text).toContain('55 mins connected, 0 mins active, in 2 sessions');
    expect(text).toContain('4 mins connected, 0 mins active, in 1 session');
  });

  it('does not say that a forgotten session is still in use', async () => {
    const { bob, place, workspaceSessionId } = await opened();
    await backdate(workspaceSessionId, 300);
    const { text } = await bob.get(`/workspace/${String(place.id)}`);
    expect(text).not.toContain('In use');
    expect(text).toContain('Idle');
  });

  it.each(['0', '-1', 'abc', '1.5', '1e3', '01', '99999999999999999999', '%00', "1'--"])(
    'is missing for the address %s',
    async (id) => {
      const bob = await signIn(site.app, cast.bob);
      expect((await bob.get(`/workspace/${id}`)).status).toBe(404);
      expect((await bob.post(`/workspace/${id}/open`)).status).toBe(404);
    },
  );
});

interface WorkspaceRow {
  id: number;
  name: string;
  port: number;
}

interface SessionRow {
  id: number;
  session_id: string;
  ended_at: Date | null;
  last_activity_at: Date;
}

async function workspaceOf(person: BuiltUser, overrides: { name?: string } = {}): Promise<WorkspaceRow> {
  if (person.company_id === null) throw new Error('operators have no workspaces');
  return buildWorkspace(site.db, {
    company_id: person.company_id,
    owner_user_id: person.id,
    ...overrides,
  });
}

async function opened() {
  const place = await workspaceOf(cast.bob);
  const bob = await signIn(site.app, cast.bob);
  await bob.post(`/workspace/${String(place.id)}/open`);
  const [session] = await sessionsOf(place);
  return { bob, place, workspaceSessionId: session?.id ?? 0, token: await formToken(bob) };
}

async function formToken(visitor: Visitor): Promise<string> {
  return /name="_csrf" value="([^"]+)"/.exec((await visitor.get('/workspace')).text)?.[1] ?? '';
}

/** As the page's script does it. */
function report(
  visitor: Visitor,
  id: number,
  { workspaceSessionId }: { workspaceSessionId?: number | string },
  token: string,
) {
  return visitor
    .rawPost(`/workspace/${String(id)}/activity`)
    .set({ 'x-csrf-token': token, accept: 'application/json' })
    .type('form')
    .send({ sessionId: workspaceSessionId });
}

async function sessionsOf(place: { id: number }): Promise<SessionRow[]> {
  return site.db('workspace_sessions').where({ workspace_id: place.id }).orderBy('id');
}

/** Sets stored times back, since the app's own clock is the real one. */
async function backdate(workspaceSessionId: number, minutes: number): Promise<void> {
  await setBack(site.database.ownerDb, workspaceSessionId, new Date(Date.now() - minutes * 60_000));
}

async function sessionIn(
  place: { id: number },
  person: BuiltUser,
  { from, to }: { from: Date; to: Date | null },
): Promise<void> {
  await site.db('workspace_sessions').insert({
    company_id: person.company_id,
    workspace_id: place.id,
    user_id: person.id,
    started_at: from,
    ended_at: to,
    end_reason: to === null ? null : 'closed',
    last_activity_at: to ?? from,
    session_id: unique('browser'),
    access_method: 'web',
  });
}

async function lapse(companyId: number): Promise<void> {
  await site
    .db('subscriptions')
    .where({ company_id: companyId })
    .update({ trial_ends_at: new Date(Date.now() - 60_000) });
}

interface AuditRow {
  details: Record<string, unknown>;
}

async function auditRows(action: string, person: BuiltUser): Promise<AuditRow[]> {
  return site.db('audit_logs').where({ action_type: action, user_id: person.id }).orderBy('id');
}

function linkOf(html: string, rel: 'next' | 'prev'): string | undefined {
  return new RegExp(`rel="${rel}" href="([^"]+)"`).exec(html)?.[1];
}
