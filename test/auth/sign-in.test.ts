import { createHash, createHmac } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/auth/password.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildUser, type Cast } from '../support/programs/build.ts';
import { TRUSTED_DEVICE } from '../support/programs/second-factor.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { Visitor, PRINTED_AT } from '../support/visitor.ts';
import { cookieOf, rowsOf } from './rows.ts';

const testApp = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
});
// From the twenty-first of a quarter of an hour on, attempts about nobody are only counted.
beforeEach(() => testApp.db('refused_attempts').delete());

function attempt(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return new Visitor(testApp.app, headers).post('/auth/login', fields);
}

/** The sign-in form itself; the language switch on the same page has a way back of its own. */
const formIn = (page: string): string => /<form class="form-stack".*?<\/form>/s.exec(page)?.[0] ?? '';

const sidOf = (cookie: string): string => decodeURIComponent(cookie).slice(2).split('.', 1)[0] ?? '';
const hashOf = (sid: string): string => createHash('sha256').update(sid).digest('hex');

describe('a password or an address typed on another keyboard', () => {
  const attemptAs = async (email: string, password: string) =>
    new Visitor(testApp.app).post('/auth/login', { email, password });
  const withHash = async (stored: string) => {
    const person = await buildUser(testApp.db, { company_id: cast.acme.id });
    await testApp
      .db('users')
      .where({ id: person.id })
      .update({ password_hash: await hash(stored, { memoryCost: 8, timeCost: 1, parallelism: 1 }) });
    return person;
  };

  it.each([
    ['composed', 'gizli şifrem çok güzel', 'gizli s\u0327ifrem c\u0327ok gu\u0308zel'],
    ['in parts, from before', 'gizli s\u0327ifrem', 'gizli s\u0327ifrem'],
    ['in parts, from before, and typed composed', 'gizli s\u0327ifrem', 'gizli şifrem'],
    ['with a space of another script, from before', 'gizli\u00a0sifrem', 'gizli\u00a0sifrem'],
  ])(
    'opens the account whose hash is %s, and leaves a hash of the normal form',
    async (_what, stored, typed) => {
      const person = await withHash(stored);
      expect((await attemptAs(person.email, typed)).status).toBe(303);
      const row = await testApp
        .db('users')
        .where({ id: person.id })
        .first<{ password_hash: string }>('password_hash');
      const normal = typed.normalize('NFC').replaceAll('\u00a0', ' ');
      expect(await verify(row.password_hash, normal)).toBe(true);
      expect((await attemptAs(person.email, normal)).status).toBe(303);
    },
  );

  it('is still refused when it is another one', async () => {
    const person = await withHash('gizli şifrem');
    expect((await attemptAs(person.email, 'gizli sifrem')).status).toBe(422);
  });

  it('gets a hint when no address can have its letters', async () => {
    for (const email of ['İsmail@example.com', 'ısmail@example.com']) {
      const page = await attemptAs(email, 'any password');
      expect(page.status).toBe(422);
      expect(page.text).toContain('Email addresses of accounts contain plain letters only.');
      expect(page.text).not.toContain('The email address or the password is not right.');
    }
  });

  it('finds the account at a domain typed in its own script', async () => {
    const person = await buildUser(testApp.db, { company_id: cast.acme.id, email: 'ada@xn--rnek-4qa.com' });
    expect((await attemptAs('Ada@Örnek.com', PASSWORD)).status).toBe(303);
    expect(person.email).toBe('ada@xn--rnek-4qa.com');
  });
});

