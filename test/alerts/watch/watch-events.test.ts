import { beforeEach, describe, expect, it } from 'vitest';
import { AuditLogger } from '../../../src/audit/audit-logger.ts';
import { systemContext } from '../../../src/audit/request-context.ts';
import { watchEvents } from '../../../src/alerts/watch/watch-events.ts';
import { presetSettings } from '../../../src/alerts/rules/rule-settings.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
let cast: Cast;

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
/** Addresses of Turkey (two networks), Germany and Nigeria, as the file of countries has them. */
const TR = '85.105.10.20';
const TR_OTHER = '88.255.1.2';
const NG = '197.210.1.1';

beforeEach(async () => {
  cast = await buildCast(test.db);
  await look();
  await test.forgetMails();
});

function look(): ReturnType<typeof watchEvents> {
  const context = systemContext({ name: 'test', at: new Date(), log: test.deps.log });
  return watchEvents(test.db, context, { config: test.config, settleMs: 0 });
}

const from = (ip: string, userAgent: string): Record<string, string> => ({
  'x-forwarded-for': ip,
  'user-agent': userAgent,
});

async function alertsOf(userId: number): Promise<string[][]> {
  const rows = await test
    .db('alerts')
    .where('user_id', userId)
    .orderBy('event_at')
    .select<{ rules: string[] }[]>('rules');
  return rows.map(({ rules }) => rules);
}

describe('a sign-in', () => {
  it('raises nothing the first time, nor again from the same browser', async () => {
    const bob = await signIn(test.app, cast.bob, from(TR, FIREFOX));
    await bob.post('/auth/logout');
    await bob.get('/auth/login');
    await bob.post('/auth/login', { email: cast.bob.email, password: 'correct horse battery staple' });
    await look();
    expect(await alertsOf(cast.bob.id)).toEqual([]);
    expect(await test.db('alert_inbox').select('event_id')).toEqual([]);
  });

  it('in a new browser of another network is told by mail, with country, age of the data, and a link', async () => {
    await signIn(test.app, cast.bob, from(TR, FIREFOX));
    await signIn(test.app, cast.bob, from(TR_OTHER, CHROME));
    await look();
    expect(await alertsOf(cast.bob.id)).toEqual([['new-device']]);
    const [mail] = await test.mails();
    expect(mail).toMatchObject({ to: cast.bob.email, subject: 'New sign-in to your YouAreCoder account' });
    for (const part of [TR_OTHER, 'Türkiye', 'Chrome, Windows', /\/auth\/not-me\/[\w-]{43}/, 'CC BY 4.0'])
      expect(mail?.text).toMatch(part);
    const [alert] = await test.db('alerts').where('user_id', cast.bob.id);
    expect(alert).toMatchObject({
      country: 'TR',
      ip_address: TR_OTHER,
      is_serious: false,
      company_id: cast.acme.id,
    });
    expect((alert as { country_data_from: Date }).country_data_from.getUTCFullYear()).toBe(2026);
    const [row] = await test.db('audit_logs').where({ action_type: 'alert_raised', user_id: cast.bob.id });
    expect(row).toMatchObject({
      actor_type: 'system',
      company_id: cast.acme.id,
      details: { rules: ['new-device'], country: 'TR' },
    });
  });

  it('far away minutes later breaks several rules, and raises one serious alert', async () => {
    await signIn(test.app, cast.bob, from(TR, FIREFOX));
    await signIn(test.app, cast.bob, from(NG, CHROME));
    await look();
    expect(await alertsOf(cast.bob.id)).toEqual([['new-device', 'new-country', 'impossible-travel']]);
    expect(await test.db('alerts').where('user_id', cast.bob.id).pluck('is_serious')).toEqual([true]);
    expect(await test.mails()).toHaveLength(1);
  });

  it('after a burst of wrong passwords is told as such, in Turkish to whom reads Turkish', async () => {
    await test.db('users').where('id', cast.bob.id).update({ locale: 'tr' });
    await signIn(test.app, cast.bob, from(TR, FIREFOX));
    const stranger = new Visitor(test.app, from(NG, CHROME));
    for (let n = 0; n < 4; n += 1)
      await stranger.post('/auth/login', { email: cast.bob.email, password: 'wrong password' });
    await signIn(test.app, cast.bob, from(NG, CHROME));
    await look();
    expect((await alertsOf(cast.bob.id)).at(-1)).toContain('success-after-failures');
    expect((await test.mails()).at(-1)?.text).toContain('Siz değilseniz');
  });

  it('with the fifth wrong password raises one alert a day, however many follow', async () => {
    await signIn(test.app, cast.bob, from(TR, FIREFOX));
    const stranger = new Visitor(test.app, from(NG, CHROME));
    for (let n = 0; n < 9; n += 1)
      await stranger.post('/auth/login', { email: cast.bob.email, password: 'wrong password' });
    await test.writeCounted();
    await look();
    expect(await alertsOf(cast.bob.id)).toEqual([['failure-burst']]);
  });
});

