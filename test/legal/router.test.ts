import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { listAcceptances } from '../../src/legal/queries.ts';
import { buildCast, buildUser, type Cast } from '../support/programs/build.ts';
import { useTestApp } from '../support/app.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import { newestVersions } from './newest-versions.ts';

const testApp = useTestApp({
  env: {
    SELLER_NAME: 'Seller <of> "Quotes"',
    SELLER_ADDRESS: 'Example Street 1, Ankara',
    SELLER_EMAIL: 'legal@example.com',
  },
});

let cast: Cast;

// Everybody has accepted what is in force by then.
beforeEach(async () => {
  cast = await buildCast(testApp.db);
});

let published = 0;

/**
 * Publishes the next version of the terms and returns its number. A published version cannot be taken back.
 */
async function publish(body = 'New words.', locales = ['tr', 'en']): Promise<string> {
  published += 1;
  const version = `2027-01-${String(published).padStart(2, '0')}`;
  const rows = locales.map((locale) => ({ kind: 'terms', version, locale, title: 'Terms of use', body }));
  await testApp.database.ownerDb('legal_documents').insert(rows);
  return version;
}

function findHash(kind: string, version: string, locale: string): Promise<string | undefined> {
  return testApp
    .db('legal_documents')
    .where({ kind, version, locale })
    .first<{ content_sha256: string } | undefined>('content_sha256')
    .then((row) => row?.content_sha256);
}

describe('the legal pages', () => {
  it.each([
    ['/legal/terms', 'terms', newestVersions.terms, 'Terms of use', 'Kullanım koşulları'],
    ['/legal/privacy', 'privacy', newestVersions.privacy, 'Privacy notice', 'Aydınlatma metni'],
  ])(
    '%s is open to strangers in both languages, with its hash',
    async (path, kind, version, english, turkish) => {
      const en = await new Visitor(testApp.app).get(path);
      expect(en.status).toBe(200);
      expect(en.text).toContain(`<h1>${english}</h1>`);
      expect(en.text).toContain(await findHash(kind, version, 'en'));
      const tr = await new Visitor(testApp.app, { 'accept-language': 'tr' }).get(path);
      expect(tr.text).toContain(`<h1>${turkish}</h1>`);
      expect(tr.text).toContain(await findHash(kind, version, 'tr'));
    },
  );

  it.each(['tr', 'en'])('offer the text as a file whose bytes have the shown hash: %s', async (locale) => {
    const visitor = new Visitor(testApp.app, { 'accept-language': locale });
    const page = await visitor.get('/legal/privacy');
    const path = /href="(\/legal\/[^"]+\.txt)"/.exec(page.text)?.[1] ?? '';
    expect(path).toBe(`/legal/privacy/${newestVersions.privacy}/${locale}.txt`);
    // A stranger with another language gets the same bytes: the address says the language.
    const file = await new Visitor(testApp.app).get(path);
    expect(file.headers['content-type']).toBe('text/plain; charset=utf-8');
    const name = `privacy-${newestVersions.privacy}-${locale}.txt`;
    expect(file.headers['content-disposition']).toBe(`attachment; filename=${name}`);
    expect(page.text).toContain(createHash('sha256').update(file.text, 'utf8').digest('hex'));
  });

  it('offer no file of a language that a version does not have', async () => {
    const version = await publish('English words.', ['en']);
    expect((await new Visitor(testApp.app).get(`/legal/terms/${version}/en.txt`)).text).toBe(
      'English words.',
    );
    expect((await new Visitor(testApp.app).get(`/legal/terms/${version}/tr.txt`)).status).toBe(404);
  });

  it('show the configured seller beside the text, escaped', async () => {
    const page = await new Visitor(testApp.app).get('/legal/privacy');
    expect(page.text).toContain('Seller &lt;of&gt; &#34;Quotes&#34;');
    expect(page.text).toContain('Example Street 1, Ankara');
    expect(page.text).toContain('mailto:legal@example.com');
  });

  it('never let a text bring markup', async () => {
    await publish('<script>alert(1)</script>\n\n## <b>Bold</b>\n\n- <img src=x onerror=alert(1)>');
    const page = await new Visitor(testApp.app).get('/legal/terms');
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toMatch(/<b>Bold|<img src=x|<script>alert/);
  });

  it('keep earlier versions readable, and say that they are not in force any more', async () => {
    await publish();
    const now = await new Visitor(testApp.app).get('/legal/terms');
    expect(now.text).toContain('New words.');
    expect(now.text).toContain('href="/legal/terms/2026-11-29"');
    expect(now.text).not.toContain('This is an earlier version');
    const before = await new Visitor(testApp.app).get('/legal/terms/2026-11-29');
    expect(before.status).toBe(200);
    expect(before.text).toContain('This is an earlier version');
    expect(before.text).toContain(await findHash('terms', '2026-11-29', 'en'));
  });

  it('say so when a version exists in the other language only', async () => {
    await publish('English words.', ['en']);
    const page = await new Visitor(testApp.app, { 'accept-language': 'tr' }).get('/legal/terms');
    expect(page.text).toContain('Bu sürümün Türkçesi bulunmuyor');
    expect(page.text).toMatch(/prose" lang="en"/);
  });

  it.each([
    '/legal',
    '/legal/cookies',
    '/legal/terms/2026-10-01',
    '/legal/terms/1',
    '/legal/terms/2026-11-29/x',
    '/legal/terms/2026-11-29/de.txt',
    '/legal/cookies/2026-11-29/en.txt',
    "/legal/terms/2026-11-29'",
    '/legal/__proto__/2026-11-29',
    '/legal/terms/%00',
  ])('answer 404 for %s', async (path) => {
    expect((await new Visitor(testApp.app).get(path)).status).toBe(404);
  });
});

