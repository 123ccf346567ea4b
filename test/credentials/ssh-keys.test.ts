import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildSshKey, buildUser, type BuiltUser, type Cast } from '../support/programs/build.ts';
import { newKeyLine } from '../support/programs/ssh-keys.ts';
import { signIn } from '../support/sign-in.ts';

const test = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(test.db);
});

const keysOf = (person: Pick<BuiltUser, 'id'>): Promise<Record<string, unknown>[]> =>
  test.db('ssh_keys').where({ user_id: person.id }).orderBy('id').select();

const newPerson = (): Promise<BuiltUser> => buildUser(test.db, { company_id: cast.acme.id });

describe('a new SSH key', () => {
  it('bears the name that it is given, else its comment, else its kind', async () => {
    const person = await newPerson();
    const visitor = await signIn(test.app, person);
    const empty = await visitor.get('/auth/ssh-keys');
    expect(empty.text).toContain('No keys yet');
    expect(empty.text).toContain('SSH has not been set up on this service yet');
    const forms = [
      { label: ' laptop ', key: newKeyLine() },
      { label: '', key: newKeyLine('bob@home') },
      { key: newKeyLine('') },
      { key: newKeyLine('odd \u202E comment') },
    ];
    for (const form of forms) {
      const answer = await visitor.post('/auth/ssh-keys', form);
      expect(answer.status).toBe(303);
      expect((await visitor.follow(answer)).text).toContain('was added.');
    }
    const keys = await keysOf(person);
    expect(keys.map((key) => key.label)).toEqual(['laptop', 'bob@home', 'ssh-ed25519', 'ssh-ed25519']);
    expect(keys[0]).toMatchObject({ key_blob: forms[0]!.key.split(' ')[1], company_id: cast.acme.id });
    const page = await visitor.get('/auth/ssh-keys');
    for (const key of keys) expect(page.text).toContain(String(key.fingerprint));
    const evidence = test
      .db('audit_logs')
      .where({ action_type: 'ssh_key_added', user_id: person.id, success: true });
    expect(await evidence.clone().count('* as count').first()).toEqual({ count: 4 });
    expect(await evidence.orderBy('id').first()).toMatchObject({
      resource_id: String(keys[0]!.id),
      details: { label: 'laptop', key_type: 'ssh-ed25519', fingerprint: keys[0]!.fingerprint },
    });
  });

  it.each([
    ['nothing', '', 'Paste a public key.'],
    ['two lines', `${newKeyLine()}\n${newKeyLine()}`, 'one key at a time'],
    ['options', `command="sh" ${newKeyLine()}`, 'comes before the key'],
    ['another kind', 'ssh-dss AAAA', 'type of key is not supported'],
    ['half a key', newKeyLine('').slice(0, -8), 'is incomplete or damaged'],
    ['a very long text', 'x'.repeat(9000), 'at most'],
  ])('is not made of %s, and what was typed is kept', async (_what, key, text) => {
    const visitor = await signIn(test.app, cast.bob);
    const answer = await visitor.post('/auth/ssh-keys', { label: 'typed', key });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(text);
    expect(answer.text).toContain('value="typed"');
    expect(await keysOf(cast.bob)).toEqual([]);
  });

  it('is never a private one, which is not even shown again', async () => {
    const visitor = await signIn(test.app, cast.bob);
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----';
    const answer = await visitor.post('/auth/ssh-keys', { key });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('This is a private key.');
    expect(answer.text).not.toContain('c2VjcmV0');
    expect(JSON.stringify(await test.db('audit_logs').select())).not.toContain('c2VjcmV0');
  });

  it('stands for one person in all companies, and nobody learns for whom', async () => {
    const key = newKeyLine();
    const [alice, charlie] = [await signIn(test.app, cast.alice), await signIn(test.app, cast.charlie)];
    await alice.post('/auth/ssh-keys', { label: 'secret machine', key });
    const own = await alice.post('/auth/ssh-keys', { key });
    expect(own.status).toBe(422);
    expect(own.text).toContain('You have already added this key.');
    const taken = await charlie.post('/auth/ssh-keys', { key });
    expect(taken.status).toBe(422);
    expect(taken.text).toContain('already in use');
    for (const name of ['Alice', 'Acme', 'secret machine', cast.alice.email])
      expect(taken.text).not.toContain(name);
    const refusals = test.db('audit_logs').where({ action_type: 'ssh_key_added', success: false });
    expect(await refusals.orderBy('id')).toMatchObject([
      { user_id: cast.alice.id, error_message: 'own' },
      { user_id: cast.charlie.id, company_id: cast.globex.id, error_message: 'taken' },
    ]);
    await alice.post(`/auth/ssh-keys/${String((await keysOf(cast.alice))[0]!.id)}/remove`);
    expect((await charlie.post('/auth/ssh-keys', { key })).status).toBe(303);
  });

  it('is added once by two that come at the same moment', async () => {
    const people = await Promise.all([newPerson(), newPerson(), newPerson()]);
    const visitors = await Promise.all(people.map((person) => signIn(test.app, person)));
    const key = newKeyLine();
    const answers = await Promise.all(visitors.map((visitor) => visitor.post('/auth/ssh-keys', { key })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422]);
  });

  it('is not added to twenty', async () => {
    const person = await newPerson();
    for (let n = 0; n < 20; n += 1) await buildSshKey(test.db, person);
    const visitor = await signIn(test.app, person);
    const answer = await visitor.post('/auth/ssh-keys', { key: newKeyLine() });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('You already have 20 keys');
    const [first] = await keysOf(person);
    await visitor.post(`/auth/ssh-keys/${String(first!.id)}/remove`);
    expect((await visitor.post('/auth/ssh-keys', { key: newKeyLine() })).status).toBe(303);
  });
});

