import type { Response } from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/durations.ts';
import { rowsOf } from '../../auth/rows.ts';
import { createTestApp, useTestApp } from '../../support/app.ts';
import {
  buildAccessToken,
  buildCast,
  buildCompany,
  buildPayment,
  buildSshKey,
  buildUser,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn, signInByForm } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let count = 0;
const NEW = 'a lamp that whispers';
const OWN = 'a chair that sings';

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  await test.forgetMails();
});

/** Registers a company with the address, in a new browser. */
async function register(
  email: string,
  browser = new Visitor(test.app),
): Promise<{ browser: Visitor; response: Response }> {
  count += 1;
  const response = await browser.post('/auth/register', {
    companyName: `Own ${String(count)}`,
    subdomain: `own-${String(count)}-x`,
    fullName: 'Dave Newcomer',
    email,
    password: OWN,
    acceptTerms: 'on',
    acceptPrivacy: 'on',
  });
  expect(response.status).toBe(303);
  return { browser, response };
}

function newEmail(): string {
  count += 1;
  return `new-${String(count)}@example.com`;
}

async function linkTo(email: string): Promise<string> {
  const mail = (await test.mails()).findLast(({ to }) => to === email);
  return /\/auth\/confirm\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
}

async function accountsWith(email: string): Promise<Record<string, unknown>[]> {
  return test
    .db('users')
    .where({ email })
    .orderBy('id')
    .select<Record<string, unknown>[]>([
      'id',
      'company_id',
      'email_confirmed_at',
      'holds_email',
      'deactivated_at',
    ]);
}

describe('a new account', () => {
  it('opens its trial at once, and is asked on every page to confirm its address', async () => {
    const email = newEmail();
    const { browser } = await register(email);
    const page = await browser.get('/workspace');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Please confirm your email address');
    expect(page.text).toContain(email);
    expect((await browser.get('/auth/confirm')).text).toContain(`We have sent a link to ${email}`);
  });

  it('buys nothing and invites nobody before, and says why with a button that sends the mail again', async () => {
    const { browser } = await register(newEmail());
    const tries = [
      await browser.post('/billing/subscribe/team', { currency: 'TRY' }),
      await browser.get('/billing/checkout/yac1'),
      await browser.post('/admin/users', { email: newEmail(), role: 'member' }),
    ];
    for (const response of tries) {
      expect(response.status).toBe(403);
      expect(response.text).toContain('Please confirm your email address first');
      expect(response.text).toContain('action="/auth/confirm"');
    }
    expect(await rowsOf(test.db, 'payment_initiated', tries[0])).toEqual([]);
  });

  it('is confirmed by the button behind the link: a look changes nothing, and a second click says so', async () => {
    const email = newEmail();
    const { browser } = await register(email);
    const link = await linkTo(email);
    for (const visitor of [browser, new Visitor(test.app)])
      expect((await visitor.get(link)).text).toContain('Confirm this email address');
    expect((await accountsWith(email))[0]?.email_confirmed_at).toBeNull();
    const response = await browser.post(link);
    expect(response.headers.location).toBe('/workspace');
    expect((await browser.follow(response)).text).toContain(`${email} is confirmed`);
    expect((await browser.get('/workspace')).text).not.toContain('Please confirm your email address');
    const [account] = await accountsWith(email);
    expect(account?.email_confirmed_at).toBeInstanceOf(Date);
    const kept = await test.db('email_confirmations').where('user_id', account?.id as number);
    expect(kept).toMatchObject([{ email, how: 'link', ip_address: '127.0.0.1' }]);
    expect(kept[0]).toMatchObject({ confirmed_at: account?.email_confirmed_at });
    expect(await rowsOf(test.db, 'email_confirmed', response)).toMatchObject([
      { user_id: account?.id, company_id: account?.company_id, details: { email, how: 'link' } },
    ]);
    const again = await browser.post(link);
    expect(again.status).toBe(410);
    expect(again.text).toContain('already confirmed');
    expect((await browser.post('/admin/users', { email: newEmail(), role: 'member' })).status).toBe(303);
  });

  it('is confirmed in another browser by somebody who knows its password only', async () => {
    const email = newEmail();
    await register(email);
    const link = await linkTo(email);
    const phone = new Visitor(test.app);
    await phone.get(link);
    for (const password of [undefined, 'wrong'])
      expect((await phone.post(link, { password })).status, String(password)).toBe(422);
    expect((await accountsWith(email))[0]?.email_confirmed_at).toBeNull();
    const response = await phone.post(link, { password: OWN });
    expect(response.headers.location).toBe('/auth/login');
    expect((await accountsWith(email))[0]?.email_confirmed_at).not.toBeNull();
  });

  it('is not opened by guessing at the link: the sixth wrong password is refused unseen', async () => {
    const email = newEmail();
    await register(email);
    const link = await linkTo(email);
    const phone = new Visitor(test.app);
    for (let n = 0; n < 5; n += 1) await phone.post(link, { password: 'wrong' });
    expect((await phone.post(link, { password: OWN })).status).toBe(429);
  });

  it('refuses a link of somebody else, one that is a day old, one that was replaced and one that never was', async () => {
    const email = newEmail();
    const { browser } = await register(email);
    const first = await linkTo(email);
    const bob = await signIn(test.app, cast.bob);
    for (const response of [await bob.get(first), await bob.post(first)])
      expect([response.status, response.text.includes('for another account')]).toEqual([409, true]);
    await browser.post('/auth/confirm');
    const second = await linkTo(email);
    expect(second).not.toBe(first);
    const times = await test.db('email_confirmations').where({ email }).select('created_at', 'expires_at');
    for (const { created_at, expires_at } of times as { created_at: Date; expires_at: Date }[])
      expect(expires_at.getTime() - created_at.getTime()).toBe(DAY_MS);
    expect((await browser.post(first)).status).toBe(410);
    expect((await browser.get(`/auth/confirm/${'a'.repeat(43)}`)).status).toBe(404);
    const { ownerDb } = test.database;
    await ownerDb.raw('alter table email_confirmations disable trigger refuse_rewriting');
    await ownerDb('email_confirmations').whereNull('ended_at').update({ expires_at: new Date() });
    await ownerDb.raw('alter table email_confirmations enable trigger refuse_rewriting');
    expect((await browser.post(second)).status).toBe(410);
    expect((await accountsWith(email))[0]?.email_confirmed_at).toBeNull();
  });

  it('gets three mails an hour at most, and an address eight a day, whoever registers with it', async () => {
    const email = newEmail();
    const { browser } = await register(email);
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await browser.post('/auth/confirm')).status);
    expect(statuses).toEqual([303, 303, 429, 429]);
    expect(await test.mails()).toHaveLength(3);
    for (let n = 0; n < 7; n += 1) await register(email);
    expect(await test.mails()).toHaveLength(8);
  });

  it('leaves no secret in the tables, the audit trail or the log', async () => {
    const email = newEmail();
    const { browser } = await register(email);
    const link = await linkTo(email);
    await browser.post(link);
    const secret = link.slice('/auth/confirm/'.length);
    for (const table of ['mails', 'audit_logs', 'email_confirmations', 'browser_sessions']) {
      const { rows } = await test.db.raw<{ rows: { text: string }[] }>(
        `select t::text as text from ${table} t`,
      );
      expect(
        rows.filter(({ text }) => text.includes(secret)),
        table,
      ).toEqual([]);
    }
    expect(JSON.stringify(test.logLines)).not.toContain(secret);
  });
});