describe('signing in', () => {
  it('leads to the product, with a row that names the person, the way in and the browser', async () => {
    const response = await attempt(
      { email: ` ${cast.bob.email.toUpperCase()} `, password: PASSWORD },
      { 'user-agent': 'Bob’s browser'.replace('’', "'") },
    );
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/');
    const [row] = await rowsOf(testApp.db, 'login', response);
    expect(row).toMatchObject({
      success: true,
      actor_type: 'user',
      user_id: cast.bob.id,
      company_id: cast.acme.id,
      resource_type: 'user',
      resource_id: String(cast.bob.id),
      ip_address: '127.0.0.1',
      user_agent: "Bob's browser",
      error_message: null,
      details: { email: cast.bob.email, method: 'password', new_device: true },
    });
    const user = await testApp.db('users').where({ id: cast.bob.id }).first('last_login_at');
    expect(user.last_login_at).toBeInstanceOf(Date);
  });

  it('is an operator’s act when an operator does it', async () => {
    const browser = new Visitor(testApp.app);
    browser.setDevice(TRUSTED_DEVICE);
    const response = await browser.post('/auth/login', { email: cast.olivia.email, password: PASSWORD });
    expect(response.headers.location).toBe('/');
    const [row] = await rowsOf(testApp.db, 'login', response);
    expect(row).toMatchObject({ actor_type: 'operator', user_id: cast.olivia.id, company_id: null });
  });

  it('gives cookies that scripts cannot read and other sites cannot send', async () => {
    const response = await attempt({ email: cast.bob.email, password: PASSWORD });
    const cookies = response.headers['set-cookie'] as unknown as string[];
    for (const name of ['yac=', 'yac_device=']) {
      expect(cookies.find((cookie) => cookie.startsWith(name))).toMatch(/HttpOnly.*SameSite=Lax/);
    }
  });

  it('says that a browser is known when it signed in before, also for a second person at the same desk', async () => {
    const browser = new Visitor(testApp.app);
    const seen = [];
    for (const person of [cast.alice, cast.bob, cast.alice, cast.bob]) {
      const response = await browser.post('/auth/login', { email: person.email, password: PASSWORD });
      seen.push((await rowsOf(testApp.db, 'login', response))[0]?.details.new_device);
      await browser.post('/auth/logout');
    }
    expect(seen).toEqual([true, true, false, false]);
  });

  it('makes a new browser session; the id from before is dead', async () => {
    const browser = await signIn(testApp.app, cast.bob);
    const old = await testApp.db('browser_sessions').select<{ sid: string }[]>('sid');
    const response = await browser.post('/auth/login', { email: cast.alice.email, password: PASSWORD });
    const fresh = sidOf(cookieOf(response, 'yac') ?? '');
    expect(old.map(({ sid }) => sid)).not.toContain(hashOf(fresh));
    const left = await testApp.db('browser_sessions').select<{ sid: string }[]>('sid');
    expect(left).toHaveLength(old.length);
    // Bob left with his own row before Alice came in on the same browser.
    const [logout] = await rowsOf(testApp.db, 'logout', response);
    expect(logout).toMatchObject({ user_id: cast.bob.id, success: true });
  });

  it('never takes over a session id that somebody planted', async () => {
    const planted = 'planted-by-an-attacker';
    const signature = createHmac('sha256', testApp.config.sessionSecret).update(planted).digest('base64');
    const cookie = `yac=${encodeURIComponent(`s:${planted}.${signature.replace(/=+$/, '')}`)}`;
    const far = new Date(Date.now() + 3_600_000);
    await testApp.db('browser_sessions').insert({
      sid: hashOf(planted),
      expire: far,
      sess: JSON.stringify({ cookie: { originalMaxAge: 3_600_000, expires: far, path: '/' } }),
    });
    const browser = new Visitor(testApp.app);
    const page = await browser.get('/auth/login', { cookie });
    const form = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const formCookie = `yac_form=${cookieOf(page, 'yac_form') ?? ''}`;
    const response = await browser
      .rawPost('/auth/login')
      .set('cookie', `${cookie}; ${formCookie}`)
      .type('form')
      .send({ _csrf: form, email: cast.bob.email, password: PASSWORD });
    expect(response.status).toBe(303);
    expect(sidOf(cookieOf(response, 'yac') ?? '')).not.toBe(planted);
    expect(await testApp.db('browser_sessions').where({ sid: hashOf(planted) })).toEqual([]);
    const asAttacker = await new Visitor(testApp.app).get('/workspace', { cookie });
    expect(asAttacker.headers.location).toMatch(/^\/auth\/login/);
  });

  it('writes the row first: when the session cannot be stored, the attempt is on record all the same', async () => {
    const { ownerDb } = testApp.database;
    await ownerDb.raw('alter table browser_sessions add constraint broken check (sid is null) not valid');
    const response = await attempt({ email: cast.bob.email, password: PASSWORD });
    await ownerDb.raw('alter table browser_sessions drop constraint broken');
    expect(response.status).toBe(500);
    expect(cookieOf(response, 'yac')).toBeUndefined();
    const rows = await rowsOf(testApp.db, 'login', response);
    expect(rows).toMatchObject([{ success: true, user_id: cast.bob.id }]);
  });

  it('that breaks half-way signs nobody in, and leaves a row that says so', async () => {
    const { ownerDb } = testApp.database;
    await ownerDb.raw('alter table known_devices add constraint broken check (id is null) not valid');
    const response = await attempt({ email: cast.bob.email, password: PASSWORD });
    await ownerDb.raw('alter table known_devices drop constraint broken');
    expect(response.status).toBe(500);
    expect(cookieOf(response, 'yac')).toBeUndefined();
    expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
      { success: false, error_message: 'unexpected-error', user_id: cast.bob.id },
    ]);
  });

  it('goes back to the page that asked for it', async () => {
    const browser = new Visitor(testApp.app);
    const refused = await browser.get('/workspace?tab=usage');
    expect(refused.headers.location).toBe(
      `/auth/login?returnTo=${encodeURIComponent('/workspace?tab=usage')}`,
    );
    const page = await browser.follow(refused);
    expect(formIn(page.text)).toContain('name="returnTo" value="/workspace?tab=usage"');
    const wrong = await browser.post('/auth/login', {
      email: cast.bob.email,
      password: 'wrong',
      returnTo: '/workspace?tab=usage',
    });
    expect(formIn(wrong.text)).toContain('name="returnTo" value="/workspace?tab=usage"');
    const right = await browser.post('/auth/login', {
      email: cast.bob.email,
      password: PASSWORD,
      returnTo: '/workspace?tab=usage',
    });
    expect(right.headers.location).toBe('/workspace?tab=usage');
    expect((await browser.get('/auth/login?returnTo=/billing')).headers.location).toBe('/billing');
  });

  it.each([
    'https://evil.example.com/',
    '//evil.example.com',
    '///evil.example.com',
    '/\\evil.example.com',
    '\\\\evil.example.com',
    '/\t/evil.example.com',
    '/\n/evil.example.com',
    '/\u0000/evil.example.com',
    ' //evil.example.com',
    'javascript:alert(1)',
    'evil.example.com',
  ])('never leads to another site: %j', async (returnTo) => {
    const browser = new Visitor(testApp.app);
    const page = await browser.get(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
    expect(formIn(page.text)).toContain('name="email"');
    expect(formIn(page.text)).not.toContain('name="returnTo"');
    const fields = { email: cast.bob.email, password: PASSWORD, returnTo };
    expect((await browser.post('/auth/login', fields)).headers.location).toBe('/');
    const again = await browser.get(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
    expect(again.headers.location).toBe('/');
  });

  it('needs the form token; a forged form is no attempt and goes to the security log', async () => {
    const browser = new Visitor(testApp.app);
    await browser.get('/auth/login');
    const response = await browser
      .rawPost('/auth/login')
      .type('form')
      .send({ email: cast.bob.email, password: PASSWORD });
    expect(response.status).toBe(403);
    expect(await rowsOf(testApp.db, 'login', response)).toEqual([]);
    const requestId = response.headers['x-request-id'] as string;
    expect(await testApp.db('security_events').where({ request_id: requestId })).toHaveLength(1);
  });
});

