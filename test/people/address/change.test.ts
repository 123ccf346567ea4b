import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/durations.ts';
import { findStanding } from '../../../src/people/address/queries.ts';
import { openWayBack } from '../../../src/people/address/restore-address.ts';
import { contextOf, rowsOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import {
  buildAccessToken,
  buildCast,
  buildSshKey,
  buildUser,
  type Cast,
} from '../../support/programs/build.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let count = 0;
const NEW = 'a lamp that whispers';

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  await test.forgetMails();
});

function newEmail(): string {
  count += 1;
  return `other-${String(count)}@example.com`;
}

async function linkTo(email: string, kind: 'new-email' | 'restore-email'): Promise<string> {
  const mails = (await test.mails()).filter(({ to }) => to === email);
  const found = mails.flatMap(({ text }) => new RegExp(`/auth/${kind}/[\\w-]{43}`).exec(text)?.[0] ?? []);
  return found.at(-1) ?? '';
}

async function emailOf(userId: number): Promise<string> {
  return (await test.db('users').where('id', userId).first<{ email: string }>('email')).email;
}

async function canSignIn(email: string, password = PASSWORD): Promise<boolean> {
  return (await new Visitor(test.app).post('/auth/login', { email, password })).status === 303;
}

/** Changes Bob's address, and returns his browser with the link back. */
async function changed(email = newEmail()): Promise<{ bob: Visitor; email: string; back: string }> {
  const bob = await signIn(test.app, cast.bob);
  await bob.post('/account/email', { email });
  await bob.post(await linkTo(email, 'new-email'));
  expect(await emailOf(cast.bob.id)).toBe(email);
  return { bob, email, back: await linkTo(cast.bob.email, 'restore-email') };
}

