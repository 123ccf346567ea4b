import { beforeAll, describe, expect, it } from 'vitest';
import { readTimeZone } from '../../src/web/time-zones.ts';
import { rowsOf } from '../auth/rows.ts';
import { useTestApp } from '../support/app.ts';
import { buildAuditRow } from '../evidence/support.ts';
import { buildCast, buildUser, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(test.db);
});

/** The addresses of the navigation of a page, and the one that is marked as this page. */
function navigationOf(text: string): { links: string[]; current: string | undefined } {
  const nav = /<nav class="account-nav[\s\S]*?<\/nav>/.exec(text)?.[0] ?? '';
  return {
    links: [...nav.matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href),
    current: /<a href="([^"]+)" aria-current="page"/.exec(nav)?.[1],
  };
}

describe('the own account', () => {
  it('has one navigation, which leads to all its pages and marks the one that is open', async () => {
    const bob = await signIn(test.app, cast.bob);
    const { links } = navigationOf((await bob.get('/account')).text);
    expect(links).toEqual(
      expect.arrayContaining(['/account', '/auth/password', '/auth/tokens', '/auth/ssh-keys']),
    );
    for (const link of links) {
      const response = await bob.get(link);
      expect(response.status, link).toBe(200);
      expect(navigationOf(response.text), link).toEqual({ links, current: link });
    }
  });

  it('shows operators only what they have: no tokens and no SSH keys', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    const { text } = await olivia.get('/account');
    const { links } = navigationOf(text);
    expect(links).not.toContain('/auth/tokens');
    for (const link of links) expect((await olivia.get(link)).status, link).toBe(200);
    expect(text).toContain(cast.olivia.email);
  });
});

