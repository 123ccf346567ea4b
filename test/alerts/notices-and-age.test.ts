import { beforeEach, describe, expect, it } from 'vitest';
import { presetSettings } from '../../src/alerts/rules/rule-settings.ts';
import { sweepAlerts } from '../../src/alerts/sweep-alerts.ts';
import { watchEvents } from '../../src/alerts/watch/watch-events.ts';
import { systemContext } from '../../src/audit/request-context.ts';
import { DAY_MS } from '../../src/durations.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
let cast: Cast;

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  await look();
  await test.forgetMails();
});

const context = () => systemContext({ name: 'test', at: new Date(), log: test.deps.log });
const look = (): ReturnType<typeof watchEvents> =>
  watchEvents(test.db, context(), { config: test.config, settleMs: 0 });

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const at = (ip: string, userAgent: string): Record<string, string> => ({
  'x-forwarded-for': ip,
  'user-agent': userAgent,
});

/** Bob signs in as always, and then somebody in Nigeria with his password. */
async function takeOver(): Promise<void> {
  await signIn(test.app, cast.bob, at('85.105.10.20', FIREFOX));
  await signIn(test.app, cast.bob, at('197.210.1.1', 'Chrome/140.0'));
  await look();
}

/** The addresses that were mailed, each with the links of that kind. */
async function mailed(kind: string): Promise<Record<string, string[]>> {
  const links: Record<string, string[]> = {};
  for (const { to, text } of await test.mails())
    links[to] = [...(links[to] ?? []), ...(text.match(new RegExp(`/auth/${kind}/[\\w-]{43}`, 'g')) ?? [])];
  return links;
}

const actionsOf = (companyId: number): Promise<string[]> =>
  test.db('audit_logs').where('company_id', companyId).orderBy('id').pluck<string[]>('action_type');

describe('the mail of an alert', () => {
  it('goes to no address that nobody has confirmed: a stranger could lock the account by it', async () => {
    await test.db('users').where('id', cast.bob.id).update({ email_confirmed_at: null });
    await takeOver();
    expect(await test.db('alerts').where('user_id', cast.bob.id).pluck('id')).toHaveLength(1);
    expect(await mailed('not-me')).not.toHaveProperty(cast.bob.email);
  });

  it('goes also to the address of before, while the way back to it is open', async () => {
    const change = { changed_at: new Date(), how: 'confirmed', new_email: cast.bob.email };
    for (const [old_email, days] of [
      ['bob-before@example.com', 7],
      ['bob-long-before@example.com', -1],
    ] as const)
      await test.db('email_changes').insert({
        ...{ user_id: cast.bob.id, ...change, old_email, back_token_hash: `hash of ${old_email}` },
        back_until: new Date(Date.now() + days * DAY_MS),
      });
    await takeOver();
    const links = await mailed('not-me');
    expect(Object.keys(links).sort()).toEqual([cast.bob.email, 'bob-before@example.com'].sort());
    expect(links['bob-before@example.com']).toHaveLength(1);
  });

  it('is not sent by a rule that the company muted, nor is an alert raised', async () => {
    const alice = await signIn(test.app, cast.alice);
    const thresholds = Object.entries(presetSettings).flatMap(([rule, { thresholds: values }]) =>
      Object.entries(values).map(([name, value]) => [`${rule}.${name}`, String(value)]),
    );
    const muted = Object.keys(presetSettings).map((rule) => [`${rule}.muted`, 'on']);
    const form = Object.fromEntries([...thresholds, ...muted]);
    expect((await alice.post('/admin/alerts/rules', { ...form, action: 'save' })).status).toBe(303);
    await takeOver();
    expect(await test.db('alerts').where('user_id', cast.bob.id).pluck('rules')).toEqual([]);
    expect(await mailed('not-me')).not.toHaveProperty(cast.bob.email);
  });
});

describe('“this wasn’t me”', () => {
  it('leaves its rows in the trail, and no link for a new password that a thief asked for before', async () => {
    const thief = new Visitor(test.app);
    await thief.post('/auth/forgot', { email: cast.bob.email });
    await test.handleResets();
    const before = (await mailed('reset'))[cast.bob.email]?.[0] ?? '';
    expect((await thief.get(before)).status).toBe(200);
    await takeOver();
    const link = (await mailed('not-me'))[cast.bob.email]?.[0] ?? '';
    await new Visitor(test.app).post(link);
    expect((await thief.post(before, { password: 'a chair that sings' })).status).toBe(410);
    const actions = await actionsOf(cast.acme.id);
    for (const action of ['alert_reported', 'incident_opened', 'account_secured'])
      expect(actions.filter((one) => one === action)).toEqual([action]);
  });

  it('is not mailed to an admin who declined such mails', async () => {
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/account/notifications', { 'staff-looks': 'on' });
    await takeOver();
    const link = (await mailed('not-me'))[cast.bob.email]?.[0] ?? '';
    await new Visitor(test.app).post(link);
    const subjects = (await test.mails())
      .filter(({ to }) => to === cast.alice.email)
      .map(({ subject }) => subject);
    expect(subjects).not.toContain('Security incident in your company');
    expect(await test.db('incidents').where('company_id', cast.acme.id).pluck('id')).toHaveLength(1);
  });
});

describe('alerts and incidents of long ago', () => {
  it('go after 24 months, but not from a company with an open hold, nor while the incident is open', async () => {
    const owner = test.database.ownerDb;
    const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);
    const insertAlert = async (company_id: number, days: number): Promise<number> => {
      const [row] = await owner('alerts')
        .insert({
          ...{ company_id, event_at: ago(days), raised_at: ago(days), action: 'login', is_serious: false },
          ...{ rules: ['new-device'], event_id: owner.raw('gen_random_uuid()') },
        })
        .returning<{ id: number }[]>('id');
      return row?.id ?? 0;
    };
    const { acme, globex, alice, olivia } = cast;
    const [old, recent, held] = [
      await insertAlert(acme.id, 735),
      await insertAlert(acme.id, 700),
      await insertAlert(globex.id, 735),
    ];
    const incident = { company_id: acme.id, opened_at: ago(800) };
    const closed = { closed_by: alice.id, outcome: 'false-alarm' };
    await owner('incidents').insert([{ ...incident, ...closed, closed_at: ago(735) }]);
    await owner('incidents').insert([{ ...incident, ...closed, closed_at: ago(700) }, incident]);
    await owner('legal_holds').insert({
      ...{
        company_id: globex.id,
        kind: 'dispute',
        reference: 'a case',
        reason: 'asked by a bank',
        placed_at: new Date(),
      },
      placed_by: olivia.id,
    });
    await sweepAlerts(test.db, context());
    const left = (await test.db('alerts').orderBy('id').pluck<number[]>('id')).filter((id) => id >= old);
    expect(left).toEqual([recent, held]);
    const incidents = await test
      .db('incidents')
      .where('company_id', acme.id)
      .orderBy('id')
      .pluck('closed_at');
    expect(incidents).toEqual([expect.any(Date), null]);
  });
});
