import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn, signInByForm } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let count = 0;
const OWN = 'a lamp that whispers';

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
});

/** Somebody who registers with an address, and the page of that person for the admin of the new company. */
async function register(email: string): Promise<{ id: number; browser: Visitor; page: string }> {
  count += 1;
  const browser = new Visitor(test.app);
  await browser.post('/auth/register', {
    ...{ companyName: `Held ${String(count)}`, subdomain: `held-${String(count)}-x` },
    ...{ fullName: 'A Stranger', email, password: OWN, acceptTerms: 'on', acceptPrivacy: 'on' },
  });
  const { id } = await test.db('users').where({ email }).orderBy('id', 'desc').first<{ id: number }>('id');
  return { id, browser, page: `/admin/users/${String(id)}` };
}

const newEmail = (): string => `nobody-${String((count += 1))}@example.com`;

async function guess(email: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n += 1)
    statuses.push((await new Visitor(test.app).post('/auth/login', { email, password: 'wrong' })).status);
  return statuses;
}

/** A page without what differs between any two people: numbers, times, names and tokens. */
function worded(html: string): string {
  return html
    .replaceAll(/nobody-\d+|bob-\d+|held-\d+-x|Held \d+/g, 'x')
    .replaceAll(/(value|content|nonce)="[^"]*"/g, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')
    .replaceAll(/\d+/g, '0');
}

describe('whoever registers with the address of somebody else', () => {
  it('does not open the lock of that address by a proof, a new password or as an admin', async () => {
    const { email } = cast.bob;
    const { browser, page } = await register(email);
    expect(await guess(email, 4)).toEqual([422, 422, 422, 422]);
    const proof = await browser.post('/auth/step-up', { stepUpPassword: OWN, returnTo: '/' });
    expect(proof.status).toBe(303);
    const changed = { oldPassword: OWN, password: 'a chair that sings' };
    expect((await browser.post('/auth/password', changed)).status).toBe(303);
    await browser.post(`${page}/unlock`);
    expect(await guess(email, 2)).toEqual([422, 429]);
    await browser.post(`${page}/unlock`);
    expect(await guess(email, 1)).toEqual([429]);
  });

  it('is not told that the address is locked, and does not lock it', async () => {
    const { email } = cast.bob;
    const { browser, page } = await register(email);
    for (let n = 0; n < 5; n += 1)
      await browser.post('/auth/step-up', { stepUpPassword: 'wrong', returnTo: '/' });
    expect((await browser.get(page)).text).toContain('Sign-in is locked until');
    expect((await signInByForm(test.app, cast.bob)).headers).toBeDefined();
    await browser.post(`${page}/unlock`);
    await guess(email, 5);
    expect((await browser.get(page)).text).not.toContain('Sign-in is locked until');
    const proof = await browser.post('/auth/step-up', { stepUpPassword: OWN, returnTo: '/' });
    expect(proof.status).toBe(303);
  });

  it('reads the same as with an address of nobody: on pages, in the outbox and in the trail', async () => {
    const seen: string[][] = [];
    for (const email of [cast.bob.email, newEmail()]) {
      const { browser, page } = await register(email);
      const answers = [
        await browser.post(`${page}/reset-link`),
        await browser.get(page),
        await browser.post('/auth/confirm'),
        await browser.get('/auth/confirm'),
        await browser.get('/workspace'),
        await browser.get('/account'),
        await browser.get('/admin/mails'),
        await browser.get('/admin/audit'),
      ];
      seen.push(answers.map(({ status, text }) => `${String(status)} ${worded(text)}`));
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(await test.db('password_resets').where('user_id', cast.bob.id)).toEqual([]);
  });

  it('finds nothing in their copy that the address alone leads to', async () => {
    const { email } = cast.bob;
    await signIn(test.app, cast.bob);
    await guess(email, 2);
    await new Visitor(test.app).post('/auth/forgot', { email });
    const alice = await signIn(test.app, cast.alice);
    await alice.post(`/admin/users/${String(cast.bob.id)}/reset-link`);
    const { browser } = await register(email);
    const copy = await browser.get('/account/data/download.json');
    const { records } = JSON.parse(copy.text) as { records: { table: string; rows: unknown[] }[] };
    const found = records.filter(({ rows }) => rows.length > 0).map(({ table }) => table);
    const byAddress = ['mails', 'mail_events', 'login_locks', 'password_reset_requests', 'invitations'];
    expect(found).toContain('users');
    expect(found.filter((table) => byAddress.includes(table))).toEqual([]);
    const own = await (await signIn(test.app, cast.bob)).get('/account/data/download.json');
    const of = (JSON.parse(own.text) as { records: { table: string; rows: unknown[] }[] }).records;
    expect(of.filter(({ rows }) => rows.length > 0).map(({ table }) => table)).toEqual(
      expect.arrayContaining(['mails', 'password_reset_requests']),
    );
  });

  it('gets no request about personal data that an operator enters for the address', async () => {
    const { email } = cast.bob;
    const { id, browser } = await register(email);
    const olivia = await signIn(test.app, cast.olivia);
    const entered = await olivia.post('/admin/requests', {
      ...{ kind: 'information', channel: 'kep', fullName: 'Bob', email, locale: 'tr' },
      ...{ words: 'What do you have about me?', receivedOn: new Date().toISOString().slice(0, 10) },
    });
    expect(entered.status).toBe(303);
    const [request] = await test.db('data_requests').where({ email });
    expect(request).toMatchObject({ user_id: cast.bob.id, company_id: cast.acme.id });
    // Their own request is checked by an operator: to be signed in does not show whose mail it is.
    await browser.post('/account/data/requests', { kind: 'erasure', words: 'Erase everything.' });
    const [asked] = await test.db('data_requests').where({ user_id: id });
    expect([asked.channel, asked.identity_at]).toEqual(['form', null]);
  });
});

describe('the wish for an address of somebody else', () => {
  it('is answered as one for an address of nobody, by the same statements', async () => {
    const asked = async (email: string): Promise<{ text: string; statements: string[] }> => {
      const browser = await signIn(test.app, cast.alice);
      await browser.get('/account/email');
      const statements: string[] = [];
      const note = ({ sql }: { sql: string }): number => statements.push(sql);
      test.db.on('query', note);
      const answer = await browser.post('/account/email', { email });
      test.db.removeListener('query', note);
      const { text } = await browser.follow(answer);
      await browser.post('/account/email/withdraw');
      return { text: `${String(answer.status)} ${worded(text)}`, statements };
    };
    const [nobody, somebody] = [await asked(newEmail()), await asked(cast.bob.email)];
    expect(somebody.text).toBe(nobody.text);
    expect(somebody.statements).toEqual(nobody.statements);
  });

  it('is answered as one for an address of nobody when it is an invitation of another company', async () => {
    const charlie = await signIn(test.app, cast.charlie);
    const invite = async (email: string): Promise<string> => {
      const answer = await charlie.post('/admin/users', { email, role: 'member' });
      return `${String(answer.status)} ${worded((await charlie.follow(answer)).text)}`;
    };
    const [first] = [await invite(newEmail()), await charlie.get('/admin/users')];
    await test.db('invitations').where('company_id', cast.globex.id).update({ revoked_at: new Date() });
    expect(await invite(cast.bob.email)).toBe(first);
  });
});
