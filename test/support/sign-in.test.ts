import { expect, it } from 'vitest';
import { useTestApp } from './app.ts';
import { buildUser, type BuiltUser } from './programs/build.ts';
import { signIn, signInByForm } from './sign-in.ts';

const test = useTestApp();
const HEADERS = { 'user-agent': 'A browser' };

/** All that a sign-in leaves behind, but for times and what is made by chance. */
async function leftBy(signsIn: typeof signIn, person: BuiltUser): Promise<unknown> {
  const visitor = await signsIn(test.app, person, HEADERS);
  const { id, company_id, email } = person;
  const rows = async (table: string, where: object): Promise<unknown[]> => test.db(table).where(where);
  const left = {
    trail: await rows('audit_logs', { user_id: id, action_type: 'login' }),
    device: await rows('known_devices', { user_id: id }),
    person: await rows('users', { id }),
    session: await test.db('browser_sessions').whereRaw(`sess #>> '{passport,user}' = ?`, [String(id)]),
  };
  const page = await visitor.get('/account');
  const posted = await visitor.post('/locale', { locale: 'tr' });
  const names = new Map([
    [String(company_id), 'company'],
    [email, 'email'],
    [person.full_name, 'name'],
  ]);
  const plain = JSON.stringify({ ...left, answers: [page.status, posted.status] }, (key, value: unknown) =>
    /(_at|At|_until|^at|^timestamp|^expires?|hash|request_id|event_id|^sid)$/.test(key)
      ? value !== null
      : /^(user_id|device_id|id|resource_id|user|company_id)$/.test(key)
        ? typeof value
        : typeof value === 'string'
          ? (names.get(value) ?? value)
          : value,
  );
  return JSON.parse(plain);
}

it.each(['member', 'admin', 'operator'] as const)(
  'leaves behind for a %s what the form does, and opens the same pages',
  async (role) => {
    const byForm = await leftBy(signInByForm, await buildUser(test.db, { role }));
    expect(byForm).toMatchObject({ trail: [{ success: true }], session: [{}], answers: [200, 303] });
    expect(await leftBy(signIn, await buildUser(test.db, { role }))).toEqual(byForm);
  },
);

it('throws where the form refuses', async () => {
  const person = await buildUser(test.db, { role: 'member' });
  await test.db('users').where('id', person.id).update({ deactivated_at: new Date() });
  await expect(signIn(test.app, person)).rejects.toThrow('may not sign in');
  await expect(signInByForm(test.app, person)).rejects.toThrow('answered 422');
});
