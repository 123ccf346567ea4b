import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildUser, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';

const test = useTestApp();
let cast: Cast;

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  await test.forgetMails();
});

/** Uses up what is left of a limit, as other processes would. */
async function useUp(name: string, companyId: number): Promise<void> {
  const used = await test
    .db('rate_limits')
    .where('key', `${name}:${String(companyId)}`)
    .update({ points: 1_000_000 });
  expect(used).toBe(1);
}

describe('the limits of a company', () => {
  it('bound the mails that its people cause, whoever of them asks, and no other company’s', async () => {
    const alice = await signIn(test.app, cast.alice);
    const path = `/admin/users/${String(cast.bob.id)}/reset-link`;
    expect((await alice.post(path)).status).toBe(303);
    await useUp('mail-company', cast.acme.id);
    const other = await buildUser(test.db, { company_id: cast.acme.id, email_confirmed_at: null });
    expect((await alice.post(path)).status).toBe(429);
    const asking = await signIn(test.app, other);
    expect((await asking.post('/auth/confirm')).status).toBe(429);
    expect((await asking.post('/account/email', { email: 'another@example.com' })).status).toBe(429);
    expect(await test.mails()).toHaveLength(1);
    const charlie = await signIn(test.app, cast.charlie);
    expect((await charlie.post('/account/email', { email: 'globex@example.com' })).status).toBe(303);
  });

  it('bound its downloads, but not those of the platform’s staff', async () => {
    const alice = await signIn(test.app, cast.alice);
    const path = `/admin/users/${String(cast.bob.id)}/export-logs`;
    expect((await alice.get(path)).status).toBe(200);
    await useUp('download-company', cast.acme.id);
    expect((await alice.get(path)).status).toBe(429);
    expect((await alice.get('/admin/audit.csv')).status).toBe(429);
    const olivia = await signIn(test.app, cast.olivia);
    expect((await olivia.get(path)).status).toBe(200);
    const charlie = await signIn(test.app, cast.charlie);
    expect((await charlie.get(`/admin/users/${String(cast.charlie.id)}/export-logs`)).status).toBe(200);
  });

  it('bound its invitations', async () => {
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/admin/users', { email: 'first@example.com', role: 'member' });
    await useUp('invite', cast.acme.id);
    const { id } = await test
      .db('invitations')
      .where('email', 'first@example.com')
      .first<{ id: number }>('id');
    expect((await alice.post('/admin/users', { email: 'second@example.com', role: 'member' })).status).toBe(
      429,
    );
    expect((await alice.post(`/admin/invitations/${String(id)}/resend`)).status).toBe(429);
  });
});
