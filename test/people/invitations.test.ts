import { createHash } from 'node:crypto';
import type { Response } from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { invitationLink } from '../../src/people/invitations/queue-invitation.ts';
import { createOperator } from '../../src/people/create-operator.ts';
import { inviteMember, type InviteOutcome } from '../../src/people/invitations/invite-member.ts';
import { revokeInvitation } from '../../src/people/invitations/revoke-invitation.ts';
import { NotFound } from '../../src/errors.ts';
import { formatFor } from '../../src/web/format.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildUser, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import { contextOf, rowsOf } from '../auth/rows.ts';

const testApp = useTestApp();
let cast: Cast;
let count = 0;

beforeEach(async () => {
  cast = await buildCast(testApp.db);
});

function newEmail(): string {
  count += 1;
  return `invited-${String(count)}@example.com`;
}

function invite(
  email = newEmail(),
  options: { by?: Cast['alice']; role?: 'member' | 'admin'; at?: Date; locale?: 'tr' | 'en' } = {},
): Promise<InviteOutcome> {
  return inviteMember(testApp.db, contextOf(testApp, options.by ?? cast.alice, options.at), {
    companyId: cast.acme.id,
    email,
    role: options.role ?? 'member',
    mail: mailIn(options.locale ?? 'en'),
  });
}

function mailIn(locale: 'tr' | 'en') {
  const { config } = testApp;
  return { config, format: formatFor(locale), companyName: 'Örnek A.Ş. <b>', inviterName: 'Alice' };
}

async function tokenFor(...parameters: Parameters<typeof invite>): Promise<string> {
  const outcome = await invite(...parameters);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.token;
}

const form = {
  fullName: 'Dave Newcomer',
  password: 'a chair that sings',
  acceptTerms: 'on',
  acceptPrivacy: 'on',
};

const pathOf = (token: string): string => `/auth/accept-invite/${token}`;

async function accept(token: string, fields: Record<string, string | undefined> = {}): Promise<Response> {
  return new Visitor(testApp.app).post(pathOf(token), { ...form, ...fields });
}

async function peopleWith(email: string): Promise<unknown[]> {
  return testApp.db('users').where({ email }).select('id');
}