describe('the profile', () => {
  it('takes a new name, language and time zone, each with a row that keeps what was before', async () => {
    const bob = await signIn(test.app, cast.bob);
    const response = await bob.post('/account/profile', {
      fullName: '  Robert   Işık ',
      locale: 'tr',
      timeZone: 'new york',
    });
    expect((await bob.follow(response)).text).toContain('Profiliniz kaydedildi');
    const { text } = await bob.get('/account');
    expect(text).toContain('Robert Işık');
    expect(text).toContain('America/New_York');
    expect(await rowsOf(test.db, 'user_renamed', response)).toMatchObject([
      { user_id: cast.bob.id, details: { old_name: cast.bob.full_name, new_name: 'Robert Işık' } },
    ]);
    expect(await rowsOf(test.db, 'time_zone_changed', response)).toMatchObject([
      { details: { old_time_zone: 'Europe/Istanbul', time_zone: 'America/New_York' } },
    ]);
    expect(await rowsOf(test.db, 'locale_changed', response)).toHaveLength(1);
    const alice = await signIn(test.app, cast.alice);
    const trail = (await alice.get('/admin/audit?action=user_renamed')).text;
    expect(trail).toContain('Robert Işık');
    expect(trail).toContain(cast.bob.full_name);
  });

  it('changes thirty times an hour at most, since each change leaves rows', async () => {
    const visitor = await signIn(test.app, cast.charlie);
    const profile = { fullName: cast.charlie.full_name, locale: 'en', timeZone: 'Europe/Istanbul' };
    expect((await visitor.post('/account/profile', profile)).status).toBe(303);
    await test
      .db('rate_limits')
      .where('key', `profile-change:${String(cast.charlie.id)}`)
      .update({ points: 30 });
    expect((await visitor.post('/account/profile', profile)).status).toBe(429);
  });

  it('says beside the field what is wrong, and keeps what was typed', async () => {
    const alice = await signIn(test.app, cast.alice);
    const response = await alice.post('/account/profile', {
      fullName: ' ',
      locale: 'en',
      timeZone: 'Atlantis/Capital',
    });
    expect(response.status).toBe(422);
    expect(response.text).toContain('value="Atlantis/Capital"');
    expect(response.text).toMatch(/id="timeZone-error"[\s\S]*?There is no such time zone/);
    expect(response.text).toMatch(/id="fullName-error"/);
    expect(await rowsOf(test.db, 'user_renamed', response)).toEqual([]);
  });

  it.each([
    ['Europe/Istanbul', 'Europe/Istanbul'],
    ['istanbul', 'Europe/Istanbul'],
    [' America / New York', null],
    ['utc', 'UTC'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['+03:00', null],
    ['', null],
  ])('reads the time zone %j as %j', (text, zone) => {
    expect(readTimeZone(text)).toBe(zone);
  });
});

describe('times on pages', () => {
  /** The times of a page: what machines read, and what people read. */
  const timesOn = (text: string): { machine: string[]; people: string[] } => {
    const found = [...text.matchAll(/<time datetime="([^"]+)"[^>]*>([^<]*)</g)];
    return { machine: found.map(([, at = '']) => at), people: found.map(([, , words = '']) => words) };
  };

  it('are told in the zone of each reader, while their machine-readable form, and downloads, stay in UTC', async () => {
    const { acme, alice } = await buildCast(test.db);
    const second = await buildUser(test.db, { company_id: acme.id, role: 'admin' });
    await test.db('users').where({ id: second.id }).update({ time_zone: 'America/New_York' });
    const at = new Date('2026-07-01T22:30:00Z');
    await buildAuditRow(test.db, alice, { timestamp: at, action_type: 'logout' });
    const [here, there] = [await signIn(test.app, alice), await signIn(test.app, second)];
    const path = '/admin/audit?action=logout';
    const [istanbul, newYork] = [timesOn((await here.get(path)).text), timesOn((await there.get(path)).text)];
    expect(istanbul.machine).toContain('2026-07-01T22:30:00.000Z');
    expect(newYork.machine).toContain('2026-07-01T22:30:00.000Z');
    expect(istanbul.people.some((words) => words.includes('2 Jul 2026, 01:30'))).toBe(true);
    expect(newYork.people.some((words) => words.includes('1 Jul 2026, 18:30'))).toBe(true);
    const files = [
      await here.get('/admin/audit.csv?action=logout'),
      await there.get('/admin/audit.csv?action=logout'),
    ];
    for (const { text } of files) expect(text).toContain('2026-07-01T22:30:00');
  });
});

describe('the sign-ins of a person', () => {
  it('are those of the last 90 days, the refused ones as well, with device, address and reason', async () => {
    const { bob, alice } = await buildCast(test.db);
    const visitor = await signIn(test.app, bob, { 'user-agent': 'curl/8.5.0' });
    await new Visitor(test.app, { 'user-agent': '' }).post('/auth/login', {
      email: bob.email,
      password: 'wrong one',
    });
    const old = new Date(Date.now() - 91 * 86_400_000);
    await buildAuditRow(test.db, bob, { timestamp: old, ip_address: '203.0.113.77' });
    await buildAuditRow(test.db, alice, { ip_address: '203.0.113.78' });
    const { text } = await visitor.get('/account/sign-ins');
    expect(text).toContain('With the password alone');
    expect(text).toContain('curl');
    expect(text).toContain('Refused');
    expect(text).toContain('wrong password');
    expect(text).toContain('Unknown device');
    expect(text).not.toMatch(/203\.0\.113\.7[78]/);
  });

  it.each([
    ['totp', 'With the password and a code of the authenticator app'],
    ['passkey', 'With a passkey'],
    ['recovery-code', 'With the password and a recovery code'],
    ['remembered-device', 'With the password, in a remembered browser'],
  ])('say by which second factor: %s', async (factor, words) => {
    const { bob } = await buildCast(test.db);
    const visitor = await signIn(test.app, bob);
    await buildAuditRow(test.db, bob, {
      action_type: 'login',
      details: { method: factor === 'passkey' ? factor : 'password', factor },
    });
    const { text } = await visitor.get('/account/sign-ins');
    expect(text).toContain(words);
    expect(text.match(/With /g)).toHaveLength(2);
  });

  it('are shown page by page, each once and in order', async () => {
    const { bob } = await buildCast(test.db);
    const visitor = await signIn(test.app, bob);
    const start = Date.now() - 3_600_000;
    for (let n = 0; n < 30; n += 1)
      await buildAuditRow(test.db, bob, {
        timestamp: new Date(start + n * 1000),
        ip_address: `198.51.100.${String(n)}`,
      });
    const seen: string[] = [];
    let path: string | undefined = '/account/sign-ins';
    while (path !== undefined) {
      const { text } = await visitor.get(path);
      seen.push(...[...text.matchAll(/198\.51\.100\.(\d+)/g)].map(([, n = '']) => n));
      path = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => String(29 - n)));
  });
});
