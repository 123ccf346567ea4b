import { beforeEach, describe, expect, it } from 'vitest';
import type { Response } from 'supertest';
import { createTestApp, useTestApp } from '../support/app.ts';
import { Visitor } from '../support/visitor.ts';
import { rowsOf } from '../auth/rows.ts';
import { newestVersions } from '../legal/newest-versions.ts';

const testApp = useTestApp({ env: { PAYTR_CURRENCIES: 'EUR,TRY' } });
let count = 0;

beforeEach(async () => {
  await testApp.db('rate_limits').delete();
});

function formFields(overrides: Record<string, string | undefined> = {}): Record<string, string> {
  count += 1;
  const fields = {
    companyName: 'Örnek Yazılım A.Ş.',
    subdomain: `ornek-${String(count)}`,
    fullName: 'Çağrı Öztürk',
    email: `cagri-${String(count)}@example.com`,
    password: 'dört ayaklı mavi sandalye',
    acceptTerms: 'on',
    acceptPrivacy: 'on',
    ...overrides,
  };
  return JSON.parse(JSON.stringify(fields)) as Record<string, string>;
}

async function register(
  fields: Record<string, string>,
  browser = new Visitor(testApp.app),
): Promise<Response> {
  await browser.get('/auth/register');
  return browser.post('/auth/register', fields);
}

async function companiesWith(subdomain: string): Promise<unknown[]> {
  return testApp.db('companies').where({ subdomain }).select('id');
}

/** The text beside a field, or null. */
function errorBeside(response: Response, field: string): string | null {
  const pattern = new RegExp(`id="${field}-error"><svg.*?</svg>\\s*([^<]*)<`, 's');
  return pattern.exec(response.text)?.[1]?.trim() ?? null;
}

