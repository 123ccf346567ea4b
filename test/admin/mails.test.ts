import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, useTestApp } from '../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../support/programs/build.ts';
import { notify } from '../billing/scene.ts';
import { signedCallback } from '../support/fake-paytr.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
let alice: Visitor;
let charlie: Visitor;
let olivia: Visitor;
let receipt: { id: number; subject: string };

beforeAll(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
  charlie = await signIn(test.app, cast.charlie);
  olivia = await signIn(test.app, cast.olivia);
  const order = await buildPayment(test.db, { company_id: cast.acme.id, user_id: cast.alice.id });
  await notify(test.app, signedCallback({ merchant_oid: order.merchant_oid, total_amount: '160000' }));
  await alice.post('/admin/users', { email: 'invited@example.com', role: 'member' });
  receipt = (await test.mails()).find(({ to }) => to === cast.alice.email)!;
});

const page = (id: number, rest = ''): string => `/admin/mails/${String(id)}${rest}`;

describe('the outbox', () => {
  it('shows an admin the mails to the company’s people, and nobody else’s admin', async () => {
    const list = await alice.get('/admin/mails');
    expect(list.text).toContain(receipt.subject);
    expect(list.text).toContain('invited@example.com');
    const theirs = await charlie.get('/admin/mails');
    expect(theirs.text).toContain('No mail yet');
    for (const rest of ['', '/body', '/message.eml'])
      expect((await charlie.get(page(receipt.id, rest))).status).toBe(404);
  });

  it('is filtered by state and by address', async () => {
    const found = await alice.get('/admin/mails?q=INVITED');
    expect(found.text).toContain('invited@example.com');
    expect(found.text).not.toContain(receipt.subject);
    expect((await alice.get('/admin/mails?state=failed')).text).toContain('No such mail');
    expect((await alice.get('/admin/mails?state=nonsense')).text).toContain(receipt.subject);
  });

  it('shows a mail in a frame of an origin of its own, in which nothing runs', async () => {
    const shown = await alice.get(page(receipt.id));
    expect(shown.text).toContain(`<iframe class="mail-body" sandbox=""`);
    expect(shown.text).not.toContain('We have received your payment');
    expect(shown.headers['content-security-policy']).toContain("frame-src 'self'");
    const body = await alice.get(page(receipt.id, '/body'));
    expect(body.text).toContain('We have received your payment');
    expect(body.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    expect(body.headers['content-security-policy']).not.toContain('script-src');
  });

  it('hands a mail out byte for byte', async () => {
    const file = await alice.get(page(receipt.id, '/message.eml'));
    expect(file.headers['content-disposition']).toContain(`mail-${String(receipt.id)}.eml`);
    const { kept } = await test.db('mails').where('id', receipt.id).first<{ kept: Buffer }>('kept');
    expect(file.text).toBe(kept.toString());
  });

  it('keeps no link of an invitation', async () => {
    const invitation = (await test.mails()).find(({ to }) => to === 'invited@example.com')!;
    const link = /accept-invite\/[\w-]{43}/;
    expect(invitation.text).toMatch(link);
    const body = await alice.get(page(invitation.id, '/body'));
    expect(body.text).not.toMatch(link);
    expect((await alice.get(page(invitation.id))).text).toContain('it is not kept');
  });
});

describe('the platform’s staff', () => {
  it('see the mails of all, and a look at one is a row that its company sees', async () => {
    const all = await olivia.get('/admin/mails');
    expect(all.text).toContain(`Mail ${String(receipt.id)}`);
    expect(all.text).not.toContain(receipt.subject);
    expect(all.text).not.toContain(cast.alice.email);
    const acme = await olivia.get(`/admin/mails?company=${String(cast.acme.id)}`);
    expect(acme.text).toContain(receipt.subject);
    const looks = (): Promise<unknown[]> =>
      test.db('audit_logs').where({ action_type: 'operator_company_viewed', company_id: cast.acme.id });
    const before = await looks();
    expect((await olivia.get(page(receipt.id))).status).toBe(200);
    expect(await looks()).toHaveLength(before.length + 1);
    const other = `?company=${String(cast.globex.id)}`;
    expect((await olivia.get(page(receipt.id, other))).status).toBe(404);
  });

  it('are told of mails that may not have arrived', async () => {
    expect((await olivia.get('/admin')).text).toContain('No mail of the last seven days failed');
    await test.db('mails').where('id', receipt.id).update({ state: 'uncertain', next_try_at: null });
    expect((await olivia.get('/admin')).text).toContain('1 mail of the last seven days may not have arrived');
  });
});

describe('without a mail server', () => {
  it('operators do not read that all is well', async () => {
    const other = await createTestApp({ database: test.database, mailIsConfigured: false });
    try {
      const page = await (await signIn(other.app, cast.olivia)).get('/admin');
      expect(page.text).toContain('No mail server is set up: mails are not sent');
    } finally {
      await other.close();
    }
  });
});

describe('sending a mail again', () => {
  const stateOf = async (id: number): Promise<string> =>
    (await test.db('mails').where('id', id).first<{ state: string }>('state')).state;

  beforeEach(async () => {
    await test.db('mails').update({ state: 'uncertain', next_try_at: null, with_secret: null });
  });

  it('puts the same message back into the queue, and says who asked', async () => {
    const response = await olivia.post(page(receipt.id, '/resend'));
    expect((await olivia.follow(response)).text).toContain('on its way again');
    expect(await stateOf(receipt.id)).toBe('queued');
    const events = await test.db('mail_events').where('mail_id', receipt.id).select('state', 'user_id');
    expect(events).toEqual([{ state: 'queued', user_id: cast.olivia.id }]);
    expect((await olivia.follow(await olivia.post(page(receipt.id, '/resend')))).text).toContain(
      'already on',
    );
  });

  it('is not possible once its link is gone', async () => {
    const invitation = (await test.mails()).find(({ to }) => to === 'invited@example.com')!;
    const response = await olivia.post(page(invitation.id, '/resend'));
    expect((await olivia.follow(response)).text).toContain('The link in this mail is gone');
    expect(await stateOf(invitation.id)).toBe('uncertain');
  });

  it('is not for admins', async () => {
    expect((await alice.post(page(receipt.id, '/resend'))).status).toBe(403);
    expect((await alice.get(page(receipt.id))).text).not.toContain('/resend');
  });
});