describe('an account from before addresses were confirmed', () => {
  it('signs in, works, is asked to confirm, and buys after that', async () => {
    const old = await buildUser(test.db, { role: 'admin', email_confirmed_at: null });
    const browser = await signIn(test.app, old);
    expect((await browser.get('/workspace')).text).toContain('Please confirm your email address');
    expect((await browser.post('/billing/subscribe/team', { currency: 'TRY' })).status).toBe(403);
    await browser.post('/auth/confirm');
    await browser.post(await linkTo(old.email));
    expect((await browser.post('/billing/subscribe/team', { currency: 'TRY' })).status).not.toBe(403);
  });
});

describe('registering with an address that has an account', () => {
  it('gets the same answers and pages as with a free one, whatever account it is', async () => {
    const unconfirmed = await buildUser(test.db, { role: 'admin', email_confirmed_at: null });
    const seen = async (email: string): Promise<unknown> => {
      const { browser, response } = await register(email);
      const pages: string[] = [];
      const own = await test.db('companies').orderBy('id', 'desc').first<{ name: string }>();
      const { subdomain } = await test.db('companies').orderBy('id', 'desc').first<{ subdomain: string }>();
      for (const path of ['/workspace', '/auth/confirm', '/admin/audit', '/admin/mails', '/admin/users'])
        pages.push(
          (await browser.get(path)).text
            .replaceAll(email, 'EMAIL')
            .replaceAll(own.name, 'COMPANY')
            .replaceAll(subdomain, 'SUBDOMAIN')
            .replace(/(nonce|value|datetime|href|action|id)="[^"]*"/g, '')
            .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
            .replace(/\d+/g, '0'),
        );
      return [response.status, response.headers.location, ...pages];
    };
    const free = await seen(newEmail());
    for (const { email } of [unconfirmed, cast.bob, cast.olivia])
      expect(await seen(email), email).toEqual(free);
  });

  it('tells the owner of a confirmed account by a mail without a link that confirms', async () => {
    const { browser } = await register(cast.bob.email);
    const mails = await test.mails();
    expect(mails).toMatchObject([{ to: cast.bob.email, subject: 'Your email address at YouAreCoder' }]);
    expect(mails[0]?.text).toContain('You have one already');
    expect(await linkTo(cast.bob.email)).toBe('');
    await browser.post('/auth/confirm');
    expect(await accountsWith(cast.bob.email)).toMatchObject([
      { id: cast.bob.id, holds_email: true },
      { holds_email: false, email_confirmed_at: null },
    ]);
    expect((await signInByForm(test.app, cast.bob)).headers).toBeDefined();
  });
});

