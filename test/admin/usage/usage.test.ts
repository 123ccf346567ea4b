import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import {
  buildCast,
  buildPayment,
  buildUser,
  buildWorkspace,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let alice: Visitor;

/** A session of so many minutes, all of them connected and half of them active. */
async function buildSession(of: {
  userId: number;
  workspaceId: number;
  start: Date;
  minutes: number;
}): Promise<void> {
  const end = new Date(of.start.getTime() + of.minutes * 60_000);
  await test.db('workspace_sessions').insert({
    company_id: cast.acme.id,
    workspace_id: of.workspaceId,
    user_id: of.userId,
    started_at: of.start,
    last_activity_at: end,
    ended_at: end,
    end_reason: 'closed',
    session_id: randomUUID(),
    access_method: 'web',
    connected_until: end,
    connected_minutes: of.minutes,
    active_minutes: of.minutes / 2,
  });
}

/** The lines of the CSV of a kind: name, connected and active seconds. */
const linesOf = (csv: string, kind: string): string[][] =>
  csv
    .split('\r\n')
    .map((line) => line.split(','))
    .filter(([first]) => first === kind)
    .map(([, , name = '', connected = '', active = '']) => [name, connected, active]);

const HOUR = 3_600_000;
const inIstanbul = new Date(Date.now() + 3 * HOUR);
const monthStart = Date.UTC(inIstanbul.getUTCFullYear(), inIstanbul.getUTCMonth()) - 3 * HOUR;
/** Three hours ago; while the month in Istanbul is younger than that, three hours before its begin. */
const start = new Date((Date.now() - 3 * HOUR < monthStart ? monthStart : Date.now()) - 3 * HOUR);
const month = new Date(start.getTime() + 3 * HOUR).toISOString().slice(0, 7);

beforeAll(async () => {
  cast = await buildCast(test.db);
  const { acme, bob } = cast;
  const old = new Date(Date.now() - 60 * 86_400_000);
  await buildUser(test.db, { company_id: acme.id, full_name: 'Absent Ayşe', created_at: old });
  const former = { full_name: 'Former Fatma', created_at: old, deactivated_at: new Date() };
  await buildUser(test.db, { company_id: acme.id, ...former });
  await buildUser(test.db, { company_id: acme.id, full_name: 'New Nur', created_at: new Date() });
  await buildUser(test.db, { company_id: cast.globex.id, full_name: 'Other Oya', created_at: old });
  const lab = await buildWorkspace(test.db, { company_id: acme.id, owner_user_id: bob.id, name: 'lab' });
  const shop = await buildWorkspace(test.db, {
    company_id: acme.id,
    owner_user_id: cast.alice.id,
    name: 'shop',
  });
  await buildSession({ userId: bob.id, workspaceId: lab.id, start, minutes: 120 });
  await buildSession({ userId: cast.alice.id, workspaceId: shop.id, start, minutes: 60 });
  alice = await signIn(test.app, cast.alice);
});

describe('the use of a company', () => {
  it('is the same on its page, in the CSV, on the page of the person and in the bundle', async () => {
    const { text: csv } = await alice.get(`/admin/usage.csv?month=${month}`);
    expect(linesOf(csv, 'person')).toEqual([
      [cast.bob.full_name, '7200', '3600'],
      [cast.alice.full_name, '3600', '1800'],
    ]);
    expect(linesOf(csv, 'workspace')).toEqual([
      ['lab', '7200', '3600'],
      ['shop', '3600', '1800'],
    ]);
    expect(linesOf(csv, 'total')).toEqual([['', '10800', '5400']]);
    const { text } = await alice.get(`/admin/usage?month=${month}`);
    expect(text).toMatch(/<svg class="chart"[\s\S]*<title/);
    // Three hours on the fullest day, or fewer where the three began before midnight; days of a month below.
    expect(text).toMatch(/<text class="chart-label"[^>]*>\d (?:h|min)<\/text>/);
    expect(text).toMatch(/<text class="chart-label[^>]*>22<\/text>/);
    expect(text).toContain('2 hrs 0 mins');
    const own = await alice.get(`/admin/users/${String(cast.bob.id)}/sessions?month=${month}`);
    expect(own.text).toContain('2 hrs 0 mins');
    const file = await alice.get(`/admin/users/${String(cast.bob.id)}/export-logs`);
    const { summary } = JSON.parse(file.text) as { summary: Record<string, number> };
    expect([summary.connected_workspace_hours, summary.active_workspace_hours]).toEqual([2, 1]);
  });

  it('as CSV is on record before its first byte and at its end, with the month in the trail’s words', async () => {
    const response = await alice.get('/admin/usage.csv?month=2026-01');
    expect(response.headers['content-disposition']).toContain('-2026-01.csv"');
    const ends = (): ReturnType<typeof rowsOf> => rowsOf(test.db, 'usage_export_finished', response);
    await expect.poll(ends).toHaveLength(1);
    const about = {
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      resource_id: String(cast.acme.id),
      success: true,
    };
    expect(await rowsOf(test.db, 'usage_exported', response)).toMatchObject([
      { ...about, details: { month: '2026-01' } },
    ]);
    expect(await ends()).toMatchObject([
      { ...about, details: { month: '2026-01', rows: 1, bytes: Buffer.byteLength(response.text) } },
    ]);
    const { text } = await alice.get('/admin/audit');
    expect(text).toContain('downloaded the usage of January 2026');
  });

  it('has a cost of an active hour by currency once something was paid, and says so when not', async () => {
    const paid = {
      company_id: cast.acme.id,
      user_id: cast.alice.id,
      status: 'success',
      paid_at: start,
      amount_minor: 150_000,
      test_mode: false,
    } as const;
    // Charged nobody: for a test, refused, or another company's.
    await buildPayment(test.db, { ...paid, test_mode: true });
    await buildPayment(test.db, { ...paid, status: 'failed', paid_at: null });
    await buildPayment(test.db, { ...paid, company_id: cast.globex.id, user_id: cast.charlie.id });
    const page = async (): Promise<string> => (await alice.get(`/admin/usage?month=${month}`)).text;
    expect(await page()).toContain('Nothing was paid in this month');
    await buildPayment(test.db, paid);
    // 1 500 lira for one and a half active hours.
    expect(await page()).toContain('₺1,000.00');
  });

  it('names whoever has not come for 30 days, and nobody of another company', async () => {
    const { text } = await alice.get('/admin/usage');
    expect(text.slice(text.indexOf('absent-h'))).toContain('Absent Ayşe');
    for (const name of [`>${cast.bob.full_name}<`, 'Former Fatma', 'New Nur', 'Other Oya'])
      expect(text.slice(text.indexOf('absent-h'))).not.toContain(name);
    const charlie = await signIn(test.app, cast.charlie);
    const other = await charlie.get('/admin/usage.csv');
    expect(other.text).toContain('kind,id,name,connected_seconds,active_seconds,session_count');
    expect(other.text).not.toContain('lab');
    expect(linesOf(other.text, 'total')).toEqual([['', '0', '0']]);
  });
});
