import { beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { remindOfRequests } from '../../src/privacy/requests/remind-of-requests.ts';
import { formatFor } from '../../src/web/format.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';

const DAY_MS = 86_400_000;
const testApp = useTestApp();
let cast: Cast;
let bob: Visitor;
let alice: Visitor;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  bob = await signIn(testApp.app, cast.bob);
  alice = await signIn(testApp.app, cast.alice);
  olivia = await signIn(testApp.app, cast.olivia);
});

async function newestId(): Promise<number> {
  const [row] = await testApp.db('data_requests').max<{ id: number }[]>('id as id');
  return row!.id;
}

const actionsOf = (id: number): Promise<string[]> =>
  testApp
    .db('audit_logs')
    .where({ resource_type: 'data_request', resource_id: String(id) })
    .orderBy('id')
    .pluck('action_type');

/** A request of Bob's that came so many days ago. */
async function requestOf(daysAgo: number): Promise<number> {
  const [row] = await testApp
    .db('data_requests')
    .insert({
      kind: 'erasure',
      channel: 'written',
      user_id: cast.bob.id,
      company_id: cast.acme.id,
      full_name: 'Bob',
      email: cast.bob.email,
      locale: 'tr',
      words: 'Verilerimi silin.',
      received_at: new Date(Date.now() - daysAgo * DAY_MS),
      entered_by: cast.olivia.id,
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

describe('a request about one’s own data', () => {
  it('goes from the form to the desk, is answered there, and its letter reaches the person', async () => {
    const sent = await bob.post('/account/data/requests', { kind: 'correction', words: 'My name is Bobby.' });
    const id = await newestId();
    expect(sent.headers.location).toBe(`/account/data/requests/${String(id)}`);
    expect((await olivia.get('/admin/requests')).text).toContain(cast.bob.email);
    expect((await olivia.get(`/admin/requests/${String(id)}`)).text).toContain('My name is Bobby.');
    await olivia.post(`/admin/requests/${String(id)}/notes`, { words: 'asked the admin' });
    await testApp.forgetMails();
    const answered = await olivia.post(`/admin/requests/${String(id)}/answer`, {
      decision: 'partly',
      ground: 'The name of today was corrected.',
      keptWords: 'Invoices, for 10 years.',
    });
    expect(answered.status).toBe(303);
    const page = (await bob.get(`/account/data/requests/${String(id)}`)).text;
    expect(page).toContain('Your request is granted in part.');
    expect(page).toContain('Invoices, for 10 years.');
    expect(page).toMatch(/within 30 days of this answer, and at most 60 days/);
    const [mail] = await testApp.mails();
    expect(mail?.to).toBe(cast.bob.email);
    expect(mail?.text).toContain('Invoices, for 10 years.');
    expect(await actionsOf(id)).toEqual([
      'data_request_received',
      'data_request_noted',
      'data_request_answered',
    ]);
  });

  it('keeps what was typed when something is missing, and is seen by nobody else', async () => {
    const refused = await bob.post('/account/data/requests', { kind: 'nonsense', words: 'please' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('please');
    expect(refused.text).toMatch(/<details class="card fold" open>[\s\S]*<textarea/);
    expect((await bob.get('/account/data')).text).not.toContain('fold" open');
    expect((await alice.get(`/account/data/requests/${String(await requestOf(1))}`)).status).toBe(404);
    for (const path of ['/admin/requests', `/admin/requests/${String(await newestId())}`])
      expect((await alice.get(path)).status).toBe(404);
  });

  it('of somebody without an account is entered by an operator, and answered once the identity is checked', async () => {
    const form = {
      kind: 'information',
      channel: 'kep',
      receivedOn: new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10),
      fullName: 'Eski Üye',
      email: 'eski@example.com',
      locale: 'tr',
      words: 'Hakkımda ne var?',
    };
    expect((await olivia.post('/admin/requests', { ...form, receivedOn: '2999-01-01' })).status).toBe(422);
    await olivia.post('/admin/requests', form);
    const id = await newestId();
    const answer = { decision: 'granted', ground: 'KVKK m. 11', keptWords: '' };
    const path = `/admin/requests/${String(id)}`;
    const told = async (to: string, fields: Record<string, string>): Promise<string> =>
      (await olivia.follow(await olivia.post(`${path}/${to}`, fields))).text;
    expect(await told('answer', answer)).toContain(formatFor('en').t('requests.notAnswered_unchecked'));
    expect(await testApp.db('data_requests').where({ id }).first('decision')).toEqual({ decision: null });
    await told('identity', { words: 'KEP address' });
    // The check stays as it was written down, and so does the answer.
    expect((await olivia.post(`${path}/identity`, { words: 'another' })).status).toBe(303);
    expect(await told('answer', answer)).toContain(formatFor('en').t('requests.answered'));
    const again = await told('answer', { ...answer, ground: 'another' });
    expect(again).toContain(formatFor('en').t('requests.notAnswered_answered'));
    const [row] = await testApp.db('data_requests').where({ id });
    expect([row.identity_check, row.ground]).toEqual(['KEP address', 'KVKK m. 11']);
    expect(await actionsOf(id)).toEqual([
      ...['data_request_received', 'data_request_identity_checked', 'data_request_answered'],
    ]);
    const letter = await olivia.get(`/admin/requests/${String(id)}/letter`);
    expect(letter.text).toContain('Sayın Eski Üye');
    expect(letter.text).toContain('Başvurunuz kabul edilmiştir.');
  });
});

it('takes ten requests of one person in a day', async () => {
  const charlie = await signIn(testApp.app, cast.charlie);
  const statuses: number[] = [];
  for (let n = 0; n < 11; n += 1)
    statuses.push(
      (await charlie.post('/account/data/requests', { kind: 'erasure', words: 'please' })).status,
    );
  expect(statuses.filter((status) => status === 303)).toHaveLength(10);
  expect(statuses.at(-1)).toBe(429);
});

describe('the clock of a request', () => {
  it('ends 30 days after the receipt, and nobody can change it, whoever asks', async () => {
    const id = await requestOf(4);
    const row = await testApp
      .db('data_requests')
      .where({ id })
      .first<{ received_at: Date; due_at: Date }>('received_at', 'due_at');
    expect(row.due_at.getTime() - row.received_at.getTime()).toBe(30 * DAY_MS);
    for (const db of [testApp.database.db, testApp.database.ownerDb]) {
      for (const column of ['received_at', 'due_at'])
        await expect(db('data_requests').where({ id }).update(column, new Date())).rejects.toThrow(/settled/);
      await expect(db('data_requests').where({ id }).delete()).rejects.toThrow(/append-only|permission/);
    }
    await expect(requestOf(-2)).rejects.toThrow(/future/);
  });

  it('shows a late answer as late for ever', async () => {
    const id = await requestOf(31);
    expect((await olivia.get('/admin/requests')).text).toContain('Late');
    expect((await olivia.get('/admin')).text).toContain('Show data requests');
    await olivia.post(`/admin/requests/${String(id)}/identity`, { words: 'came in person' });
    await olivia.post(`/admin/requests/${String(id)}/answer`, {
      decision: 'refused',
      ground: 'art. 28',
      keptWords: '',
    });
    expect((await olivia.get('/admin/requests?list=answered')).text).toContain('Late');
    expect((await bob.get('/account/data')).text).toContain('Late');
    await expect(
      testApp.database
        .ownerDb('data_requests')
        .where({ id })
        .update({ answered_at: new Date(0) }),
    ).rejects.toThrow(/settled/);
  });

  it('reminds every operator on day 20, once', async () => {
    await requestOf(19);
    const id = await requestOf(20);
    await testApp.forgetMails();
    const context = systemContext({ name: 'test', at: new Date(), log: testApp.deps.log });
    await remindOfRequests(testApp.db, context, testApp.config);
    await remindOfRequests(testApp.db, context, testApp.config);
    const mails = (await testApp.mails()).filter(({ subject }) => subject.includes(`request ${String(id)} `));
    expect(mails.map(({ to }) => to)).toEqual([cast.olivia.email]);
    expect((await actionsOf(id)).filter((action) => action === 'data_request_reminded')).toHaveLength(1);
  });
});