describe('a session', () => {
  it('that goes on in another kind of browser raises one alert, and none in the same browser abroad: a VPN does that', async () => {
    const bob = await signIn(test.app, cast.bob, from(TR, FIREFOX));
    await bob.get('/workspace');
    bob.headers = { ...bob.headers, ...from(TR, CHROME) };
    for (let n = 0; n < 3; n += 1) await bob.get('/workspace');
    bob.headers = { ...bob.headers, ...from(NG, FIREFOX) };
    for (let n = 0; n < 3; n += 1) await bob.get('/workspace');
    await look();
    const moved = await test
      .db('audit_logs')
      .where({ action_type: 'browser_session_moved', user_id: cast.bob.id });
    expect(moved).toHaveLength(2);
    expect(await alertsOf(cast.bob.id)).toEqual([['session-moved']]);
  });
});

describe('the inbox', () => {
  it('is looked at once by processes that race, and raises each alert once', async () => {
    await signIn(test.app, cast.bob, from(TR, FIREFOX));
    for (let n = 0; n < 4; n += 1)
      await signIn(test.app, cast.bob, from(TR_OTHER, `${CHROME} n/${String(n)}`));
    await Promise.all([look(), look(), look(), look()]);
    const events = await test.db('alerts').where('user_id', cast.bob.id).pluck<string[]>('event_id');
    expect(new Set(events).size).toBe(events.length);
    expect(events.length).toBeGreaterThan(0);
    expect(await test.mails()).toHaveLength(events.length);
    expect(await test.db('alert_inbox').select('event_id')).toEqual([]);
  });

  it('keeps a row that cannot be judged for later, and goes on with the others', async () => {
    await test.db('alert_rules').insert({
      company_id: cast.globex.id,
      settings: JSON.stringify('nonsense that no page writes'),
      changed_at: new Date(),
      changed_by: cast.charlie.id,
    });
    await test.db('alert_rules').where('company_id', cast.globex.id).update({ settings: 'null' });
    await signIn(test.app, cast.charlie, from(TR, FIREFOX));
    await signIn(test.app, cast.bob, from(TR, FIREFOX));
    await look();
    const left = await test.db('alert_inbox').select('user_id', 'tries');
    expect(left).toEqual([{ user_id: cast.charlie.id, tries: 1 }]);
    await test.db('alert_rules').where('company_id', cast.globex.id).delete();
    await test.db('alert_inbox').update({ next_try_at: new Date(0) });
    await look();
    expect(await test.db('alert_inbox').select('user_id')).toEqual([]);
    test.logLines.length = 0;
  });

  it('does not hear of what was rolled back', async () => {
    expect(presetSettings['new-device'].isMuted).toBe(false);
    const before = await test.db('audit_logs').count('* as n').first();
    await expect(
      test.db.transaction(async (trx) => {
        await trx('audit_logs').insert({
          event_id: '00000000-0000-7000-8000-000000000001',
          timestamp: new Date(),
          user_id: cast.bob.id,
          company_id: cast.acme.id,
          actor_type: 'user',
          action_type: 'token_created',
          success: true,
        });
        expect(await trx('alert_inbox').select('user_id')).toEqual([{ user_id: cast.bob.id }]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await test.db('audit_logs').count('* as n').first()).toEqual(before);
    expect(await test.db('alert_inbox').select('user_id')).toEqual([]);
  });
});

describe('a second factor or an address that changes', () => {
  it.each([
    ['second_factor_removed', 'factor-changed'],
    ['email_changed', 'address-changed'],
  ] as const)('as %s raises an alert', async (action, rule) => {
    const base = systemContext({ name: 'test', at: new Date(), log: test.deps.log });
    const context = { ...base, actorType: 'user' as const, userId: cast.bob.id, companyId: cast.acme.id };
    await AuditLogger.log(test.db, context, { action, success: true });
    await look();
    expect(await alertsOf(cast.bob.id)).toEqual([[rule]]);
  });
});

describe('the platform’s staff', () => {
  it('are told of to every admin of the company, once a day, and lock nobody', async () => {
    const olivia = await signIn(test.app, cast.olivia, from(TR, FIREFOX));
    for (let n = 0; n < 3; n += 1) await olivia.get(`/admin/users?company=${String(cast.acme.id)}`);
    await look();
    const alerts = await test.db('alerts').where('company_id', cast.acme.id);
    expect(alerts).toMatchObject([
      { user_id: null, actor_user_id: cast.olivia.id, rules: ['operator-looked'] },
    ]);
    expect((await test.mails()).map(({ to }) => to)).toEqual([cast.alice.email]);
  });
});