describe('an address that a stranger registered first', () => {
  /** The stranger's account, with all that could open it later. */
  async function hijack(email: string): Promise<{ browser: Visitor; id: number; companyId: number }> {
    const { browser } = await register(email);
    const [account] = await accountsWith(email);
    const [id, companyId] = [account?.id as number, account?.company_id as number];
    await buildAccessToken(test.db, { id, company_id: companyId });
    await buildSshKey(test.db, { id, company_id: companyId });
    return { browser, id, companyId };
  }

  async function expectDead(stranger: { browser: Visitor; id: number }): Promise<void> {
    expect((await stranger.browser.get('/workspace')).status).toBe(303);
    for (const [table, column] of [
      ['access_tokens', 'revoked_at'],
      ['ssh_keys', 'removed_at'],
    ] as const) {
      const open = await test.db(table).where('user_id', stranger.id).whereNull(column);
      expect(open, table).toEqual([]);
    }
  }

  it('goes to the owner who registers and confirms: the stranger’s account ends with all that opened it', async () => {
    const email = newEmail();
    const stranger = await hijack(email);
    const strangersLink = await linkTo(email);
    await test.forgetMails();
    const { browser: owner } = await register(email);
    const link = await linkTo(email);
    expect((await test.mails())[0]?.text).toContain('An earlier account with this address');
    expect((await stranger.browser.get('/workspace')).status).toBe(200);
    const response = await owner.post(link);
    expect(response.status).toBe(303);
    await expectDead(stranger);
    expect((await owner.get('/workspace')).status).toBe(200);
    expect((await new Visitor(test.app).post(strangersLink, { password: OWN })).status).toBe(410);
    const [theirs, own] = await accountsWith(email);
    expect(theirs).toMatchObject({ id: stranger.id, holds_email: false });
    expect(theirs?.deactivated_at).not.toBeNull();
    expect(own).toMatchObject({ holds_email: true, deactivated_at: null });
    expect(await rowsOf(test.db, 'email_claimed', response)).toMatchObject([
      {
        user_id: stranger.id,
        company_id: stranger.companyId,
        details: { browser_sessions_ended: 1, access_tokens_revoked: 1, ssh_keys_removed: 1 },
      },
    ]);
    expect(await test.db('browser_sessions').where('user_id', stranger.id)).toEqual([]);
    expect(await test.db('membership_periods').where('user_id', stranger.id).pluck('ended_at')).toEqual([
      expect.any(Date),
    ]);
    const signedIn = await new Visitor(test.app).post('/auth/login', { email, password: OWN });
    expect(signedIn.status).toBe(303);
  });

  it('goes to the owner who sets a new password: all that opened the account ends without being asked', async () => {
    const email = newEmail();
    const stranger = await hijack(email);
    await new Visitor(test.app).post('/auth/forgot', { email });
    await test.handleResets();
    const reset = /\/auth\/reset\/[\w-]{43}/.exec((await test.mails()).at(-1)?.text ?? '')?.[0] ?? '';
    const response = await new Visitor(test.app).post(reset, { password: NEW });
    expect(response.status).toBe(303);
    await expectDead(stranger);
    expect(await test.db('known_devices').where('user_id', stranger.id)).toEqual([]);
    expect(await rowsOf(test.db, 'email_confirmed', response)).toMatchObject([
      { user_id: stranger.id, details: { how: 'password-reset' } },
    ]);
    expect((await accountsWith(email))[0]).toMatchObject({ holds_email: true });
  });

  it('goes to one of several who registered: the first to confirm', async () => {
    const email = newEmail();
    const first = await register(email);
    await register(email);
    const third = await register(email);
    const link = await linkTo(email);
    expect((await third.browser.post(link)).status).toBe(303);
    expect((await first.browser.get('/workspace')).status).toBe(303);
    const held = (await accountsWith(email)).filter(({ holds_email }) => holds_email === true);
    expect(held).toHaveLength(1);
  });

  it('does not go by a link from before its holder confirmed it', async () => {
    const email = newEmail();
    await register(email);
    const { browser: late } = await register(email);
    const link = await linkTo(email);
    const holder = { email, holds_email: true };
    await test.db('users').where(holder).update({ email_confirmed_at: new Date() });
    const answer = await late.post(link);
    expect([answer.status, (await test.db('users').where(holder).pluck('deactivated_at'))[0]]).toEqual([
      409,
      null,
    ]);
  });

  it('does not go by registering when it is the only admin of a company that paid, but by a new password', async () => {
    const company = await buildCompany(test.db);
    const admin = await buildUser(test.db, {
      company_id: company.id,
      role: 'admin',
      email_confirmed_at: null,
    });
    await buildPayment(test.db, {
      company_id: company.id,
      user_id: admin.id,
      status: 'success',
      paid_at: new Date(),
    });
    await register(admin.email);
    expect(await linkTo(admin.email)).toBe('');
    expect((await signIn(test.app, admin)).headers).toBeDefined();
  });
});