describe('when a new version is in force', () => {
  const pages = {
    alice: ['/workspace', '/billing', '/admin', '/admin/users', '/admin/audit'],
    bob: ['/workspace', '/billing'],
    charlie: ['/workspace', '/billing', '/admin'],
  } as const;

  it.each(['alice', 'bob', 'charlie'] as const)(
    '%s meets it before every page of the product',
    async (who) => {
      await publish();
      const visitor = await signIn(testApp.app, cast[who]);
      for (const path of pages[who]) {
        const response = await visitor.get(`${path}?page=2&x=%2F`);
        expect(response.status).toBe(303);
        const expected = `/legal/accept?returnTo=${encodeURIComponent(`${path}?page=2&x=%2F`)}`;
        expect(response.headers.location).toBe(expected);
      }
    },
  );

  it('nobody is asked as long as nothing has changed, and nobody after accepting', async () => {
    const visitor = await signIn(testApp.app, cast.bob);
    expect((await visitor.get('/workspace')).status).toBe(200);
    await publish();
    await visitor.get('/legal/accept');
    await visitor.post('/legal/accept', { acceptTerms: 'on' });
    expect((await visitor.get('/workspace')).status).toBe(200);
  });

  it('operators need not accept: they are not a party to the terms', async () => {
    await publish();
    const visitor = await signIn(testApp.app, cast.olivia);
    expect((await visitor.get('/admin')).status).toBe(200);
  });

  it('the person sees what is new and what they accepted before, accepts it, and goes where they wanted', async () => {
    const before = await listAcceptances(testApp.db, cast.alice.id);
    const version = await publish();
    const visitor = await signIn(testApp.app, cast.alice, { 'user-agent': "Alice's browser" });
    const page = await visitor.follow(await visitor.get('/billing?from=mail'));
    expect(page.text).toContain(`/legal/terms/${version}`);
    const former = before.find(({ kind }) => kind === 'terms')?.version ?? '';
    expect(page.text).toContain(`You confirmed version ${former}`);
    expect(page.text).toContain('name="acceptTerms"');
    expect(page.text).not.toContain('name="acceptPrivacy"');
    const response = await visitor.post('/legal/accept', {
      acceptTerms: 'on',
      termsVersion: version,
      returnTo: /action="\/legal\/accept".*?name="returnTo" value="([^"]*)"/s.exec(page.text)?.[1],
    });
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/billing?from=mail');
    const [newest, ...earlier] = await listAcceptances(testApp.db, cast.alice.id);
    expect(earlier).toEqual(before);
    expect(newest).toMatchObject({
      kind: 'terms',
      version,
      locale: 'en',
      content_sha256: await findHash('terms', version, 'en'),
      user_agent: "Alice's browser",
      request_id: response.headers['x-request-id'],
    });
    const audited = await testApp
      .db('audit_logs')
      .where({ user_id: cast.alice.id, action_type: 'legal_document_accepted' })
      .select(['request_path', 'request_method', 'company_id', 'details']);
    expect(audited).toMatchObject([
      {
        request_path: '/legal/accept',
        request_method: 'POST',
        company_id: cast.acme.id,
        details: { kind: 'terms', version },
      },
    ]);
  });

  it('Charlie’s acceptance is no acceptance of anybody at Acme', async () => {
    const version = await publish();
    const charlie = await signIn(testApp.app, cast.charlie);
    await charlie.get('/legal/accept');
    const posted = await charlie.post('/legal/accept', {
      acceptTerms: 'on',
      userId: cast.alice.id,
      companyId: cast.acme.id,
    });
    expect((await listAcceptances(testApp.db, cast.charlie.id))[0]).toMatchObject({ version });
    const accepted = testApp.db('legal_acceptances').where('request_id', posted.headers['x-request-id']);
    expect(await accepted.select(['user_id', 'company_id'])).toEqual([
      { user_id: cast.charlie.id, company_id: cast.globex.id },
    ]);
    const alice = await signIn(testApp.app, cast.alice);
    expect((await alice.get('/workspace')).headers.location).toMatch(/^\/legal\/accept/);
  });

  it('a form is not carried out before, and leads back to its part of the site', async () => {
    await publish();
    const visitor = await signIn(testApp.app, cast.alice);
    const response = await visitor.post('/workspace', { name: 'too-early' });
    expect(response.headers.location).toBe('/legal/accept?returnTo=%2Fworkspace');
    expect(await testApp.db('workspaces').where('name', 'too-early')).toEqual([]);
  });

  it('a script gets a refusal instead of a redirect to a page that it would take for success', async () => {
    await publish();
    const visitor = await signIn(testApp.app, cast.bob);
    const fetched = await visitor.post('/workspace/1/activity', {}, { 'sec-fetch-mode': 'same-origin' });
    expect(fetched.status).toBe(403);
    expect((await visitor.post('/workspace/1/activity', {}, { accept: 'application/json' })).status).toBe(
      403,
    );
    expect((await visitor.get('/workspace', { 'sec-fetch-mode': 'navigate' })).status).toBe(303);
  });

  it('a version published while the page was open has to be shown before it counts', async () => {
    const seen = await publish();
    const visitor = await signIn(testApp.app, cast.bob);
    await visitor.get('/legal/accept');
    await publish('Newer words.');
    const response = await visitor.post('/legal/accept', { acceptTerms: 'on', termsVersion: seen });
    expect(response.status).toBe(422);
    expect(response.text).toContain('A newer version has just been published');
    expect(await listAcceptances(testApp.db, cast.bob.id)).toHaveLength(2);
  });
});

