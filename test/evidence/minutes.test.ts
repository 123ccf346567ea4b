import { beforeEach, describe, expect, it } from 'vitest';
import { buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import { buildSession, downloadText, readBundle, type CountedMinutes } from './support.ts';

const database = useTestDatabase();
let cast: Cast;
let workspaceId: number;

beforeEach(async () => {
  cast = await buildCast(database.db);
  const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
  workspaceId = (await buildWorkspace(database.db, owned)).id;
});

const used = (from: string, to: string, minutes?: CountedMinutes): Promise<void> =>
  buildSession(
    database.db,
    cast.bob,
    workspaceId,
    { from: `2026-03-01T${from}:00Z`, to: `2026-03-01T${to}:00Z` },
    minutes,
  );

describe('the minutes in the evidence', () => {
  it('are in each session, and null, not 0, where nothing was counted', async () => {
    await used('09:00', '10:00', { connected: 61, active: 12 });
    await used('12:00', '12:10', { connected: 11, active: 0 });
    await used('14:00', '14:30');
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.workspace_sessions).toMatchObject([
      { connected_minutes: null, active_minutes: null },
      { connected_minutes: 10, active_minutes: 0, connected_seconds: 600, active_seconds: 0 },
      { connected_minutes: 60, active_minutes: 12, connected_seconds: 3600, active_seconds: 720 },
    ]);
    expect(bundle.summary).toMatchObject({
      total_sessions: 3,
      counted_sessions: 2,
      partly_counted_sessions: 0,
      uncounted_sessions: 1,
      total_workspace_hours: 1.67,
      connected_workspace_hours: 1.67,
      active_workspace_hours: 0.2,
    });
    const lines = (await downloadText(database.db, cast.alice, cast.bob, { format: 'ndjson' }))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => line.type === 'workspace_session')).toMatchObject(
      bundle.workspace_sessions,
    );
    expect(lines.at(-1)).toMatchObject(bundle.summary);
  });

  it('of two browsers at once are an hour at most, and what the busier one shows at least', async () => {
    await used('09:00', '10:00', { connected: 60, active: 30 });
    await used('09:00', '10:00', { connected: 60, active: 24 });
    const { summary } = await readBundle(database.db, cast.alice, cast.bob);
    expect(summary).toMatchObject({ connected_workspace_hours: 1, active_workspace_hours: 0.5 });
  });

  it('tell the least and no most of a session of which only a part was seen', async () => {
    await used('09:00', '10:00', { connected: 60, active: 6 });
    await used('09:30', '11:00', { connected: 20, active: 18, isPartlySeen: true });
    const { workspace_sessions, summary } = await readBundle(database.db, cast.alice, cast.bob);
    expect(workspace_sessions).toMatchObject([
      { connected_minutes: null, active_minutes: 18 },
      { connected_minutes: 60, active_minutes: 6 },
    ]);
    expect(summary).toMatchObject({
      counted_sessions: 1,
      partly_counted_sessions: 1,
      uncounted_sessions: 0,
      // The other one with its whole length: nobody saw all of it.
      connected_workspace_hours: 2,
      // At least what the busier of the two shows, since they overlap.
      active_workspace_hours: 0.3,
    });
  });

  it('are cut to the period', async () => {
    await used('09:00', '10:00', { connected: 60, active: 36 });
    const period = { from: new Date('2026-03-01T09:30:00Z'), to: null };
    const { summary } = await readBundle(database.db, cast.alice, cast.bob, period);
    expect(summary).toMatchObject({ connected_workspace_hours: 0.5, active_workspace_hours: 0.1 });
  });
});