describe('an invitation', () => {
  const form = { fullName: 'Erin', password: OWN, acceptTerms: 'on', acceptPrivacy: 'on' };

  it('that was mailed confirms the address, and takes it from a stranger who never did', async () => {
    const email = newEmail();
    const stranger = await register(email);
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/admin/users', { email, role: 'member' });
    const mail = (await test.mails()).at(-1);
    const link = /\/auth\/accept-invite\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
    const erin = new Visitor(test.app);
    const response = await erin.post(link, form);
    expect(response.status).toBe(303);
    expect((await stranger.browser.get('/workspace')).status).toBe(303);
    const [, account] = await accountsWith(email);
    expect(account).toMatchObject({ company_id: cast.acme.id, holds_email: true });
    expect(account?.email_confirmed_at).not.toBeNull();
    expect(await rowsOf(test.db, 'invitation_accepted', response)).toMatchObject([
      { details: { handed_over_by: 'mail' } },
    ]);
    expect((await erin.get('/workspace')).text).not.toContain('Please confirm your email address');
  });

  it('whose link the admin was shown confirms nothing: a mail asks for it', async () => {
    const developer = await createTestApp({ database: test.database, mailIsConfigured: false });
    try {
      const email = newEmail();
      const alice = await signIn(developer.app, cast.alice);
      const page = await alice.post('/admin/users', { email, role: 'member' });
      const link = /\/auth\/accept-invite\/[\w-]{43}/.exec(page.text)?.[0] ?? '';
      const erin = new Visitor(developer.app);
      await erin.post(link, form);
      expect((await accountsWith(email))[0]?.email_confirmed_at).toBeNull();
      expect((await erin.get('/workspace')).text).toContain('Please confirm your email address');
      const asked = await erin.post('/auth/confirm');
      expect(asked.text).toContain('Development: no mail server is set up');
      const confirm = /\/auth\/confirm\/[\w-]{43}/.exec(asked.text)?.[0] ?? '';
      expect((await erin.post(confirm)).status).toBe(303);
      expect(await test.db('invitations').where({ email })).toMatchObject([{ handed_over_by: 'link' }]);
    } finally {
      await developer.close();
    }
  });
});

describe('the evidence', () => {
  it('says which acceptances were by a confirmed address, how an invitation was handed over, and each proof', async () => {
    const email = newEmail();
    const { browser } = await register(email);
    await browser.post(await linkTo(email));
    const [account] = await accountsWith(email);
    const bundleOf = async (visitor: Visitor, id: number): Promise<Record<string, never>> =>
      (await visitor.get(`/admin/users/${String(id)}/export-logs`)).body as Record<string, never>;
    const bundle = await bundleOf(browser, account?.id as number);
    expect(bundle).toMatchObject({
      user: { invitation_handed_over_by: null, email_confirmations: [{ email, how: 'link' }] },
      legal_acceptance: {
        history: [
          { email, email_was_confirmed: false },
          { email, email_was_confirmed: false },
        ],
      },
    });
    const invited = newEmail();
    await browser.post('/admin/users', { email: invited, role: 'member' });
    const mail = (await test.mails()).at(-1);
    const link = /\/auth\/accept-invite\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
    const form = { fullName: 'Erin', password: OWN, acceptTerms: 'on', acceptPrivacy: 'on' };
    await new Visitor(test.app).post(link, form);
    const [erin] = await accountsWith(invited);
    expect(await bundleOf(browser, erin?.id as number)).toMatchObject({
      user: { invitation_handed_over_by: 'mail', email_confirmations: [{ how: 'invitation' }] },
      legal_acceptance: { history: [{ email_was_confirmed: true }, { email_was_confirmed: true }] },
    });
  });
});
