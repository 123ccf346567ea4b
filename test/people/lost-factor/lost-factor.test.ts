import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/durations.ts';
import { approveFactorReset } from '../../../src/people/lost-factor/approve-factor-reset.ts';
import { expireFactorResets } from '../../../src/people/lost-factor/end-factor-reset.ts';
import { contextOf, rowsOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildUser, type BuiltUser, type Cast } from '../../support/programs/build.ts';
import { buildSecondFactor, TRUSTED_DEVICE } from '../../support/programs/second-factor.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let oscar: BuiltUser;
let olivia: Visitor;
const FORM = { reason: 'lost the phone', channel: 'call', identityCheck: 'called back, knew the invoice' };

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  oscar = await buildUser(test.db, { role: 'operator' });
  await buildSecondFactor(test.db, cast.bob, new Date());
  olivia = await signIn(test.app, cast.olivia);
  await test.forgetMails();
});

const path = ({ id }: { id: number }, step = ''): string => `/admin/lost-factors/${String(id)}${step}`;
const later = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

function approve(operator: BuiltUser, at = later(25), person: BuiltUser = cast.bob): Promise<unknown> {
  const input = { userId: person.id, operatorId: operator.id, config: test.config };
  return approveFactorReset(test.db, contextOf(test, operator, at), input);
}

/** Moves the wish of a person into the past, as if the time had passed. */
async function letPass(person: BuiltUser, hours: number): Promise<void> {
  const by = `${String(hours)} hours`;
  await test
    .db('factor_resets')
    .where('user_id', person.id)
    .update({
      requested_at: test.db.raw('requested_at - ?::interval', [by]),
      due_at: test.db.raw('due_at - ?::interval', [by]),
      expires_at: test.db.raw('expires_at - ?::interval', [by]),
    });
}

async function objectionLink(person: BuiltUser): Promise<string> {
  const mail = (await test.mails()).findLast(({ to }) => to === person.email);
  return /\/auth\/object-factor\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
}

const hasFactor = async ({ id }: BuiltUser): Promise<boolean> =>
  (await test.db('users').where({ id }).first<{ second_factor_at: Date | null }>('second_factor_at'))
    .second_factor_at !== null;

