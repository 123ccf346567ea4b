import { beforeEach, describe, expect, it } from 'vitest';
import { postDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import { mailStatements } from '../../../src/disputes/statements/mail-statements.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { startOfMonth } from '../../../src/local-calendar.ts';
import { contextAt } from '../../billing/scene.ts';
import { useTestApp } from '../../support/app.ts';
import {
  buildCast,
  buildPayment,
  buildUser,
  buildWorkspace,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
/** The morning of the third of this month, whose statements are of the month before. */
const NOW = new Date(startOfMonth(new Date()).getTime() + 2.5 * DAY_MS);
const MONTH_BEFORE = startOfMonth(new Date(startOfMonth(NOW).getTime() - 1));
const daysIn = (count: number): Date => new Date(MONTH_BEFORE.getTime() + count * DAY_MS);

let cast: Cast;
let number = 0;

beforeEach(async () => {
  cast = await buildCast(test.db);
  await test.db('delivery_progress').update({ sessions_to: '2020-01-01', periods_to: '2020-01-01' });
  await test.db('rate_limits').delete();
  await test.forgetMails();
});

/** Paid time that runs from the fifth day of the month before on, unless other days are given. */
async function paid(
  of: { company_id: number; user_id: number },
  [first, last]: [number, number] = [4, 20],
): Promise<number> {
  const { db } = test;
  const [from, to] = [daysIn(first), daysIn(last)];
  const payment = await buildPayment(db, { ...of, status: 'success', paid_at: from, created_at: from });
  number += 1;
  await db('invoices').insert({
    ...{
      payment_id: payment.id,
      company_id: of.company_id,
      year: 2025,
      number,
      plan: 'team',
      invoice_no: `S${String(number)}`,
    },
    ...{
      issued_at: from,
      period_start: from,
      period_end: to,
      currency: 'TRY',
      total_minor: 149_900,
      tax_minor: 0,
    },
    ...{ tax_percent: 20, buyer: {}, seller: {} },
  });
  const ends = new Date(Date.now() + 10 * DAY_MS);
  await db('subscriptions')
    .where({ company_id: of.company_id })
    .update({ plan: 'team', period_started_at: from, period_ends_at: ends, trial_ends_at: from });
  await db('payments').where({ id: payment.id }).update({ charged_minor: 149_900, charged_currency: 'TRY' });
  return payment.id;
}

async function used(day: number, active: number, connected: number): Promise<void> {
  const workspace = await buildWorkspace(test.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  const [from, to] = [daysIn(day), new Date(daysIn(day).getTime() + 90 * 60_000)];
  await test.db('workspace_sessions').insert({
    ...{ company_id: cast.acme.id, workspace_id: workspace.id, user_id: cast.bob.id, access_method: 'web' },
    ...{
      started_at: from,
      ended_at: to,
      last_activity_at: to,
      end_reason: 'idle',
      session_id: 'b'.repeat(64),
    },
    ...{ connected_minutes: connected, active_minutes: active, connected_until: to },
  });
}

async function send(at = NOW, config = test.config): Promise<number> {
  await postDeliveries(test.db, contextAt(at));
  return (await mailStatements(test.db, contextAt(at), { config })).mailed;
}

const acmes = () => paid({ company_id: cast.acme.id, user_id: cast.alice.id });
const mailTo = async ({ email }: { email: string }): Promise<string> =>
  (await test.mails()).find(({ to }) => to === email)?.text ?? '';
async function linkOf(person: { email: string }, what: 'not-me' | 'cancel'): Promise<string> {
  const found = new RegExp(`/statement/[\\w-]{43}/${what}`).exec(await mailTo(person));
  return found?.[0] ?? '';
}
const cases = () =>
  test.db('disputes').where({ company_id: cast.acme.id }).select('payment_id', 'state', 'source', 'claim');

describe('the monthly statement', () => {
  it('tells the admins what was paid and used, with the log’s head and two links', async () => {
    await acmes();
    await used(6, 41, 55);
    expect(await send()).toBe(1);
    const text = await mailTo(cast.alice);
    expect(text).toContain('₺1,499.00');
    expect(text).toContain('1 session: at least 41 mins, at most 55 mins');
    expect(text).toMatch(/\/statement\/[\w-]{43}\/not-me/);
    expect(text).toMatch(/\/statement\/[\w-]{43}\/cancel/);
    expect(await mailTo(cast.bob)).toBe('');
    expect(await mailTo(cast.charlie)).toBe('');
    const [row] = await test
      .db('audit_logs')
      .where({ action_type: 'usage_statement_mailed', company_id: cast.acme.id });
    expect(row).toMatchObject({ success: true, details: { recipients: 1 } });
  });

  it('comes in Turkish to who reads Turkish, and says when nothing was used', async () => {
    await test.db('users').where({ id: cast.alice.id }).update({ locale: 'tr' });
    await acmes();
    await send();
    const text = await mailTo(cast.alice);
    expect(text).toContain('bu ay kullanılmadı');
    expect(text).toContain('Bu ben değildim');
  });

  it('has the log’s checkpoint of that time', async () => {
    await acmes();
    const [log] = await test
      .db('transparency_logs')
      .insert({ company_id: cast.acme.id, created_at: daysIn(0), sequenced: 1, integrated: 1, published: 1 })
      .returning<{ id: number }[]>('id');
    await test.db('log_checkpoints').insert({
      ...{
        log_id: log!.id,
        size: 1,
        root: Buffer.alloc(32, 1),
        note: 'acme/log\n1\nroot\n',
        published_at: daysIn(20),
      },
    });
    await send();
    expect(await mailTo(cast.alice)).toContain('acme/log');
  });

  it('goes out once for each month and company, from the second morning on, and not without paid time', async () => {
    await acmes();
    expect(await send(new Date(startOfMonth(NOW).getTime() + DAY_MS))).toBe(0);
    expect(await send()).toBe(1);
    expect(await send()).toBe(0);
    const twice = await Promise.all([send(), send()]);
    expect(twice).toEqual([0, 0]);
    expect((await test.mails()).length).toBe(1);
  });

  it('goes to the payer who is no admin with their own payments only, and no link to cancel', async () => {
    await acmes();
    await paid({ company_id: cast.acme.id, user_id: cast.bob.id }, [20, 38]);
    await send();
    const text = await mailTo(cast.bob);
    expect(text.match(/receipt S/g)).toHaveLength(1);
    expect(text).not.toContain('/cancel');
    expect((await mailTo(cast.alice)).match(/receipt S/g)).toHaveLength(2);
  });

  it('goes to nobody who has left or never confirmed the address, and to nobody when it is switched off', async () => {
    await acmes();
    await test.db('users').where({ id: cast.alice.id }).update({ email_confirmed_at: null });
    expect(await send(NOW, { ...test.config, usageStatements: false })).toBe(0);
    expect(await test.db('usage_statements').where({ company_id: cast.acme.id })).toEqual([]);
    expect(await send()).toBe(0);
    expect(await test.mails()).toEqual([]);
    expect(await test.db('usage_statements').where({ company_id: cast.acme.id }).pluck('recipients')).toEqual(
      [0],
    );
  });

  it('keeps no secret: neither in the mail that is kept nor in its table', async () => {
    await acmes();
    await send();
    const link = await linkOf(cast.alice, 'not-me');
    const token = link.split('/')[2] ?? '';
    expect(token).toHaveLength(43);
    expect(await test.db('usage_statement_links').where({ token_hash: token })).toEqual([]);
    const kept = await test
      .db('mails')
      .where({ recipient: cast.alice.email })
      .first<{ kept: Buffer }>('kept');
    expect(kept.kept.toString()).not.toContain(token.slice(0, 30));
    expect(link).not.toContain('@');
  });
});

describe('“this wasn’t me” from a statement', () => {
  it('shows the payment and its use without a sign-in, and a GET changes nothing', async () => {
    await acmes();
    await used(6, 41, 55);
    await send();
    const stranger = new Visitor(test.app);
    for (let times = 0; times < 2; times += 1) {
      const page = await stranger.get(await linkOf(cast.alice, 'not-me'));
      expect(page.status).toBe(200);
      expect(page.text).toContain('₺1,499.00');
      expect(page.headers['cache-control']).toBe('no-store');
    }
    expect(await cases()).toEqual([]);
  });

  it('opens a case with the person’s claim before the bank does, once for each link', async () => {
    const payment = await acmes();
    await send();
    const link = await linkOf(cast.alice, 'not-me');
    const stranger = new Visitor(test.app);
    const answer = await stranger.post(link, { what: 'both', words: 'Never heard of you' });
    expect([answer.status, answer.headers['location']]).toEqual([303, link]);
    expect((await stranger.get(link)).text).toContain('We look into it');
    await stranger.post(link, { what: 'use', words: 'again' });
    await Promise.all([1, 2, 3].map(() => new Visitor(test.app).post(link, { what: 'use' })));
    expect(await cases()).toEqual([
      {
        ...{ payment_id: payment, state: 'warned', source: 'statement' },
        claim: 'Neither the payment nor the use is ours\nNever heard of you',
      },
    ]);
    const rows = await test
      .db('audit_logs')
      .where({ action_type: 'usage_statement_answered', company_id: cast.acme.id });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      user_id: cast.alice.id,
      details: { answer: 'not-me', payment_id: payment },
    });
  });

  it('asks again, beside the field, and keeps what was typed', async () => {
    await acmes();
    await paid({ company_id: cast.acme.id, user_id: cast.alice.id }, [20, 38]);
    await send();
    const link = await linkOf(cast.alice, 'not-me');
    const stranger = new Visitor(test.app);
    const noKind = await stranger.post(link, { words: 'Kept words' });
    expect(noKind.status).toBe(422);
    expect(noKind.text).toContain('Choose what is wrong');
    expect(noKind.text).toContain('Kept words');
    const noPayment = await stranger.post(link, { what: 'payment' });
    expect(noPayment.status).toBe(422);
    expect(noPayment.text).toContain('Choose the payment that it is about');
    expect(await cases()).toEqual([]);
  });

  it('takes no payment of another company, and of a member’s none that another made', async () => {
    const foreign = await paid({ company_id: cast.globex.id, user_id: cast.charlie.id });
    const admins = await acmes();
    await paid({ company_id: cast.acme.id, user_id: cast.bob.id }, [20, 38]);
    await send();
    const stranger = new Visitor(test.app);
    for (const payment of [foreign, 999_999])
      expect(
        (await stranger.post(await linkOf(cast.alice, 'not-me'), { what: 'use', payment: String(payment) }))
          .status,
      ).toBe(422);
    expect(
      (await stranger.post(await linkOf(cast.bob, 'not-me'), { what: 'use', payment: String(admins) }))
        .status,
    ).toBe(422);
    expect(await cases()).toEqual([]);
    expect(await test.db('disputes').where({ company_id: cast.globex.id })).toEqual([]);
  });

  it('is good for 60 days, for whoever still belongs to the company', async () => {
    await acmes();
    await send();
    const link = await linkOf(cast.alice, 'not-me');
    const expires = (at: Date): Promise<number> =>
      test.db('usage_statement_links').where({ user_id: cast.alice.id }).update({ expires_at: at });
    const [row] = await test.db('usage_statement_links').where({ user_id: cast.alice.id });
    expect((row as { expires_at: Date }).expires_at).toEqual(new Date(NOW.getTime() + 60 * DAY_MS));
    await expires(new Date(Date.now() - 1000));
    const stranger = new Visitor(test.app);
    for (const answer of [await stranger.get(link), await stranger.post(link, { what: 'use' })])
      expect(answer.status).toBe(410);
    await expires(new Date(Date.now() + DAY_MS));
    await test.db('users').where({ id: cast.alice.id }).update({ deactivated_at: new Date() });
    for (const answer of [await stranger.get(link), await stranger.post(link, { what: 'use' })])
      expect(answer.status).toBe(410);
    expect(await cases()).toEqual([]);
  });

  it('tells whoever guesses nothing, and slows them down', async () => {
    const stranger = new Visitor(test.app);
    const header = { 'x-forwarded-for': '198.51.100.77' };
    const statuses: number[] = [];
    for (let times = 0; times < 62; times += 1)
      statuses.push((await stranger.get(`/statement/${'a'.repeat(43)}/not-me`, header)).status);
    expect(new Set(statuses.slice(0, 50))).toEqual(new Set([410]));
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('cancelling from a statement', () => {
  const ends = async () =>
    test
      .db('subscriptions')
      .where({ company_id: cast.acme.id })
      .first<{ cancels_at: Date | null; period_ends_at: Date }>('cancels_at', 'period_ends_at');

  it('ends the subscription with its paid time, after a box is ticked, and mails the admins', async () => {
    await acmes();
    await send();
    const link = await linkOf(cast.alice, 'cancel');
    const stranger = new Visitor(test.app);
    const page = (await stranger.get(link)).text;
    expect(page).toContain('Yes, cancel at the end of the paid time');
    expect(page).toContain('<a href="/billing/cancel">cancel at once on the billing pages</a>');
    const unticked = await stranger.post(link, {});
    expect(unticked.status).toBe(422);
    expect(unticked.text).toContain('Tick the box to confirm');
    expect((await ends()).cancels_at).toBeNull();
    await test.forgetMails();
    expect((await stranger.post(link, { confirm: 'on' })).status).toBe(303);
    const { cancels_at, period_ends_at } = await ends();
    expect(cancels_at).toEqual(period_ends_at);
    expect(await mailTo(cast.alice)).toContain('cancelled');
    expect((await stranger.get(link)).text).toContain('The subscription is cancelled');
    const [row] = await test
      .db('audit_logs')
      .where({ action_type: 'usage_statement_answered', company_id: cast.acme.id });
    expect(row).toMatchObject({ user_id: cast.alice.id, details: { answer: 'cancel' } });
  });

  it('takes one link once: a cancellation that was taken back stays back', async () => {
    await acmes();
    await send();
    const link = await linkOf(cast.alice, 'cancel');
    const stranger = new Visitor(test.app);
    await stranger.post(link, { confirm: 'on' });
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/billing/resume');
    expect((await ends()).cancels_at).toBeNull();
    await stranger.post(link, { confirm: 'on' });
    expect((await ends()).cancels_at).toBeNull();
  });

  it('is refused to an admin who is none any more, and to a member who changes the address', async () => {
    await acmes();
    await paid({ company_id: cast.acme.id, user_id: cast.bob.id }, [20, 38]);
    await buildUser(test.db, { company_id: cast.acme.id, role: 'admin' });
    await send();
    const stranger = new Visitor(test.app);
    const bobs = (await linkOf(cast.bob, 'not-me')).replace('not-me', 'cancel');
    expect((await stranger.get(bobs)).status).toBe(410);
    expect((await stranger.post(bobs, { confirm: 'on' })).status).toBe(410);
    await test.db('users').where({ id: cast.alice.id }).update({ role: 'member' });
    expect((await stranger.post(await linkOf(cast.alice, 'cancel'), { confirm: 'on' })).status).toBe(410);
    expect((await ends()).cancels_at).toBeNull();
  });
});
