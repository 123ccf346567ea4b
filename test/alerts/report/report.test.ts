import { beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { watchEvents } from '../../../src/alerts/watch/watch-events.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { useTestApp } from '../../support/app.ts';
import { buildAccessToken, buildCast, buildSshKey, type Cast } from '../../support/programs/build.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
let cast: Cast;
let link: string;

/** Bob signs in as always, then somebody far away does; the mail about that has the link. */
beforeEach(async () => {
  cast = await buildCast(test.db);
  await look();
  await test.forgetMails();
  await signIn(test.app, cast.bob, { 'x-forwarded-for': '85.105.10.20', 'user-agent': 'Firefox/140.0' });
});

function look(): ReturnType<typeof watchEvents> {
  const context = systemContext({ name: 'test', at: new Date(), log: test.deps.log });
  return watchEvents(test.db, context, { config: test.config, settleMs: 0 });
}

async function takeOver(): Promise<Visitor> {
  const thief = await signIn(test.app, cast.bob, {
    'x-forwarded-for': '197.210.1.1',
    'user-agent': 'Chrome/140.0',
  });
  await look();
  const mail = (await test.mails()).findLast(({ to }) => to === cast.bob.email);
  link = /\/auth\/not-me\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
  expect(link).not.toBe('');
  return thief;
}

async function steps(): Promise<unknown[]> {
  return test
    .db('incident_steps')
    .join('incidents', 'incidents.id', 'incident_steps.incident_id')
    .where('incidents.company_id', cast.acme.id)
    .orderBy('incident_steps.id')
    .pluck('kind');
}

describe('“this wasn’t me”', () => {
  it('is a page with a button for whoever has the link, and a GET changes nothing', async () => {
    const thief = await takeOver();
    const stranger = new Visitor(test.app);
    for (let n = 0; n < 2; n += 1) {
      const page = await stranger.get(link);
      expect(page.status).toBe(200);
      expect(page.text).toContain('197.210.1.1');
      expect(page.text).toContain('Nigeria');
      expect(page.text).toContain('put together on');
    }
    expect((await thief.get('/workspace')).status).toBe(200);
    expect(await steps()).toEqual([]);
  });

  it('shuts everybody out: sessions, tokens, keys, browsers, and the password until a new one is set', async () => {
    const { token, bearer } = await buildAccessToken(test.db, cast.bob);
    expect(token).not.toBe('');
    await buildSshKey(test.db, cast.bob);
    const thief = await takeOver();
    const stranger = new Visitor(test.app);
    const answer = await stranger.post(link);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('Nobody is signed in to the account any more');
    expect((await thief.get('/workspace')).status).toBe(303);
    expect((await new Visitor(test.app).get('/api/v1/workspaces', bearer)).status).toBe(401);
    expect(await test.db('ssh_keys').where('user_id', cast.bob.id).whereNull('removed_at')).toEqual([]);
    // Known by no cookie any more.
    expect(await test.db('known_devices').where('user_id', cast.bob.id).pluck('token_hash')).toSatisfy(
      (all: string[]) => all.every((hash) => hash.startsWith('forgotten ')),
    );
    const again = await new Visitor(test.app).post('/auth/login', {
      email: cast.bob.email,
      password: PASSWORD,
    });
    expect(again.status).toBe(422);
    expect(again.text).toContain('This account was locked for its safety');
    const wrong = await new Visitor(test.app).post('/auth/login', {
      email: cast.bob.email,
      password: 'wrong one',
    });
    expect(wrong.text).not.toContain('locked for its safety');
    expect(await steps()).toEqual(['opened', 'secured']);
    const [row] = await test.db('audit_logs').where({ action_type: 'account_secured', user_id: cast.bob.id });
    expect(row).toMatchObject({
      details: {
        cause: 'reported',
        browser_sessions_ended: 2,
        access_tokens_revoked: 1,
        ssh_keys_removed: 1,
        devices_forgotten: 2,
      },
    });
  });

  it('mails the link for a new password, after which the person is in again', async () => {
    await takeOver();
    await new Visitor(test.app).post(link);
    const resetLink = async (): Promise<string | undefined> =>
      (await test.mails()).flatMap(({ to, text }) =>
        to === cast.bob.email ? (/\/auth\/reset\/[\w-]{43}/.exec(text) ?? []) : [],
      )[0];
    await expect.poll(resetLink).toBeTypeOf('string');
    await new Visitor(test.app).post((await resetLink()) ?? '', { password: 'a chair that sings' });
    const bob = await signIn(test.app, { email: cast.bob.email, password: 'a chair that sings' });
    expect((await bob.get('/workspace')).status).toBe(200);
  });

  it('is good once, and not after 30 days', async () => {
    await takeOver();
    const stranger = new Visitor(test.app);
    await test
      .db('alerts')
      .where('user_id', cast.bob.id)
      .update({ report_expires_at: new Date(Date.now() - 1) });
    expect((await stranger.get(link)).status).toBe(410);
    expect((await stranger.post(link)).status).toBe(410);
    await test
      .db('alerts')
      .where('user_id', cast.bob.id)
      .update({ report_expires_at: new Date(Date.now() + DAY_MS) });
    expect((await stranger.post(link)).status).toBe(200);
    expect((await stranger.post(link)).status).toBe(410);
    expect((await stranger.get(link)).status).toBe(410);
    expect(await steps()).toEqual(['opened', 'secured']);
  });

  it('pressed by two at once locks once', async () => {
    await takeOver();
    const answers = await Promise.all([1, 2].map(() => new Visitor(test.app).post(link)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(await steps()).toEqual(['opened', 'secured']);
  });

  it('tells the admins, who find the incident, and keeps the secret out of every row', async () => {
    await takeOver();
    await new Visitor(test.app).post(link);
    const told = (await test.mails()).filter(({ to }) => to === cast.alice.email);
    expect(told.map(({ subject }) => subject)).toEqual(['Security incident in your company']);
    const secret = link.split('/').at(-1) ?? '';
    const paths = await test.db('audit_logs').pluck<(string | null)[]>('request_path');
    expect(paths).toContain('/auth/not-me/[token]');
    expect(paths.filter((path) => path?.includes(secret))).toEqual([]);
    const kept = await test.db('mails').where('recipient', cast.bob.email).pluck<Buffer[]>('kept');
    expect(kept.filter((bytes) => bytes.includes(secret))).toEqual([]);
    expect(await test.db('alerts').where('report_token_hash', secret)).toEqual([]);
  });
});
