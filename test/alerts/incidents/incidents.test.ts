import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/durations.ts';
import { buildAuditRow } from '../../evidence/support.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let alertId: number;

beforeEach(async () => {
  cast = await buildCast(test.db);
  const [row] = await test
    .db('alerts')
    .insert({
      company_id: cast.acme.id,
      user_id: cast.bob.id,
      event_id: crypto.randomUUID(),
      event_at: new Date(),
      action: 'login',
      rules: ['new-device', 'new-country'],
      is_serious: true,
      raised_at: new Date(),
      country: 'NG',
      country_data_from: new Date('2026-06-17T00:00:00Z'),
      ip_address: '197.210.1.1',
      browser: 'Chrome, Windows',
    })
    .returning<{ id: number }[]>('id');
  alertId = row!.id;
});

async function actions(): Promise<string[]> {
  return test
    .db('audit_logs')
    .where('company_id', cast.acme.id)
    .whereRaw(`action_type ~ '^(incident|account_sec)'`)
    .orderBy('timestamp')
    .pluck<string[]>('action_type');
}

describe('an incident', () => {
  it('is opened from an alert, noted, the account locked, and closed; each step is shown and audited', async () => {
    const bob = await signIn(test.app, cast.bob);
    const alice = await signIn(test.app, cast.alice);
    const list = await alice.get('/admin/alerts/all');
    expect(list.text).toContain('Nigeria');
    expect(list.text).toContain('CC BY 4.0');
    const opened = await alice.post(`/admin/alerts/${alertId}/incident`);
    const url = opened.headers.location as string;
    expect((await alice.post(`/admin/alerts/${alertId}/incident`)).headers.location).toBe(url);
    const empty = await alice.post(`${url}/notes`, { note: '  ' });
    expect([empty.status, empty.text.includes('Write a note first.')]).toEqual([422, true]);
    await alice.post(`${url}/notes`, { note: 'Bob says on the phone: <b>not me</b>' });
    expect((await alice.post(`${url}/secure`)).status).toBe(422);
    expect((await bob.get('/workspace')).status).toBe(200);
    await alice.post(`${url}/secure`, { confirm: 'on' });
    expect((await bob.get('/workspace')).status).toBe(303);
    const refused = await new Visitor(test.app).post('/auth/login', {
      email: cast.bob.email,
      password: PASSWORD,
    });
    expect(refused.status).toBe(422);
    expect((await alice.get('/admin/alerts')).text).toContain('Locked accounts that wait for a new password');
    expect((await alice.post(`${url}/close`, { outcome: 'nonsense' })).status).toBe(422);
    await alice.post(`${url}/close`, { outcome: 'takeover' });
    const page = await alice.get(url);
    for (const text of [
      'Bob says on the phone: &lt;b&gt;not me',
      'Account locked',
      '1 browser signed out',
      'Somebody else was in the account',
    ])
      expect(page.text).toContain(text);
    expect(page.text).not.toContain('Add note');
    expect(await actions()).toEqual([
      'incident_opened',
      'incident_noted',
      'account_secured',
      'incident_closed',
    ]);
    await alice.post(`${url}/notes`, { note: 'too late' });
    expect(await actions()).toHaveLength(4);
  });

  it('has one line of time: sign-ins, the alert, and who did what about it, in the order in which it happened', async () => {
    const { bob, charlie } = cast;
    const ago = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
    const attempt = { action_type: 'login', success: false, error_message: 'wrong-password' } as const;
    await buildAuditRow(test.db, bob, { ...attempt, timestamp: ago(24 * 20), ip_address: '192.0.2.20' });
    await buildAuditRow(test.db, bob, { ...attempt, timestamp: ago(3), ip_address: '192.0.2.3' });
    await buildAuditRow(test.db, charlie, { ...attempt, timestamp: ago(2), ip_address: '192.0.2.99' });
    await test
      .db('alerts')
      .where('id', alertId)
      .update({ event_at: ago(1) });
    const alice = await signIn(test.app, cast.alice);
    const url = (await alice.post(`/admin/alerts/${alertId}/incident`)).headers.location as string;
    await alice.post(`${url}/notes`, { note: 'Bob was called' });
    await alice.post(`${url}/secure`, { confirm: 'on' });
    await buildAuditRow(test.db, bob, { ...attempt, timestamp: ago(-1), ip_address: '192.0.2.1' });
    const { text } = await alice.get(url);
    const entries = [...text.matchAll(/<li class="is-\w+" data-kind="(\w+)">([\s\S]*?)<\/li>/g)];
    expect(entries.map(([, kind]) => kind)).toEqual(['event', 'alert', 'opened', 'step', 'step', 'event']);
    const words = [
      '192.0.2.3',
      'New browser, New country',
      'about alert',
      'Bob was called',
      'Account locked',
      '192.0.2.1',
    ];
    words.forEach((word, at) => {
      expect(entries[at]?.[2]).toContain(word);
    });
    for (const [, , step] of entries.slice(2, 5)) expect(step).toContain(cast.alice.full_name);
  });

  it('is nothing that another company, or a member, may see or touch', async () => {
    const alice = await signIn(test.app, cast.alice);
    const url = (await alice.post(`/admin/alerts/${alertId}/incident`)).headers.location as string;
    const charlie = await signIn(test.app, cast.charlie);
    expect((await charlie.get(url)).status).toBe(404);
    expect((await charlie.post(`/admin/alerts/${alertId}/incident`)).status).toBe(404);
    expect((await charlie.post(`${url}/notes`, { note: 'mine' })).status).toBe(404);
    expect((await charlie.post(`${url}/close`, { outcome: 'takeover' })).status).toBe(404);
    expect((await charlie.get('/admin/alerts/all')).text).not.toContain('Nigeria');
    expect((await charlie.post(`${url}/secure`, { confirm: 'on' })).status).toBe(404);
    expect((await (await signIn(test.app, cast.bob)).get(url)).status).toBe(403);
  });

  it('shows an operator’s look to the admin', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    expect((await olivia.get(`/admin/alerts?company=${String(cast.acme.id)}`)).status).toBe(200);
    const looks = await test
      .db('audit_logs')
      .where({ action_type: 'operator_company_viewed', company_id: cast.acme.id });
    expect(looks).toHaveLength(1);
  });
});