describe('another address', () => {
  it('counts once it is confirmed there: until then the old one signs in', async () => {
    const bob = await signIn(test.app, cast.bob);
    const email = newEmail();
    const asked = await bob.post('/account/email', { email: ` ${email.toUpperCase()} ` });
    expect((await bob.follow(asked)).text).toContain(`The link that was sent to ${email}`);
    expect(await rowsOf(test.db, 'email_change_requested', asked)).toMatchObject([
      { user_id: cast.bob.id, details: { old_email: cast.bob.email, new_email: email } },
    ]);
    expect([await canSignIn(cast.bob.email), await canSignIn(email)]).toEqual([true, false]);
    const link = await linkTo(email, 'new-email');
    expect((await bob.get(link)).text).toContain('Confirm your new email address');
    expect(await emailOf(cast.bob.id)).toBe(cast.bob.email);
    const response = await bob.post(link);
    expect((await bob.follow(response)).text).toContain(`The email address is ${email} now`);
    expect([await canSignIn(cast.bob.email), await canSignIn(email)]).toEqual([false, true]);
    expect(await rowsOf(test.db, 'email_changed', response)).toMatchObject([
      { user_id: cast.bob.id, details: { old_email: cast.bob.email, new_email: email } },
    ]);
    expect((await bob.post(link)).status).toBe(410);
    expect((await bob.get('/workspace')).text).not.toContain('Please confirm your email address');
  });

  it('stands in the person’s own copy of their data, with the address of before', async () => {
    const { bob, email } = await changed();
    const { text } = await bob.get('/account/data/download.json');
    expect(text).toContain(`"old_email":"${cast.bob.email}"`);
    expect(text).toContain(`"new_email":"${email}"`);
    expect(text).not.toContain(cast.alice.email);
    const { evidence } = JSON.parse(text) as { evidence: { audit_logs: Record<string, unknown>[] } };
    expect(evidence.audit_logs.find(({ action_type }) => action_type === 'email_changed')).toMatchObject({
      details: { old_email: cast.bob.email, new_email: email },
    });
  });

  it('is asked for with a fresh proof of who one is, and nothing typed is lost', async () => {
    const bob = await signIn(test.app, cast.bob);
    await test.db.raw(`update browser_sessions set sess = (sess::jsonb - 'proof')::json
                       where sess -> 'passport' ->> 'user' = '${String(cast.bob.id)}'`);
    const email = newEmail();
    const asked = await bob.post('/account/email', { email });
    expect(asked.text).toContain(`value="${email}"`);
    expect(await test.mails()).toEqual([]);
  });

  it('is confirmed elsewhere by somebody who knows the password only', async () => {
    const bob = await signIn(test.app, cast.bob);
    const email = newEmail();
    await bob.post('/account/email', { email });
    const link = await linkTo(email, 'new-email');
    const stranger = new Visitor(test.app);
    expect((await stranger.post(link, { password: 'wrong' })).status).toBe(422);
    expect((await (await signIn(test.app, cast.alice)).post(link)).status).toBe(409);
    expect(await emailOf(cast.bob.id)).toBe(cast.bob.email);
    expect((await stranger.post(link, { password: PASSWORD })).headers.location).toBe('/auth/login');
    expect(await emailOf(cast.bob.id)).toBe(email);
  });

  it('is not confirmed by a link that is a day old, nor once another account has it', async () => {
    const bob = await signIn(test.app, cast.bob);
    const [late, taken] = [newEmail(), newEmail()];
    await bob.post('/account/email', { email: late });
    const wish = test.db('email_change_requests').where('new_email', late);
    const { requested_at, expires_at } = await wish
      .clone()
      .first<{ requested_at: Date; expires_at: Date }>('requested_at', 'expires_at');
    expect(expires_at.getTime() - requested_at.getTime()).toBe(DAY_MS);
    await wish.update({ expires_at: new Date() });
    const link = await linkTo(late, 'new-email');
    expect([(await bob.get(link)).status, (await bob.post(link)).status]).toEqual([410, 410]);
    await bob.post('/account/email', { email: taken });
    await buildUser(test.db, { company_id: cast.globex.id, email: taken });
    expect((await bob.post(await linkTo(taken, 'new-email'))).status).toBe(409);
    expect(await emailOf(cast.bob.id)).toBe(cast.bob.email);
  });

  it('that has an account gets a mail without a link, and the page says nothing of it', async () => {
    const bob = await signIn(test.app, cast.bob);
    const response = await bob.post('/account/email', { email: cast.charlie.email });
    expect((await bob.follow(response)).text).toContain('A link is on its way');
    const [mail] = await test.mails();
    expect(mail?.to).toBe(cast.charlie.email);
    expect(mail?.text).toContain('It belongs to another account already');
    expect(await linkTo(cast.charlie.email, 'new-email')).toBe('');
  });

  it('is not one’s own, and asks three times an hour at most', async () => {
    const bob = await signIn(test.app, cast.bob);
    const same = await bob.post('/account/email', { email: cast.bob.email });
    expect([same.status, same.text.includes('This is your address already')]).toEqual([422, true]);
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1)
      statuses.push((await bob.post('/account/email', { email: newEmail() })).status);
    expect(statuses).toEqual([303, 303, 303, 429]);
  });

  it('is withdrawn by its person, by a newer wish and by a new password: the link is dead', async () => {
    const bob = await signIn(test.app, cast.bob);
    const [first, second, third] = [newEmail(), newEmail(), newEmail()];
    await bob.post('/account/email', { email: first });
    await bob.post('/account/email', { email: second });
    expect((await bob.post(await linkTo(first, 'new-email'))).status).toBe(410);
    const response = await bob.post('/account/email/withdraw');
    expect(await rowsOf(test.db, 'email_change_withdrawn', response)).toHaveLength(1);
    expect((await bob.post(await linkTo(second, 'new-email'))).status).toBe(410);
    await bob.post('/account/email', { email: third });
    await bob.post('/auth/password', { oldPassword: PASSWORD, password: NEW });
    expect((await bob.post(await linkTo(third, 'new-email'))).status).toBe(410);
    expect(await emailOf(cast.bob.id)).toBe(cast.bob.email);
  });

  it('ends a link for a new password that the old address had got', async () => {
    await new Visitor(test.app).post('/auth/forgot', { email: cast.bob.email });
    await test.handleResets();
    const reset = /\/auth\/reset\/[\w-]{43}/.exec((await test.mails())[0]?.text ?? '')?.[0] ?? '';
    await changed();
    expect((await new Visitor(test.app).get(reset)).status).toBe(410);
  });

  it('is not told to an old address that nobody ever confirmed: it may be a stranger’s', async () => {
    const typo = await buildUser(test.db, { email_confirmed_at: null });
    const browser = await signIn(test.app, typo);
    const email = newEmail();
    await browser.post('/account/email', { email });
    await browser.post(await linkTo(email, 'new-email'));
    expect(await emailOf(typo.id)).toBe(email);
    expect((await test.mails()).filter(({ to }) => to === typo.email)).toEqual([]);
  });
});

