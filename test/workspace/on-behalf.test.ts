import { beforeEach, describe, expect, it } from 'vitest';
import { WorkspaceSessionTracker } from '../../src/workspace/sessions/workspace-session-tracker.ts';
import { readBundle } from '../evidence/support.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildWorkspace, type BuiltUser, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { contextOf, minute, START } from './scene.ts';

const site = useTestApp();
let cast: Cast;
let place: { id: number; name: string };

beforeEach(async () => {
  cast = await buildCast(site.db);
  place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
});

async function entered(person: BuiltUser, from: number, to: number | null): Promise<number> {
  const { id } = await WorkspaceSessionTracker.startSession(site.db, contextOf(person, minute(from)), {
    workspaceId: place.id,
    companyId: cast.acme.id,
    accessMethod: 'web',
  });
  if (to !== null)
    await WorkspaceSessionTracker.endSession(site.db, contextOf(person, minute(to)), {
      workspaceSessionId: id,
      reason: 'closed',
    });
  return id;
}

describe('an admin in somebody else’s workspace', () => {
  it('is marked in the session, and its owner is not', async () => {
    await entered(cast.bob, 0, 10);
    await entered(cast.alice, 5, 17);
    expect(
      await site
        .db('workspace_sessions')
        .where({ workspace_id: place.id })
        .orderBy('id')
        .pluck('on_behalf_of'),
    ).toEqual([null, cast.bob.id]);
  });

  it('is shown to the owner, with when and how long, and to nobody as a warning about themselves', async () => {
    const bob = await signIn(site.app, cast.bob);
    const address = `/workspace/${String(place.id)}`;
    expect((await bob.get(address)).text).not.toContain('Entered by an administrator');
    await entered(cast.alice, 5, 17);
    // An entry of long ago stands in the history only.
    expect((await bob.get(address)).text).not.toContain('Entered by an administrator');
    const yesterday = Math.floor((Date.now() - START.getTime()) / 60_000) - 1440;
    await entered(cast.alice, yesterday, yesterday + 12);
    const page = await bob.get(address);
    expect(page.text).toContain('Entered by an administrator');
    expect(page.text).toMatch(/Alice was connected from \d+ \w+ \d{4}, \d\d:\d\d for 12 mins/);
    expect((await bob.get('/workspace/sessions')).text).toContain('Alice was connected from');
    expect((await bob.get(`${address}/sessions`)).text).toContain('Alice was connected from');
    const alices = await (await signIn(site.app, cast.alice)).get(address);
    expect(alices.text).not.toContain('Entered by an administrator');
    expect(alices.text).toContain('As administrator');
  });

  it('who is there now is said to be', async () => {
    const alice = await signIn(site.app, cast.alice);
    await alice.post(`/workspace/${String(place.id)}/open`);
    const page = await (await signIn(site.app, cast.bob)).get(`/workspace/${String(place.id)}`);
    expect(page.text).toContain('Alice has been connected since');
  });

  it('is in the evidence about the admin as such, and counted in that about the owner', async () => {
    await entered(cast.bob, 0, 10);
    await entered(cast.alice, 5, 17);
    const ofAlice = await readBundle(site.db, cast.alice, cast.alice);
    expect(ofAlice.workspace_sessions).toMatchObject([{ on_behalf_of_user_id: cast.bob.id }]);
    expect(ofAlice.summary.sessions_by_admins).toBe(0);
    const ofBob = await readBundle(site.db, cast.alice, cast.bob);
    expect(ofBob.workspace_sessions).toMatchObject([{ on_behalf_of_user_id: null }]);
    expect(ofBob.summary).toMatchObject({ sessions_by_admins: 1, total_sessions: 1 });
    const later = await readBundle(site.db, cast.alice, cast.bob, { from: minute(18) });
    expect(later.summary.sessions_by_admins).toBe(0);
  });
});