describe('the own account', () => {
  it('lists its alerts, and is locked by its person’s word without the mail', async () => {
    const bob = await signIn(test.app, cast.bob);
    const page = await bob.get('/account/notifications');
    expect(page.text).toContain('Nigeria');
    const ask = `/account/alerts/${String(alertId)}/not-me`;
    expect((await bob.get(ask)).text).toContain('remembered browsers are forgotten');
    for (const other of [cast.alice, cast.charlie]) {
      const visitor = await signIn(test.app, other);
      expect((await visitor.get(ask)).status).toBe(404);
      expect((await visitor.post(ask)).status).toBe(404);
    }
    expect((await bob.post(ask)).headers.location).toBe('/auth/forgot');
    expect((await bob.get('/workspace')).status).toBe(303);
    const steps = await test.db('incident_steps').orderBy('id', 'desc').limit(2).pluck<string[]>('kind');
    expect(steps).toEqual(['secured', 'opened']);
  });

  it('lists its alerts by the time of their events, however late they were raised', async () => {
    const event = { company_id: cast.acme.id, user_id: cast.bob.id, action: 'login', rules: ['new-country'] };
    for (const [country, hours] of [
      ['DE', 1],
      ['JP', 3],
      ['BR', 2],
    ] as const)
      await test.db('alerts').insert({
        ...event,
        event_id: crypto.randomUUID(),
        event_at: new Date(Date.now() - hours * HOUR_MS),
        is_serious: true,
        raised_at: new Date(),
        country,
        country_data_from: new Date('2026-06-17T00:00:00Z'),
      });
    const bob = await signIn(test.app, cast.bob);
    const { text } = await bob.get('/account/notifications');
    expect(text.match(/Nigeria|Germany|Japan|Brazil/g)).toEqual(['Nigeria', 'Germany', 'Brazil', 'Japan']);
  });

  it('of an admin declines what can be declined, and is not asked about the rest', async () => {
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/account/notifications', { incidents: 'on' });
    expect(await test.db('notification_choices').where('user_id', cast.alice.id).pluck('declined')).toEqual([
      ['staff-looks'],
    ]);
    const bob = await signIn(test.app, cast.bob);
    expect((await bob.get('/account/notifications')).text).toContain(
      'There is nothing else that we send you.',
    );
  });
});

describe('the security page', () => {
  it('counts sign-ins by day, as chart and table, and names what nobody used', async () => {
    await test.db('access_tokens').insert({
      company_id: cast.acme.id,
      user_id: cast.bob.id,
      name: 'old robot',
      token_hash: 'a'.repeat(64),
      scopes: ['workspaces:read'],
      created_at: new Date(Date.now() - 100 * 86_400_000),
      expires_at: new Date(Date.now() + 86_400_000),
    });
    const alice = await signIn(test.app, cast.alice);
    await new Visitor(test.app).post('/auth/login', { email: cast.bob.email, password: 'wrong' });
    const { text } = await alice.get('/admin/alerts');
    expect(text).toMatch(/1 sign-in worked and 1 attempt did not/);
    expect(text).toContain('<rect class="chart-refused"');
    expect(text).toMatch(/<text class="chart-label"[^>]*>2<\/text>/);
    expect(text.match(/<text class="chart-label[^>]*>\d+ \w{3,4}<\/text>/g)).toHaveLength(5);
    expect(text).toContain('old robot');
    expect(text).toContain('People without a second factor');
    expect((await (await signIn(test.app, cast.charlie)).get('/admin/alerts')).text).not.toContain(
      'old robot',
    );
  });
});