describe('the way back', () => {
  it('restores the address, ends all that was open, and asks for a new password', async () => {
    const { bob, email, back } = await changed();
    await buildAccessToken(test.db, cast.bob);
    await buildSshKey(test.db, cast.bob);
    const owner = new Visitor(test.app);
    const page = await owner.get(back);
    expect(page.text).toContain(`from ${cast.bob.email} to ${email}`);
    expect(await emailOf(cast.bob.id)).toBe(email);
    const response = await owner.post(back);
    expect(response.headers.location).toMatch(/^\/auth\/reset\/[\w-]{43}$/);
    expect(await emailOf(cast.bob.id)).toBe(cast.bob.email);
    expect((await bob.get('/workspace')).status).toBe(303);
    expect([await canSignIn(cast.bob.email), await canSignIn(email)]).toEqual([false, false]);
    expect(await test.db('access_tokens').where('user_id', cast.bob.id).whereNull('revoked_at')).toEqual([]);
    expect(await test.db('ssh_keys').where('user_id', cast.bob.id).whereNull('removed_at')).toEqual([]);
    expect(await rowsOf(test.db, 'email_restored', response)).toMatchObject([
      { user_id: cast.bob.id, details: { old_email: email, new_email: cast.bob.email } },
    ]);
    expect((await owner.get(response.headers.location as string)).text).toContain('Your address is back');
    await owner.post(response.headers.location as string, { password: NEW });
    expect(await canSignIn(cast.bob.email, NEW)).toBe(true);
    expect((await owner.post(back)).status).toBe(410);
    const history = await test.db('email_changes').where('user_id', cast.bob.id).orderBy('id');
    expect(history).toMatchObject([
      { old_email: cast.bob.email, new_email: email, how: 'confirmed', ip_address: '127.0.0.1' },
      { old_email: email, new_email: cast.bob.email, how: 'restored' },
    ]);
  });

  it('leads past a second change that followed, whose own way back then ends', async () => {
    const { bob, email, back } = await changed();
    const second = newEmail();
    await bob.post('/account/email', { email: second });
    await bob.post(await linkTo(second, 'new-email'));
    expect(await emailOf(cast.bob.id)).toBe(second);
    const thiefs = await linkTo(email, 'restore-email');
    await new Visitor(test.app).post(back);
    expect(await emailOf(cast.bob.id)).toBe(cast.bob.email);
    expect((await new Visitor(test.app).post(thiefs)).status).toBe(410);
  });

  it('is open for seven days, in which nobody else gets the address', async () => {
    const { back } = await changed();
    const dave = new Visitor(test.app);
    await dave.post('/auth/register', {
      companyName: 'Taker',
      subdomain: 'taker-of-addresses',
      fullName: 'Dave',
      email: cast.bob.email,
      password: 'a chair that sings',
      acceptTerms: 'on',
      acceptPrivacy: 'on',
    });
    await (await signIn(test.app, cast.alice)).post('/account/email', { email: cast.bob.email });
    const mails = (await test.mails()).filter(({ to }) => to === cast.bob.email).slice(1);
    expect(mails.filter(({ text }) => /\/auth\/(confirm|new-email)\//.test(text))).toEqual([]);
    const secret = back.slice('/auth/restore-email/'.length);
    const later = (days: number): Promise<{ state: string }> =>
      openWayBack(test.db, contextOf(test, cast.olivia, new Date(Date.now() + days * DAY_MS)), secret);
    expect([(await later(6.9)).state, (await later(7.1)).state]).toEqual(['open', 'over']);
    const standing = async (days: number): Promise<string> => {
      const at = new Date(Date.now() + days * DAY_MS);
      return (await findStanding(test.db, { email: cast.bob.email, userId: cast.alice.id, at })).state;
    };
    expect([await standing(6.9), await standing(7.1)]).toEqual(['reserved', 'free']);
  });

  it('is taken by one of two clicks at once', async () => {
    const { back } = await changed();
    const visitors = [new Visitor(test.app), new Visitor(test.app)];
    for (const visitor of visitors) await visitor.get(back);
    const answers = await Promise.all(visitors.map((visitor) => visitor.post(back)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
  });
});

describe('the database', () => {
  it('refuses an address that no change led to', async () => {
    const write = test.db('users').where('id', cast.bob.id).update({ email: newEmail() });
    await expect(write).rejects.toThrow(/changes only as email_changes says/);
  });
});

describe('the evidence', () => {
  it('has each change, and the address that the person had when they accepted', async () => {
    const { email } = await changed();
    const alice = await signIn(test.app, cast.alice);
    const { body } = await alice.get(`/admin/users/${String(cast.bob.id)}/export-logs`);
    expect(body).toMatchObject({
      user: {
        email,
        email_changes: [{ old_email: cast.bob.email, new_email: email, how: 'confirmed' }],
        email_confirmations: [{ email, how: 'change' }],
      },
      legal_acceptance: { history: [{ email: cast.bob.email }, { email: cast.bob.email }] },
    });
  });
});
