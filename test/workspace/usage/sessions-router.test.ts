import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';

const site = useTestApp();
let cast: Cast;
let bobs: { id: number; name: string };
let alices: { id: number; name: string };
let count = 0;

beforeEach(async () => {
  cast = await buildCast(site.db);
  bobs = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  alices = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.alice.id });
});

describe('the sessions of a person', () => {
  it('are their own, with minutes, or that nothing was counted', async () => {
    await used({ from: '2026-06-03T06:00Z', minutes: 60, connected: 61, active: 12 });
    await used({ from: '2026-06-03T09:00Z', minutes: 30 });
    await used({ from: '2026-06-04T09:00Z', minutes: 10, person: cast.alice, workspace: alices });
    const page = await (await signIn(site.app, cast.bob)).get('/workspace/sessions?month=2026-06');
    expect(page.text).toContain(bobs.name);
    expect(page.text).not.toContain(alices.name);
    expect(page.text).toContain('1 hr 0 mins connected');
    expect(page.text).toContain('12 mins active');
    expect(page.text).toContain('Not counted');
    expect(page.text).toContain('1 of them was not fully counted');
    expect(page.text).not.toContain(' style=');
  });

  it('are cut at midnight in Istanbul, in figures and on the strips', async () => {
    // 23:30 to 00:30 in Istanbul.
    await used({ from: '2026-06-03T20:30Z', minutes: 60, connected: 60, active: 20 });
    const page = await (await signIn(site.app, cast.bob)).get('/workspace/sessions?month=2026-06');
    const rows = rowsOf(page.text);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(
      /4 June 2026[\s\S]*x="0" width="30"[\s\S]*00:00–00:30[\s\S]*30 mins[\s\S]*>0 mins</,
    );
    expect(rows[1]).toMatch(
      /3 June 2026[\s\S]*x="1410" width="30"[\s\S]*23:30–24:00[\s\S]*30 mins[\s\S]*>0 mins</,
    );
  });

  it('count an hour in two windows once, at one piece of the strip', async () => {
    await used({ from: '2026-06-03T06:00Z', minutes: 60, connected: 60, active: 10 });
    await used({ from: '2026-06-03T06:30Z', minutes: 60, connected: 60, active: 10 });
    const page = await (await signIn(site.app, cast.bob)).get('/workspace/sessions?month=2026-06');
    const [row = ''] = rowsOf(page.text);
    expect(row.match(/<rect class="strip-counted"/g)).toHaveLength(1);
    expect(row).toContain('09:00–10:30');
    expect(row).toContain('1 hr 30 mins');
  });

  it('go from month to month, and from page to page without losing or repeating one', async () => {
    for (let index = 0; index < 60; index += 1)
      await used({
        from: `2026-06-${String(1 + (index % 28)).padStart(2, '0')}T0${String(index % 8)}:00Z`,
        minutes: index,
      });
    await used({ from: '2026-07-02T06:00Z', minutes: 5 });
    const bob = await signIn(site.app, cast.bob);
    const seen: string[] = [];
    let url: string | undefined = '/workspace/sessions?month=2026-06';
    while (url !== undefined) {
      const { text } = await bob.get(url);
      seen.push(...startsOf(text));
      url = /rel="next" href="([^"]*before[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toHaveLength(60);
    expect(seen).toEqual(seen.toSorted().reverse());
    const june = await bob.get('/workspace/sessions?month=2026-06');
    expect(june.text).toContain('href="/workspace/sessions?month=2026-05"');
    expect(june.text).toContain('href="/workspace/sessions?month=2026-07"');
  });

  it('of a month without any say so, and what is no month is this one', async () => {
    const bob = await signIn(site.app, cast.bob);
    expect((await bob.get('/workspace/sessions?month=2026-01')).text).toContain('No use in this month');
    for (const month of ['2026-13', 'x', '2099-01', '2026-06&month=2026-07']) {
      const page = await bob.get(`/workspace/sessions?month=${month}`);
      expect(page.status, month).toBe(200);
      expect(page.text, month).not.toContain('Next month');
    }
  });

  it('are seen by the admins of their company, with what they did as administrators', async () => {
    await used({
      from: '2026-06-03T06:00Z',
      minutes: 60,
      person: cast.alice,
      workspace: bobs,
      owner: cast.bob,
    });
    const path = `/admin/users/${String(cast.alice.id)}/sessions?month=2026-06`;
    const page = await (await signIn(site.app, cast.alice)).get(path);
    expect(page.text).toContain('As administrator, in the workspace of Bob');
    expect((await (await signIn(site.app, cast.charlie)).get(path)).status).toBe(404);
    expect((await (await signIn(site.app, cast.bob)).get(path)).status).toBe(403);
  });
});

describe('the sessions of a workspace', () => {
  it('are seen by its owner and by admins, and nobody sees from where a colleague came', async () => {
    await used({ from: '2026-06-03T06:00Z', minutes: 60 });
    await used({
      from: '2026-06-04T06:00Z',
      minutes: 60,
      person: cast.alice,
      workspace: bobs,
      owner: cast.bob,
    });
    const path = `/workspace/${String(bobs.id)}/sessions?month=2026-06`;
    const owners = (await (await signIn(site.app, cast.bob)).get(path)).text;
    expect(owners).toContain('Alice<span class="sub">As administrator');
    expect(owners.match(/203\.0\.113\.20/g)).toHaveLength(1);
    expect(owners).toContain('Hidden');
    const admins = (await (await signIn(site.app, cast.alice)).get(path)).text;
    expect(admins.match(/203\.0\.113\.20/g)).toHaveLength(2);
    const colleague = await buildUser(site.db, { company_id: cast.acme.id });
    for (const stranger of [colleague, cast.charlie])
      expect((await (await signIn(site.app, stranger)).get(path)).status).toBe(404);
  });
});

describe('who is in now', () => {
  beforeEach(async () => {
    await used({ from: ago(10), minutes: null });
    await used({ from: ago(5), minutes: null, person: cast.alice, workspace: bobs, owner: cast.bob });
    await used({ from: ago(4), minutes: null, person: cast.alice, workspace: alices });
    // Not seen for too long.
    const gone = await buildUser(site.db, { company_id: cast.acme.id, full_name: 'Gone' });
    await used({ from: ago(45), minutes: null, person: gone, workspace: alices });
  });

  it('is everybody of the company for its admins, and nobody of another', async () => {
    const page = (await (await signIn(site.app, cast.alice)).get('/workspace/now')).text;
    expect(namesIn(page)).toEqual(['Alice', 'Alice', 'Bob']);
    expect(page).toContain('As administrator, in the workspace of Bob');
    expect((await (await signIn(site.app, cast.charlie)).get('/workspace/now')).text).toContain(
      'Nobody is connected',
    );
  });

  it('is oneself, and who is in one’s workspaces, for a member', async () => {
    const page = (await (await signIn(site.app, cast.bob)).get('/workspace/now')).text;
    expect(namesIn(page)).toEqual(['Alice', 'You']);
    expect(page).not.toContain(alices.name);
  });

  it('stands in the list of workspaces, with since when', async () => {
    const page = (await (await signIn(site.app, cast.bob)).get('/workspace')).text;
    expect(page).toMatch(/>You since \d+ \w+ \d{4}/);
    expect(page).toMatch(/>Alice since \d+ \w+ \d{4}/);
  });
});

function ago(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}

function rowsOf(text: string): string[] {
  const [table = ''] =
    /aria-labelledby="days-h"[\s\S]*?<\/table>/.exec(text.slice(text.indexOf('<table'))) ?? [];
  return table.split('<tr>').slice(2);
}

/** When the sessions of the list began. */
function startsOf(text: string): string[] {
  const list = text.slice(text.indexOf('id="sessions"'));
  return Array.from(
    list.matchAll(/<th scope="row"[^>]*><time datetime="([^"]+)"/g),
    (match) => match[1] ?? '',
  );
}