describe('an SSH key is removed', () => {
  it('by its owner, who is asked first', async () => {
    const person = await newPerson();
    const { id, fingerprint } = await buildSshKey(test.db, person, { label: 'old laptop' });
    const visitor = await signIn(test.app, person);
    const question = await visitor.get(`/auth/ssh-keys/${String(id)}/remove`);
    expect(question.text).toContain('old laptop');
    const answer = await visitor.post(`/auth/ssh-keys/${String(id)}/remove`);
    expect((await visitor.follow(answer)).text).toContain('No keys yet');
    expect(await keysOf(person)).toMatchObject([{ id, removed_at: expect.any(Date) as Date }]);
    const [row] = await test.db('audit_logs').where({ action_type: 'ssh_key_removed', resource_id: id });
    expect(row).toMatchObject({ user_id: person.id, details: { fingerprint, reason: 'by-owner' } });
    expect((await visitor.post(`/auth/ssh-keys/${String(id)}/remove`)).status).toBe(404);
    expect((await visitor.get(`/auth/ssh-keys/${String(id)}/remove`)).status).toBe(404);
  });

  it('with the access of its owner, and does not come back with it', async () => {
    const person = await newPerson();
    const { id } = await buildSshKey(test.db, person);
    const alice = await signIn(test.app, cast.alice);
    await alice.post(`/admin/users/${String(person.id)}/deactivate`);
    await alice.post(`/admin/users/${String(person.id)}/reactivate`);
    expect(await keysOf(person)).toMatchObject([{ id, removed_at: expect.any(Date) as Date }]);
    const [row] = await test.db('audit_logs').where({ action_type: 'ssh_key_removed', resource_id: id });
    expect(row).toMatchObject({
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      details: { reason: 'deactivated', owner_user_id: person.id },
    });
    const [end] = await test
      .db('audit_logs')
      .where({ action_type: 'user_deactivated', resource_id: String(person.id) });
    expect(end).toMatchObject({ details: { ssh_keys_removed: 1 } });
  });

  it('by nobody else, not even the admin, who does not see it', async () => {
    const person = await newPerson();
    const { id, fingerprint } = await buildSshKey(test.db, person);
    for (const other of [cast.alice, cast.charlie]) {
      const visitor = await signIn(test.app, other);
      expect((await visitor.get(`/auth/ssh-keys/${String(id)}/remove`)).status).toBe(404);
      expect((await visitor.post(`/auth/ssh-keys/${String(id)}/remove`)).status).toBe(404);
      expect((await visitor.get('/auth/ssh-keys')).text).not.toContain(fingerprint);
    }
    expect(await keysOf(person)).toMatchObject([{ removed_at: null }]);
  });
});