describe('somebody who has lost every second factor', () => {
  it('gets in by the password after two operators and the waiting time, and is told twice', async () => {
    const asked = await olivia.post(path(cast.bob), FORM);
    expect(await rowsOf(test.db, 'factor_reset_requested', asked)).toMatchObject([
      {
        actor_type: 'operator',
        company_id: cast.acme.id,
        resource_id: String(cast.bob.id),
        details: { reason: FORM.reason, channel: FORM.channel, identity_check: FORM.identityCheck },
      },
    ]);
    expect((await olivia.get(path(cast.bob))).text).not.toContain('/approve"');
    const other = await signIn(test.app, oscar);
    const inside = new Visitor(test.app);
    inside.setDevice(TRUSTED_DEVICE);
    await inside.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    expect((await inside.get('/workspace')).status).toBe(200);
    expect((await other.get('/admin/lost-factors')).text).toContain(cast.bob.email);
    const early = await other.follow(await other.post(path(cast.bob, '/approve')));
    expect(early.text).toContain('It cannot be approved yet');
    await letPass(cast.bob, 25);
    const looked = await other.get(path(cast.bob));
    expect(looked.text).toContain('/approve"');
    expect(await rowsOf(test.db, 'operator_company_viewed', looked)).toMatchObject([
      { user_id: oscar.id, company_id: cast.acme.id },
    ]);
    const done = await other.post(path(cast.bob, '/approve'));
    expect(await rowsOf(test.db, 'factor_reset_approved', done)).toMatchObject([
      { user_id: oscar.id, success: true, company_id: cast.acme.id, details: { factors_ended: 1 } },
    ]);
    expect(await hasFactor(cast.bob)).toBe(false);
    expect((await inside.get('/workspace')).status).toBe(303);
    for (const table of ['totp_secrets', 'passkeys', 'recovery_codes', 'browser_sessions'])
      expect(await test.db(table).where('user_id', cast.bob.id), table).toEqual([]);
    expect((await test.mails()).map(({ to, subject }) => [to, subject])).toEqual([
      [cast.bob.email, 'Somebody wants the second factors of your YouAreCoder account to end'],
      [cast.bob.email, 'The second factors of your YouAreCoder account have ended'],
    ]);
    const bob = new Visitor(test.app);
    const login = await bob.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    expect(login.headers.location).not.toBe('/auth/second-factor');
  });

  it('may be one of the staff, who then reaches nothing but the page that sets a factor up', async () => {
    await olivia.post(path(oscar), FORM);
    const third = await buildUser(test.db, { role: 'operator' });
    expect(await approve(third, later(25), oscar)).toEqual({ ok: true });
    const visitor = new Visitor(test.app);
    await visitor.post('/auth/login', { email: oscar.email, password: PASSWORD });
    expect((await visitor.get('/admin')).headers.location).toBe('/account/second-factor');
  });

  it('keeps the factors when the same operator approves, or before the time, or after seven days', async () => {
    await olivia.post(path(cast.bob), FORM);
    expect(await approve(cast.olivia)).toEqual({ ok: false, reason: 'same-person' });
    expect(await approve(oscar, later(23.9))).toEqual({ ok: false, reason: 'too-early' });
    expect(await approve(oscar, later(7 * 24 + 1))).toEqual({ ok: false, reason: 'none' });
    expect(await hasFactor(cast.bob)).toBe(true);
    const refused = (await rowsOf(test.db, 'factor_reset_approved')).filter(
      ({ resource_id }) => resource_id === String(cast.bob.id),
    );
    expect(refused.map(({ success, error_message }) => [success, error_message])).toEqual([
      [false, 'same-person'],
      [false, 'too-early'],
    ]);
    const byOne = { approved_at: later(25), approved_by: cast.olivia.id };
    const wrong = test.db('factor_resets').where('user_id', cast.bob.id).update(byOne);
    await expect(wrong).rejects.toThrow('ck_factor_resets_people');
  });

  it('keeps the factors when the person objects: a look is no objection', async () => {
    await olivia.post(path(cast.bob), FORM);
    const link = await objectionLink(cast.bob);
    const bob = new Visitor(test.app);
    expect((await bob.get(link)).text).toContain('I did not ask for it');
    expect((await olivia.get(path(cast.bob))).text).toContain('/cancel"');
    const response = await bob.post(link);
    expect(response.text).toContain('Your second factors stay');
    expect(await rowsOf(test.db, 'factor_reset_objected', response)).toMatchObject([
      { user_id: null, company_id: cast.acme.id, resource_id: String(cast.bob.id) },
    ]);
    expect(await approve(oscar)).toEqual({ ok: false, reason: 'none' });
    expect((await bob.post(link)).status).toBe(410);
    expect(await hasFactor(cast.bob)).toBe(true);
  });

  it('is asked for once at a time; a wish that was withdrawn or ran out makes place for another', async () => {
    await olivia.post(path(cast.bob), FORM);
    const again = await olivia.post(path(cast.bob), FORM);
    expect([again.status, again.text.includes('A request is waiting already')]).toEqual([422, true]);
    const other = await signIn(test.app, oscar);
    const response = await other.post(path(cast.bob, '/cancel'));
    expect(await rowsOf(test.db, 'factor_reset_cancelled', response)).toMatchObject([{ user_id: oscar.id }]);
    await olivia.post(path(cast.bob), FORM);
    const link = await objectionLink(cast.bob);
    const at = new Date(Date.now() + 8 * DAY_MS);
    expect(await expireFactorResets(test.db, contextOf(test, oscar, at), { userId: cast.bob.id })).toBe(1);
    expect((await new Visitor(test.app).get(link)).status).toBe(410);
    await olivia.post(path(cast.bob), FORM);
    expect(await test.db('factor_resets').where('user_id', cast.bob.id)).toHaveLength(3);
  });

  it('is approved once when two operators approve at the same time', async () => {
    const third = await buildUser(test.db, { role: 'operator' });
    await olivia.post(path(cast.bob), FORM);
    const outcomes = await Promise.all([approve(oscar), approve(third)]);
    expect(outcomes.filter((outcome) => (outcome as { ok: boolean }).ok)).toHaveLength(1);
    expect((await test.mails()).filter(({ subject }) => subject.endsWith('have ended'))).toHaveLength(1);
  });

  it('needs three answers and a fresh proof of the operator, who cannot ask for themselves', async () => {
    const empty = await olivia.post(path(cast.bob), { ...FORM, channel: ' ' });
    expect([empty.status, empty.text.includes('Say how the person reached us.')]).toEqual([422, true]);
    expect(empty.text).toContain(FORM.identityCheck);
    const own = await olivia.post(path(cast.olivia), FORM);
    expect([own.status, own.text.includes('You cannot ask for yourself')]).toEqual([422, true]);
    await test
      .db('browser_sessions')
      .where('user_id', cast.olivia.id)
      .update({ sess: test.db.raw("sess #- '{proof}'") });
    const asked = await olivia.post(path(cast.bob), FORM);
    expect([asked.status, asked.text.includes('name="stepUpCode"')]).toEqual([403, true]);
    expect(await test.db('factor_resets').whereIn('user_id', [cast.bob.id, cast.olivia.id])).toEqual([]);
  });
});

describe('the page of second factors', () => {
  it('leads to signing out elsewhere while the person is signed in elsewhere', async () => {
    const alice = await signIn(test.app, cast.alice);
    const link = 'href="/account/browsers/others"';
    expect((await alice.get('/account/second-factor')).text).not.toContain(link);
    await signIn(test.app, cast.alice);
    expect((await alice.get('/account/second-factor')).text).toContain(link);
  });
});