describe('an attempt that fails', () => {
  it('gets one answer, whether the address is unknown, the password wrong or the person deactivated', async () => {
    const left = await buildUser(testApp.db, { company_id: cast.acme.id });
    await testApp.db('users').where({ id: left.id }).update({ deactivated_at: new Date() });
    const attempts = [
      { email: 'nobody@example.com', password: PASSWORD },
      { email: cast.bob.email, password: 'wrong password' },
      { email: left.email, password: PASSWORD },
      { email: left.email, password: 'wrong password' },
    ];
    const answers = [];
    for (const fields of attempts) {
      const response = await attempt(fields);
      const text = response.text
        .replaceAll(fields.email, 'E-MAIL')
        .replace(/nonce="[^"]+"/g, '')
        .replace(PRINTED_AT, '')
        .replace(/name="_csrf" value="[^"]+"/g, '');
      answers.push({ status: response.status, text });
      expect(response.text).not.toContain(fields.password);
    }
    expect(answers[0]?.status).toBe(422);
    expect(answers[0]?.text).toContain('The email address or the password is not right.');
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('is recorded as such in the evidence, with the person and company when the address is somebody’s', async () => {
    const left = await buildUser(testApp.db, { company_id: cast.acme.id });
    await testApp.db('users').where({ id: left.id }).update({ deactivated_at: new Date() });
    const cases = [
      ['nobody@example.com', 'unknown-email', null, null],
      [cast.charlie.email, 'wrong-password', cast.charlie.id, cast.globex.id],
      [cast.olivia.email, 'wrong-password', cast.olivia.id, null],
      [left.email, 'deactivated', left.id, cast.acme.id],
    ] as const;
    for (const [email, reason, userId, companyId] of cases) {
      const response = await attempt({ email, password: 'wrong password' });
      expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
        {
          success: false,
          error_message: reason,
          user_id: userId,
          company_id: companyId,
          actor_type: 'anonymous',
          details: { email },
        },
      ]);
    }
  });

  it('asks the same of the database for an unknown address as for a wrong password, in whole steps of time', async () => {
    const statementsOf = async (email: string): Promise<string[]> => {
      const browser = new Visitor(testApp.app);
      await browser.get('/auth/login');
      const statements: string[] = [];
      const note = ({ sql }: { sql: string }): number => statements.push(sql);
      testApp.db.on('query', note);
      await browser.post('/auth/login', { email, password: 'wrong password' });
      testApp.db.removeListener('query', note);
      return statements;
    };
    const known = await buildUser(testApp.db, { company_id: cast.acme.id });
    expect(await statementsOf(known.email)).toEqual(await statementsOf('somebody@example.com'));
    const browser = new Visitor(testApp.app);
    await browser.get('/auth/login');
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const start = performance.now();
      await browser.post('/auth/login', { email: known.email, password: '' });
      times.push(performance.now() - start);
    }
    // Less one for the clock of the request, which counts whole milliseconds.
    expect(Math.min(...times)).toBeGreaterThan(49);
  });

  it('takes as long to check for nobody as for somebody', async () => {
    const known = await hashPassword(PASSWORD);
    const time = async (passwordHash: string | null): Promise<number> => {
      const start = performance.now();
      expect(await verifyPassword(passwordHash, 'wrong password')).toBe('wrong');
      return performance.now() - start;
    };
    await time(null);
    const times: [known: number, nobody: number][] = [];
    for (let n = 0; n < 5; n += 1) times.push([await time(known), await time(null)]);
    const median = (values: number[]): number => values.sort((a, b) => a - b)[2] ?? 0;
    const ratio = median(times.map(([first]) => first)) / median(times.map(([, second]) => second));
    expect(Math.max(ratio, 1 / ratio)).toBeLessThan(2);
  });

  it.each([
    ['nothing at all', {}, ''],
    ['no password', { email: 'a@example.com' }, 'a@example.com'],
    ['an empty e-mail', { email: ' ', password: PASSWORD }, ' '],
    ['an e-mail with a NUL', { email: 'a\u0000@example.com', password: PASSWORD }, 'a\uFFFD@example.com'],
    ['half a character', { email: 'a\uD800@example.com', password: PASSWORD }, 'a\uFFFD@example.com'],
    ['Turkish letters', { email: 'çağrı@example.com', password: PASSWORD }, 'çağrı@example.com'],
    ['a huge e-mail', { email: 'a'.repeat(20_000), password: PASSWORD }, 'a'.repeat(320)],
    ['a huge password', { email: 'a@example.com', password: 'p'.repeat(20_000) }, 'a@example.com'],
  ])('leaves a row also with %s', async (_, fields, email) => {
    const response = await attempt(fields);
    expect(response.status).toBe(422);
    const rows = await rowsOf(testApp.db, 'login', response);
    expect(rows).toMatchObject([
      { success: false, error_message: 'malformed', user_id: null, details: { email } },
    ]);
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
  });

  it('leaves a row with the person when only the password is missing', async () => {
    const response = await attempt({ email: cast.bob.email, password: '' });
    expect(response.text).toContain('Enter a password.');
    expect(response.text).toContain(`value="${cast.bob.email}"`);
    const [row] = await rowsOf(testApp.db, 'login', response);
    expect(row).toMatchObject({ error_message: 'malformed', user_id: cast.bob.id, company_id: cast.acme.id });
  });

  it('leaves a row when a field is sent twice, and signs nobody in', async () => {
    const browser = new Visitor(testApp.app);
    const page = await browser.get('/auth/login');
    const token = encodeURIComponent(/name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '');
    const email = encodeURIComponent(cast.bob.email);
    for (const body of [`email=a&email=${email}&password=x`, `email=${email}&password=x&password=y`]) {
      const response = await browser.rawPost('/auth/login').type('form').send(`_csrf=${token}&${body}`);
      expect(response.status).toBe(422);
      expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([{ error_message: 'malformed' }]);
    }
  });

  it('never takes e-mail and password from the address', async () => {
    const query = `email=${encodeURIComponent(cast.bob.email)}&password=${encodeURIComponent(PASSWORD)}`;
    const response = await new Visitor(testApp.app).post(`/auth/login?${query}`, {});
    expect(response.status).toBe(422);
  });

  it('leaves a row when its form is too large to be read', async () => {
    const response = await attempt({ email: 'e'.repeat(100_000), password: PASSWORD });
    expect(response.status).toBe(413);
    expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
      { success: false, error_message: 'unreadable', user_id: null, details: { fault: 'entity.too.large' } },
    ]);
  });

  it.each(['gzip', 'br', 'no-such-coding'])(
    'leaves a row when its form cannot be unpacked (%s)',
    async (coding) => {
      const visitor = new Visitor(testApp.app);
      const response = await visitor
        .rawPost('/auth/login')
        .set('content-encoding', coding)
        .type('form')
        .send('email=a@example.com');
      expect(response.status).toBe(400);
      expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
        { success: false, error_message: 'unreadable' },
      ]);
    },
  );

  it.each([
    ['no user agent', {}],
    ['a huge user agent', { 'user-agent': 'u'.repeat(7000) }],
    ['a user agent of odd bytes', { 'user-agent': 'caf\u00e9 \u0080\u00ff \t x' }],
    ['a forged address', { 'x-forwarded-for': "1.2.3.4, ');drop table users;--" }],
  ])('leaves a row with %s', async (_, headers) => {
    const response = await attempt({ email: 'nobody@example.com', password: 'x' }, headers);
    await testApp.writeCounted();
    const [row] = await rowsOf(testApp.db, 'login', response);
    expect(row).toMatchObject({ success: false, ip_address: '127.0.0.1' });
    expect((row?.user_agent ?? '').length).toBeLessThanOrEqual(1024);
  });
});

describe('the sign-in page', () => {
  it('is in the reader’s language, and is kept in no cache', async () => {
    const page = await new Visitor(testApp.app, { 'accept-language': 'tr' }).get('/auth/login');
    expect(page.text).toContain('<h1>Giriş yapın</h1>');
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('escapes what was typed', async () => {
    const response = await attempt({ email: '"><script>alert(1)</script>', password: 'x' });
    expect(response.text).not.toContain('<script>alert');
  });

  it('sends people on who are signed in', async () => {
    const bob = await signIn(testApp.app, cast.bob);
    expect((await bob.get('/auth/login')).headers.location).toBe('/');
    expect((await bob.get('/auth/register')).headers.location).toBe('/');
  });
});