describe('inviting somebody', () => {
  it('stores the hash of the token only, for seven days, with a row that names the address', async () => {
    const at = new Date();
    const email = newEmail();
    const outcome = await invite(email, { role: 'admin', at });
    if (!outcome.ok) throw new Error(outcome.reason);
    expect(outcome.token).toMatch(/^[\w-]{43}$/);
    const row = await testApp.db('invitations').where({ id: outcome.invitationId }).first();
    expect(row).toMatchObject({
      company_id: cast.acme.id,
      email,
      role: 'admin',
      invited_by: cast.alice.id,
      token_hash: createHash('sha256').update(outcome.token).digest('hex'),
      expires_at: new Date(at.getTime() + 7 * 86_400_000),
    });
    const [audit] = (await rowsOf(testApp.db, 'invitation_sent')).slice(-1);
    expect(audit).toMatchObject({
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      resource_id: String(outcome.invitationId),
      details: { email, role: 'admin' },
    });
    expect(audit?.details).not.toHaveProperty('on_behalf_of_company');
    expect(JSON.stringify(await testApp.db('audit_logs').select())).not.toContain(outcome.token);
  });

  it('refuses a person of the company, also a deactivated one, and an address that is invited', async () => {
    expect(await invite(cast.bob.email)).toEqual({ ok: false, reason: 'already-member' });
    await testApp.db('users').where({ id: cast.bob.id }).update({ deactivated_at: new Date() });
    expect(await invite(cast.bob.email)).toEqual({ ok: false, reason: 'already-member' });
    const email = newEmail();
    await invite(email);
    expect(await invite(email)).toEqual({ ok: false, reason: 'already-invited' });
  });

  it('does not say that an address belongs to another company', async () => {
    expect(await invite(cast.charlie.email)).toMatchObject({ ok: true });
  });

  it('replaces one that has expired, and the old link stays dead', async () => {
    const email = newEmail();
    const old = await tokenFor(email, { at: new Date(Date.now() - 8 * 86_400_000) });
    const fresh = await tokenFor(email);
    expect((await new Visitor(testApp.app).get(pathOf(old))).status).toBe(410);
    expect((await accept(fresh)).status).toBe(303);
  });

  it('keeps to the number of people of the plan, open invitations included', async () => {
    // The trial has five places; Alice and Bob are there.
    for (let i = 0; i < 3; i += 1) expect(await invite()).toMatchObject({ ok: true });
    expect(await invite()).toEqual({ ok: false, reason: 'member-limit' });
    await testApp
      .db('invitations')
      .where({ company_id: cast.acme.id })
      .update({ expires_at: new Date(0) });
    expect(await invite()).toMatchObject({ ok: true });
    await testApp.db('users').where({ id: cast.bob.id }).update({ deactivated_at: new Date() });
    for (let i = 0; i < 3; i += 1) expect(await invite()).toMatchObject({ ok: true });
    expect(await invite()).toEqual({ ok: false, reason: 'member-limit' });
  });

  it('gives out the last place once, however many ask at the same moment', async () => {
    await invite();
    await invite();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => invite()));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('makes one invitation of a double click', async () => {
    const email = newEmail();
    const outcomes = await Promise.all([invite(email), invite(email)]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('throws for a company that does not exist', async () => {
    const wrong = inviteMember(testApp.db, contextOf(testApp, cast.alice), {
      companyId: 999_999,
      email: newEmail(),
      role: 'member',
      mail: mailIn('en'),
    });
    await expect(wrong).rejects.toBeInstanceOf(NotFound);
  });
});

describe('the platform’s staff', () => {
  it.each(['', '+acme'])('cannot become members by an address of theirs (label %j)', async (label) => {
    const email = cast.olivia.email.replace('@', `${label}@`);
    const response = await accept(await tokenFor(email, { role: 'admin' }));
    expect(response.status).toBe(409);
    const registered = await new Visitor(testApp.app).post('/auth/register', {
      ...form,
      companyName: 'Own',
      subdomain: `own-company${label.replace('+', '-')}`,
      email,
    });
    expect(registered.status).toBe(303);
    // The account waits for an address that it will never get: it is not found by it, and buys and invites
    // nothing.
    expect(await testApp.db('users').where({ email }).whereNotNull('company_id')).toMatchObject([
      { holds_email: false, email_confirmed_at: null },
    ]);
    const mail = (await testApp.mails()).at(-1);
    expect([mail?.to, mail?.text.includes('/auth/confirm/')]).toEqual([email, false]);
  });

  it.each(['', '+staff'])('are not made of people of companies (label %j)', async (label) => {
    const outcome = await createOperator(testApp.db, contextOf(testApp, cast.olivia), {
      email: cast.bob.email.replace('@', `${label}@`),
      fullName: 'Bob again',
      password: 'a chair that sings',
      locale: 'en',
    });
    expect(outcome).toEqual({ ok: false, reason: 'email-taken' });
  });
});

describe('the mail', () => {
  it.each(['tr', 'en'] as const)(
    'brings the link, in %s, and what is kept of it does not',
    async (locale) => {
      const email = newEmail();
      await testApp.forgetMails();
      const token = await tokenFor(email, { locale });
      const mails = await testApp.mails();
      expect(mails).toMatchObject([{ to: email, state: 'queued' }]);
      const [mail] = mails;
      expect(mail?.subject).toContain('Örnek A.Ş. <b>');
      expect(mail?.text).toContain(`\nhttp://localhost:3000/auth/accept-invite/${token}\n`);
      expect(mail?.html).toContain(`href="http://localhost:3000/auth/accept-invite/${token}"`);
      expect(mail?.html).toContain('Örnek A.Ş. &lt;b&gt;');
      expect(mail?.text).toContain(locale === 'tr' ? '7 gün' : '7 days');
      const row = await testApp.db('mails').where('recipient', email).first<Record<string, unknown>>('*');
      expect(JSON.stringify(row) + String(row.kept) + String(row.with_secret)).not.toContain(token);
    },
  );

  it('leads to a page that exists', async () => {
    const link = invitationLink('', await tokenFor());
    expect((await new Visitor(testApp.app).get(link)).status).toBe(200);
  });
});

describe('accepting an invitation', () => {
  it('shows who invites to what, and which address it is for', async () => {
    const email = newEmail();
    const page = await new Visitor(testApp.app).get(pathOf(await tokenFor(email, { role: 'admin' })));
    expect(page.text).toContain('<h1>Join Acme</h1>');
    expect(page.text).toContain('Alice has invited you');
    expect(page.text).toContain('Your role: Administrator');
    expect(page.text).toContain(`value="${email}"`);
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('makes the person with role, membership and acceptances, and signs them in', async () => {
    const email = newEmail();
    const token = await tokenFor(email, { role: 'admin' });
    const browser = new Visitor(testApp.app, { 'accept-language': 'tr' });
    const response = await browser.post(pathOf(token), { ...form, email: 'other@example.com' });
    expect(response.status).toBe(303);
    const person = await testApp.db('users').where({ email }).first();
    expect(person).toMatchObject({
      company_id: cast.acme.id,
      role: 'admin',
      full_name: 'Dave Newcomer',
      locale: 'tr',
    });
    expect(await testApp.db('membership_periods').where({ user_id: person.id })).toMatchObject([
      { company_id: cast.acme.id, ended_at: null },
    ]);
    expect(
      await testApp
        .db('legal_acceptances')
        .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
        .where({ user_id: person.id })
        .orderBy('kind')
        .select(['kind', 'locale', 'ip_address', 'company_id']),
    ).toEqual([
      { kind: 'privacy', locale: 'tr', ip_address: '127.0.0.1', company_id: cast.acme.id },
      { kind: 'terms', locale: 'tr', ip_address: '127.0.0.1', company_id: cast.acme.id },
    ]);
    expect(await rowsOf(testApp.db, 'invitation_accepted', response)).toMatchObject([
      { user_id: person.id, company_id: cast.acme.id, actor_type: 'user', details: { email, role: 'admin' } },
    ]);
    expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
      { success: true, user_id: person.id, details: { method: 'invitation' } },
    ]);
    expect((await browser.get('/workspace')).status).toBe(200);
    expect(await peopleWith('other@example.com')).toEqual([]);
  });

  it('never writes the token to the evidence', async () => {
    const token = await tokenFor();
    await new Visitor(testApp.app).get(pathOf(token));
    const response = await accept(token);
    const rows = await testApp.db('audit_logs').where('request_id', response.headers['x-request-id']);
    expect(rows.length).toBeGreaterThan(2);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(form.password);
  });

  it.each([
    [{ acceptTerms: undefined }, 'acceptTerms'],
    [{ acceptPrivacy: undefined }, 'acceptPrivacy'],
    [{ fullName: ' ' }, 'fullName'],
    [{ password: 'qwertyuiop' }, 'password'],
    [{ termsVersion: '2020-01-01' }, 'acceptTerms'],
  ])('is refused with %j, and the invitation stays open', async (fields, field) => {
    const token = await tokenFor();
    const response = await accept(token, fields);
    expect(response.status).toBe(422);
    expect(response.text).toContain(`id="${field}-error"`);
    expect((await accept(token)).status).toBe(303);
  });

  it('makes one person of a double click', async () => {
    const email = newEmail();
    const token = await tokenFor(email);
    const browsers = [1, 2, 3].map(() => new Visitor(testApp.app));
    for (const browser of browsers) await browser.get(pathOf(token));
    const answers = await Promise.all(browsers.map((browser) => browser.post(pathOf(token), form)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410]);
    expect(await peopleWith(email)).toHaveLength(1);
  });

  it('says clearly when the link is used, expired, withdrawn or unknown', async () => {
    const used = await tokenFor();
    await accept(used);
    const expired = await tokenFor(newEmail(), { at: new Date(Date.now() - 8 * 86_400_000) });
    const outcome = await invite();
    if (!outcome.ok) throw new Error(outcome.reason);
    await revokeInvitation(testApp.db, contextOf(testApp, cast.alice), {
      companyId: cast.acme.id,
      invitationId: outcome.invitationId,
    });
    const cases: [string, number, string][] = [
      [used, 410, 'This invitation has already been used'],
      [expired, 410, 'This invitation has expired'],
      [outcome.token, 410, 'This invitation was withdrawn'],
      ['A'.repeat(43), 404, 'There is no such invitation'],
      ['short', 404, 'There is no such invitation'],
      [`${'A'.repeat(42)}%00`, 404, 'There is no such invitation'],
    ];
    for (const [token, status, text] of cases) {
      const page = await new Visitor(testApp.app).get(pathOf(token));
      expect([page.status, page.text.includes(text)], text).toEqual([status, true]);
      expect((await accept(token)).status, text).toBe(status);
    }
  });

  it('says so when the address has an account by now, or another company has it', async () => {
    const token = await tokenFor(cast.charlie.email);
    for (const response of [await new Visitor(testApp.app).get(pathOf(token)), await accept(token)]) {
      expect(response.status).toBe(409);
      expect(response.text).toContain('You already have an account');
    }
    const charlie = await testApp.db('users').where({ id: cast.charlie.id }).first();
    expect(charlie).toMatchObject({ company_id: cast.globex.id, full_name: 'Charlie' });
  });

  it('checks the number of people again', async () => {
    const token = await tokenFor();
    for (let i = 0; i < 3; i += 1) await buildUser(testApp.db, { company_id: cast.acme.id });
    const response = await accept(token);
    expect(response.status).toBe(409);
    expect(response.text).toContain('No seats left');
    await testApp.db('users').where({ id: cast.bob.id }).update({ deactivated_at: new Date() });
    expect((await accept(token)).status).toBe(303);
  });

  it('is not for somebody who is signed in: they see why, and stay who they are', async () => {
    const email = newEmail();
    const token = await tokenFor(email);
    const bob = await signIn(testApp.app, cast.bob);
    for (const response of [await bob.get(pathOf(token)), await bob.post(pathOf(token), form)]) {
      expect(response.status).toBe(409);
      expect(response.text).toContain('You are already signed in');
    }
    expect(await peopleWith(email)).toEqual([]);
  });

  it('needs the form token', async () => {
    const response = await new Visitor(testApp.app)
      .rawPost(pathOf(await tokenFor()))
      .type('form')
      .send(form);
    expect(response.status).toBe(403);
  });
});

describe('withdrawing an invitation', () => {
  const revoke = (by: Cast['alice'], companyId: number, invitationId: number) =>
    revokeInvitation(testApp.db, contextOf(testApp, by), { companyId, invitationId });

  it('happens once, frees the place and leaves a row', async () => {
    const email = newEmail();
    const outcome = await invite(email);
    if (!outcome.ok) throw new Error(outcome.reason);
    expect(await revoke(cast.alice, cast.acme.id, outcome.invitationId)).toEqual({ ok: true });
    expect(await revoke(cast.alice, cast.acme.id, outcome.invitationId)).toEqual({ ok: false });
    const [audit] = (await rowsOf(testApp.db, 'invitation_revoked')).slice(-1);
    expect(audit).toMatchObject({ user_id: cast.alice.id, company_id: cast.acme.id, details: { email } });
    expect(await invite(email)).toMatchObject({ ok: true });
  });

  it('is not possible for another company’s, nor for one that was accepted', async () => {
    const outcome = await invite();
    if (!outcome.ok) throw new Error(outcome.reason);
    const others = revoke(cast.charlie, cast.globex.id, outcome.invitationId);
    await expect(others).rejects.toBeInstanceOf(NotFound);
    await accept(outcome.token);
    expect(await revoke(cast.alice, cast.acme.id, outcome.invitationId)).toEqual({ ok: false });
  });
});