describe('registering a company', () => {
  it('promises an address for workspaces only at the domain that is configured', async () => {
    const page = await new Visitor(testApp.app).get('/auth/register');
    expect(page.text).toContain('Your workspaces will be at name-shortname.localhost.');
    const { app, close } = await createTestApp({ withoutHosts: true });
    const without = await new Visitor(app).get('/auth/register');
    expect(without.text).not.toContain('Your workspaces will be at');
    expect(without.text).not.toContain('localhost');
    await close();
  });

  it('makes company, admin, membership and trial, and signs the admin in', async () => {
    const fields = formFields();
    const browser = new Visitor(testApp.app, { 'accept-language': 'tr' });
    const response = await register(fields, browser);
    expect(response.status).toBe(303);
    const [person] = await testApp
      .db('users')
      .join('companies', 'companies.id', 'users.company_id')
      .join('subscriptions', 'subscriptions.company_id', 'companies.id')
      .join('membership_periods', 'membership_periods.user_id', 'users.id')
      .where({ email: fields.email });
    expect(person).toMatchObject({
      name: 'Örnek Yazılım A.Ş.',
      subdomain: fields.subdomain,
      full_name: 'Çağrı Öztürk',
      role: 'admin',
      locale: 'tr',
      plan: 'trial',
      billing_currency: 'EUR',
      period_ends_at: null,
      ended_at: null,
      deactivated_at: null,
    });
    const { trial_ends_at: trialEndsAt, created_at: createdAt } = person as Record<string, Date>;
    expect((trialEndsAt?.getTime() ?? 0) - (createdAt?.getTime() ?? 0)).toBe(14 * 86_400_000);
    expect(person.password_hash).toMatch(/^\$argon2id\$/);
    expect((await browser.follow(await browser.get('/'))).status).toBe(200);
  });

  it('leaves rows of the registration and of the sign-in, both by the new person', async () => {
    const fields = formFields();
    const response = await register(fields);
    const [registered] = await rowsOf(testApp.db, 'company_registered', response);
    expect(registered).toMatchObject({
      success: true,
      actor_type: 'user',
      resource_type: 'company',
      resource_id: String(registered?.company_id),
      details: { company_name: fields.companyName, subdomain: fields.subdomain, email: fields.email },
    });
    const [login] = await rowsOf(testApp.db, 'login', response);
    expect(login).toMatchObject({
      success: true,
      user_id: registered?.user_id,
      company_id: registered?.company_id,
      details: { email: fields.email, method: 'registration' },
    });
    const all = await testApp.db('audit_logs').where('request_id', response.headers['x-request-id']);
    expect(JSON.stringify(all)).not.toContain(fields.password);
  });

  it('stores both acceptances with version, text hash, language, time and address', async () => {
    const response = await register(formFields(), new Visitor(testApp.app, { 'accept-language': 'tr' }));
    const requestId = response.headers['x-request-id'] as string;
    const acceptances = await testApp
      .db('legal_acceptances')
      .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
      .join('users', 'users.id', 'legal_acceptances.user_id')
      .where('legal_acceptances.request_id', requestId)
      .orderBy('kind')
      .select([
        'kind',
        'version',
        'legal_documents.locale',
        'content_sha256',
        'ip_address',
        'accepted_at',
        'created_at',
      ]);
    expect(acceptances).toMatchObject([
      { kind: 'privacy', version: newestVersions.privacy, locale: 'tr', ip_address: '127.0.0.1' },
      { kind: 'terms', version: newestVersions.terms, locale: 'tr', ip_address: '127.0.0.1' },
    ]);
    for (const { content_sha256: hash, accepted_at: at, created_at: made } of acceptances) {
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(at).toEqual(made);
    }
    const audited = await rowsOf(testApp.db, 'legal_document_accepted', response);
    expect(audited.map(({ details }) => details.content_sha256).sort()).toEqual(
      acceptances.map(({ content_sha256: hash }) => hash as string).sort(),
    );
  });

  it.each([
    ['acceptTerms', undefined],
    ['acceptPrivacy', undefined],
    ['acceptTerms', 'off'],
    ['acceptPrivacy', '1'],
  ])('is refused without both acceptances: %s is %s', async (field, value) => {
    const fields = formFields({ [field]: value });
    const response = await register(fields);
    expect(response.status).toBe(422);
    expect(errorBeside(response, field)).toMatch(/accept the terms|have read the privacy/);
    expect(await companiesWith(fields.subdomain ?? '')).toEqual([]);
  });

  it('asks again when a text was published while the form was open', async () => {
    const fields = formFields({ termsVersion: '2020-01-01', privacyVersion: newestVersions.privacy });
    const response = await register(fields);
    expect(response.status).toBe(422);
    expect(errorBeside(response, 'acceptTerms')).toContain('A newer version has just been published');
    expect(errorBeside(response, 'acceptPrivacy')).toBeNull();
  });

  it('shows the form again with what was typed, but never the password', async () => {
    const fields = formFields({ subdomain: 'www', password: 'short one' });
    const response = await register(fields);
    expect(response.status).toBe(422);
    expect(response.text).toContain(`value="${fields.email ?? ''}"`);
    expect(response.text).toContain('value="Örnek Yazılım A.Ş."');
    expect(response.text).toMatch(/id="acceptTerms"[^>]* checked/);
    expect(response.text).not.toContain('short one');
    expect(errorBeside(response, 'subdomain')).toBe('This name is reserved. Please choose another one.');
    expect(errorBeside(response, 'password')).toBe('This is too short (at least 10 characters).');
  });

  it('says beside the field that a short name is taken, and leaves nothing behind', async () => {
    const first = formFields();
    await register(first);
    const sameName = formFields({ subdomain: first.subdomain });
    const nameTaken = await register(sameName);
    expect(nameTaken.status).toBe(422);
    expect(errorBeside(nameTaken, 'subdomain')).toContain('Another company has this short name');
    expect(await testApp.db('users').where({ email: sameName.email ?? '' })).toEqual([]);
    expect(await rowsOf(testApp.db, 'company_registered', nameTaken)).toEqual([]);
  });

  it('makes one company of a double click', async () => {
    const fields = formFields();
    const browser = new Visitor(testApp.app);
    await browser.get('/auth/register');
    const answers = await Promise.all([1, 2, 3].map(() => browser.post('/auth/register', fields)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422]);
    expect(await companiesWith(fields.subdomain ?? '')).toHaveLength(1);
    expect(await testApp.db('users').where({ email: fields.email ?? '' })).toHaveLength(1);
  });

  it('is all or nothing', async () => {
    const fields = formFields();
    const { ownerDb } = testApp.database;
    await ownerDb.raw('alter table known_devices add constraint broken check (id is null) not valid');
    const response = await register(fields);
    await ownerDb.raw('alter table known_devices drop constraint broken');
    expect(response.status).toBe(500);
    expect(await companiesWith(fields.subdomain ?? '')).toEqual([]);
    expect(await rowsOf(testApp.db, 'company_registered', response)).toEqual([]);
    expect(await rowsOf(testApp.db, 'login', response)).toEqual([]);
  });

  it('is not for people who are signed in', async () => {
    const browser = new Visitor(testApp.app);
    await register(formFields(), browser);
    const second = formFields();
    expect((await browser.post('/auth/register', second)).headers.location).toBe('/');
    expect(await companiesWith(second.subdomain ?? '')).toEqual([]);
  });

  it('is limited per address, and only counts forms without a fault', async () => {
    for (let i = 0; i < 3; i += 1) await register(formFields({ acceptTerms: undefined }));
    expect(await testApp.db('rate_limits').where('key', 'like', 'register-ip%')).toEqual([]);
    await register(formFields());
    await testApp.db('rate_limits').where('key', 'like', 'register-ip%').update({ points: 20 });
    const fields = formFields();
    const response = await register(fields);
    expect(response.status).toBe(429);
    expect(response.text).toMatch(/Please try again in (59|60) minutes/);
    expect(response.headers['retry-after']).toBeDefined();
    expect(await companiesWith(fields.subdomain ?? '')).toEqual([]);
  });

  it('needs the form token', async () => {
    const fields = formFields();
    const response = await new Visitor(testApp.app).rawPost('/auth/register').type('form').send(fields);
    expect(response.status).toBe(403);
    expect(await companiesWith(fields.subdomain ?? '')).toEqual([]);
  });

  it('escapes what was typed', async () => {
    const response = await register(formFields({ companyName: '"><script>alert(1)</script>', email: 'x' }));
    expect(response.text).not.toContain('<script>alert');
  });
});