function namesIn(text: string): string[] {
  return Array.from(
    text.matchAll(/<th scope="row" data-label="Person"><div>(?:<a [^>]*>)?\s*([^<\s]+)/g),
    (match) => match[1] ?? '',
  );
}

/**
 * Builds a session of Bob in his workspace, if no argument says otherwise. Without `connected` nothing was
 * counted; with null as the end it lasts.
 */
async function used(session: {
  from: string;
  minutes: number | null;
  connected?: number;
  active?: number;
  person?: BuiltUser;
  workspace?: { id: number };
  owner?: BuiltUser;
}): Promise<void> {
  count += 1;
  const from = new Date(session.from);
  const end = new Date(from.getTime() + (session.minutes ?? 0) * 60_000);
  await site.db('workspace_sessions').insert({
    company_id: cast.acme.id,
    workspace_id: (session.workspace ?? bobs).id,
    user_id: (session.person ?? cast.bob).id,
    on_behalf_of: session.owner?.id ?? null,
    started_at: from,
    ended_at: session.minutes === null ? null : end,
    end_reason: session.minutes === null ? null : 'closed',
    last_activity_at: end,
    connected_minutes: session.connected ?? 0,
    active_minutes: session.active ?? 0,
    connected_until: session.connected === undefined ? null : end,
    ip_address: '203.0.113.20',
    session_id: `browser-${String(count)}`,
    access_method: 'web',
  });
}