describe('somebody who has never accepted', () => {
  async function newcomer(locale = 'en'): Promise<Visitor> {
    const person = await buildUser(testApp.db, { company_id: cast.acme.id, accepts: false, locale });
    return signIn(testApp.app, person);
  }

  it.each([
    ['neither box', {}, ['acceptTerms', 'acceptPrivacy']],
    ['the terms only', { acceptTerms: 'on' }, ['acceptPrivacy']],
    ['the notice only', { acceptPrivacy: 'on' }, ['acceptTerms']],
    ['other values', { acceptTerms: 'off', acceptPrivacy: '' }, ['acceptTerms', 'acceptPrivacy']],
  ])('with %s ticked gets the form back with the error beside its field', async (_what, fields, wrong) => {
    const visitor = await newcomer();
    await visitor.get('/legal/accept');
    const response = await visitor.post('/legal/accept', { ...fields, returnTo: '/billing' });
    expect(response.status).toBe(422);
    expect([...response.text.matchAll(/id="(\w+)-error"/g)].map((match) => match[1])).toEqual(wrong);
    for (const field of wrong) expect(response.text).toContain(`href="#${field}"`);
    expect(response.text).toContain('name="returnTo" value="/billing"');
    expect(/id="acceptTerms"[^>]* checked/.test(response.text)).toBe(
      'acceptTerms' in fields && fields.acceptTerms === 'on',
    );
    expect(
      await testApp.db('legal_acceptances').where('request_id', response.headers['x-request-id']),
    ).toEqual([]);
  });

  it('accepts both texts in the language of the page', async () => {
    const visitor = await newcomer('tr');
    const page = await visitor.follow(await visitor.get('/workspace'));
    expect(page.text).toContain('Kullanım koşullarını kabul ediyorum.');
    const response = await visitor.post('/legal/accept', { acceptTerms: 'on', acceptPrivacy: 'on' });
    expect(response.headers.location).toBe('/workspace');
    const rows = await testApp
      .db('legal_acceptances')
      .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
      .where('request_id', response.headers['x-request-id'])
      .pluck('locale');
    expect(rows).toEqual(['tr', 'tr']);
  });

  it('twice by a double click is recorded once', async () => {
    const visitor = await newcomer();
    await visitor.get('/legal/accept');
    const fields = { acceptTerms: 'on', acceptPrivacy: 'on' };
    const before = await testApp.db('legal_acceptances').pluck('id');
    const answers = await Promise.all([
      visitor.post('/legal/accept', fields),
      visitor.post('/legal/accept', fields),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await testApp.db('legal_acceptances').pluck('id')).toHaveLength(before.length + 2);
  });
});

describe('the accept page', () => {
  it('is for people who are signed in', async () => {
    const response = await new Visitor(testApp.app).get('/legal/accept?returnTo=/billing');
    expect(response.headers.location).toBe(
      `/auth/login?returnTo=${encodeURIComponent('/legal/accept?returnTo=/billing')}`,
    );
    expect((await new Visitor(testApp.app).post('/legal/accept', { acceptTerms: 'on' })).status).toBe(401);
  });

  it('refuses a form from another site', async () => {
    await publish();
    const visitor = await signIn(testApp.app, cast.bob);
    const response = await visitor.post('/legal/accept', { acceptTerms: 'on', _csrf: 'forged' });
    expect(response.status).toBe(403);
    expect(await listAcceptances(testApp.db, cast.bob.id)).toHaveLength(2);
  });

  it('sends people on at once when there is nothing to accept', async () => {
    const visitor = await signIn(testApp.app, cast.bob);
    expect((await visitor.get('/legal/accept?returnTo=%2Fbilling')).headers.location).toBe('/billing');
    expect((await visitor.get('/legal/accept')).headers.location).toBe('/workspace');
  });

  it.each([
    'https://evil.example.com/',
    '//evil.example.com',
    '/\\evil.example.com',
    '\\\\evil.example.com',
    '/\t/evil.example.com',
    'javascript:alert(1)',
    ' /workspace',
  ])('never leads to another site: %j', async (returnTo) => {
    const visitor = await signIn(testApp.app, cast.bob);
    const asked = await visitor.get(`/legal/accept?returnTo=${encodeURIComponent(returnTo)}`);
    expect(asked.headers.location).toBe('/workspace');
    await publish();
    const page = await visitor.get(`/legal/accept?returnTo=${encodeURIComponent(returnTo)}`);
    expect(page.text).toContain('name="returnTo" value="/workspace"');
    const sent = await visitor.post('/legal/accept', { acceptTerms: 'on', returnTo });
    expect(sent.headers.location).toBe('/workspace');
  });

  it('takes the first way back as none when several are given', async () => {
    const visitor = await signIn(testApp.app, cast.bob);
    const response = await visitor.get('/legal/accept?returnTo=/billing&returnTo=//evil.example.com');
    expect(response.headers.location).toBe('/workspace');
  });
});
