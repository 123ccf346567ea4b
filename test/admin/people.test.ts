import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { whereContains } from '../../src/db/where-contains.ts';
import { createTestApp, useTestApp } from '../support/app.ts';
import { buildCast, buildCompany, buildPayment, buildUser, type Cast } from '../support/programs/build.ts';
import { signIn, signInByForm } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const testApp = useTestApp({ databaseIsUnused: true });
let cast: Cast;
let alice: Visitor;

beforeEach(async () => {
  cast = await buildCast(testApp.db);
  alice = await signIn(testApp.app, cast.alice);
  await testApp.forgetMails();
});

function linkIn(text: string): string {
  const token = /\/auth\/accept-invite\/([\w-]{43})/.exec(text)?.[1];
  if (token === undefined) throw new Error('there is no invitation link');
  return `/auth/accept-invite/${token}`;
}

let invited = 0;
function freshAddress(): string {
  invited += 1;
  return `invited-${String(invited)}@example.com`;
}

describe('inviting somebody', () => {
  it('mails a link that works, and does not show it', async () => {
    const email = freshAddress();
    const response = await alice.post('/admin/users', { email: ` ${email.toUpperCase()} `, role: 'member' });
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/admin/users?list=invited');
    const page = await alice.follow(response);
    expect(page.text).toContain(`The invitation was sent to ${email}.`);
    expect(page.text).not.toContain('accept-invite');
    expect(await testApp.mails()).toHaveLength(1);
    expect((await testApp.mails())[0]?.to).toBe(email);
    const form = await new Visitor(testApp.app).get(linkIn((await testApp.mails())[0]?.text ?? ''));
    expect(form.status).toBe(200);
    expect(form.text).toContain('Acme');
  });

  it('is audited with the address and the role', async () => {
    await alice.post('/admin/users', { email: freshAddress(), role: 'admin' });
    const [row] = await testApp
      .db('audit_logs')
      .where({ company_id: cast.acme.id, action_type: 'invitation_sent' });
    expect(row).toMatchObject({ user_id: cast.alice.id, success: true, details: { role: 'admin' } });
    expect(JSON.stringify(row)).not.toMatch(/[\w-]{43}/);
  });

  it.each([
    ['no address', { email: '', role: 'member' }, 'email', ''],
    ['half an address', { email: 'nobody', role: 'member' }, 'email', 'nobody'],
    [
      'a role of the platform’s staff',
      { email: 'new@example.com', role: 'operator' },
      'role',
      'new@example.com',
    ],
    ['no role', { email: 'new@example.com' }, 'role', 'new@example.com'],
  ])('shows the form again for %s', async (_what, fields, field, kept) => {
    const response = await alice.post('/admin/users', fields);
    expect(response.status).toBe(422);
    expect(response.text).toContain(`id="${field}-error"`);
    expect(response.text).toContain(`value="${kept}"`);
    expect(await testApp.mails()).toEqual([]);
  });

  it('refuses somebody who is there, and a second invitation', async () => {
    const there = await alice.post('/admin/users', { email: cast.bob.email, role: 'member' });
    expect(there.status).toBe(422);
    expect(there.text).toContain('Somebody at this company already uses this address');
    const email = freshAddress();
    await alice.post('/admin/users', { email, role: 'member' });
    const twice = await alice.post('/admin/users', { email, role: 'member' });
    expect(twice.status).toBe(422);
    expect(twice.text).toContain('An invitation to this address is already open');
  });

  it('stops when every place of the plan is taken', async () => {
    for (let n = 0; n < 3; n += 1)
      await alice.post('/admin/users', { email: freshAddress(), role: 'member' });
    const response = await alice.post('/admin/users', { email: freshAddress(), role: 'member' });
    expect(response.status).toBe(422);
    expect(response.text).toContain('Every seat in the plan is taken');
  });

  it('cannot be sent by an operator, who finds no form for it', async () => {
    const olivia = await signIn(testApp.app, cast.olivia);
    const company = `company=${String(cast.acme.id)}`;
    expect((await olivia.get(`/admin/users?${company}`)).text).not.toContain('name="email"');
    const person = await olivia.get(`/admin/users/${String(cast.bob.id)}?${company}`);
    expect(person.text).toContain('Platform staff can only end access');
    expect(person.text).not.toMatch(/action="[^"]+\/(role|reactivate)/);
    const email = freshAddress();
    expect((await olivia.post(`/admin/users?${company}`, { email, role: 'admin' })).status).toBe(403);
    expect(await testApp.db('invitations').where({ email })).toEqual([]);
  });
});

describe('an invitation', () => {
  it('can be withdrawn, and its link then opens nothing', async () => {
    await alice.post('/admin/users', { email: freshAddress(), role: 'member' });
    const link = linkIn((await testApp.mails())[0]?.text ?? '');
    const list = await alice.get('/admin/users?list=invited');
    const action = /action="(\/admin\/invitations\/\d+\/revoke)"/.exec(list.text)?.[1] ?? '';
    const response = await alice.post(action);
    expect(response.status).toBe(303);
    expect((await alice.follow(response)).text).toContain('The invitation was withdrawn.');
    expect((await new Visitor(testApp.app).get(link)).status).not.toBe(200);
    expect((await alice.follow(await alice.post(action))).text).toContain(
      'already been accepted or withdrawn',
    );
  });
});

describe('without a mail server', () => {
  it('the link is shown once, with the reason', async () => {
    const other = await createTestApp({ database: testApp.database, mailIsConfigured: false });
    try {
      const visitor = await signIn(other.app, cast.alice);
      const email = freshAddress();
      const response = await visitor.post('/admin/users', { email, role: 'member' });
      expect(response.status).toBe(200);
      expect(response.headers['cache-control']).toContain('no-store');
      expect(response.text).toContain('No mail server is set up here');
      const link = linkIn(response.text);
      expect((await new Visitor(other.app).get(link)).status).toBe(200);
      const list = await visitor.get('/admin/users?list=invited');
      expect(list.text).not.toContain('accept-invite');
      const mail = (await other.mails()).find(({ to }) => to === email);
      expect(mail).toMatchObject({ state: 'kept' });
      expect(mail?.text).not.toContain(link);
    } finally {
      await other.close();
    }
  });
});

describe('the role of a person', () => {
  it('changes from their next request on', async () => {
    const bob = await signIn(testApp.app, cast.bob);
    expect((await bob.get('/admin')).status).toBe(403);
    const response = await alice.post(`/admin/users/${String(cast.bob.id)}/role`, { role: 'admin' });
    expect(response.status).toBe(303);
    expect((await alice.follow(response)).text).toContain('New role of Bob: Administrator.');
    expect((await bob.get('/admin')).status).toBe(200);
  });

  it('of the only admin stays', async () => {
    const response = await alice.post(`/admin/users/${String(cast.alice.id)}/role`, { role: 'member' });
    expect(response.status).toBe(422);
    expect(response.text).toContain('This is the only administrator.');
    expect((await alice.get('/admin')).status).toBe(200);
  });

  it('cannot become operator', async () => {
    const response = await alice.post(`/admin/users/${String(cast.bob.id)}/role`, { role: 'operator' });
    expect(response.status).toBe(400);
  });

  it('given up by an admin sends them to their workspaces', async () => {
    await alice.post(`/admin/users/${String(cast.bob.id)}/role`, { role: 'admin' });
    const response = await alice.post(`/admin/users/${String(cast.alice.id)}/role`, { role: 'member' });
    expect(response.headers.location).toBe('/workspace');
  });
});

describe('ending access', () => {
  it('asks first, signs the person out everywhere, and keeps the evidence', async () => {
    const bob = await signIn(testApp.app, cast.bob);
    const path = `/admin/users/${String(cast.bob.id)}/deactivate`;
    const question = await alice.get(path);
    expect(question.text).toContain('End Bob’s access?');
    expect((await bob.get('/workspace')).status).toBe(200);
    const response = await alice.post(path);
    expect(response.status).toBe(303);
    expect((await bob.get('/workspace')).headers.location).toContain('/auth/login');
    expect((await alice.get('/admin/users')).text).not.toContain(cast.bob.email);
    expect((await alice.get('/admin/users?list=former')).text).toContain(cast.bob.email);
    const page = await alice.get(`/admin/users/${String(cast.bob.id)}`);
    expect(page.text).toContain('Everything on this page is kept as evidence.');
    const bundle = await alice.get(`/admin/users/${String(cast.bob.id)}/export-logs`);
    const { summary, audit_logs } = JSON.parse(bundle.text) as {
      summary: { successful_logins: number };
      audit_logs: { action_type: string }[];
    };
    expect(summary.successful_logins).toBe(1);
    expect(audit_logs.map((row) => row.action_type)).toContain('user_deactivated');
  });

  it('of the only admin is refused, also by an operator', async () => {
    const path = `/admin/users/${String(cast.alice.id)}/deactivate`;
    const response = await alice.post(path);
    expect(response.status).toBe(422);
    expect(response.text).toContain('This is the only administrator and cannot be removed.');
    const olivia = await signIn(testApp.app, cast.olivia);
    expect((await olivia.post(`${path}?company=${String(cast.acme.id)}`)).status).toBe(422);
    expect((await alice.get('/admin')).status).toBe(200);
  });

  it('can be taken back while the plan has a place', async () => {
    const path = `/admin/users/${String(cast.bob.id)}`;
    await alice.post(`${path}/deactivate`);
    for (let n = 0; n < 4; n += 1)
      await alice.post('/admin/users', { email: freshAddress(), role: 'member' });
    const refused = await alice.post(`${path}/reactivate`);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('Every seat in the plan is taken.');
    await testApp.db('invitations').where({ company_id: cast.acme.id }).update({ revoked_at: new Date() });
    const given = await alice.post(`${path}/reactivate`);
    expect(given.status).toBe(303);
    await expect(signInByForm(testApp.app, cast.bob)).resolves.toBeDefined();
  });
});

describe('long lists', () => {
  /** Follows "next" from page to page and gives what `pattern` finds, in order. */
  async function walk(visitor: Visitor, start: string, pattern: RegExp): Promise<string[]> {
    const found: string[] = [];
    let path: string | undefined = start;
    for (let page = 0; path !== undefined && page < 20; page += 1) {
      const { text } = await visitor.get(path);
      found.push(...[...text.matchAll(pattern)].map((match) => match[1] ?? ''));
      path = /rel="next" href="([^"#]*)/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    return found;
  }

  it('of people have every person once, in Turkish order', async () => {
    const names = [
      'Çiğdem',
      'Cem',
      'Dilek',
      'İnci',
      'Irmak',
      'Jale',
      'Şule',
      'Selin',
      'Zafer',
      'Öykü',
      'Okan',
    ];
    for (const name of names) await buildUser(testApp.db, { company_id: cast.acme.id, full_name: name });
    await testApp.db.raw(
      `insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
       select ?, 'many-' || ? || '-' || n || '@example.com', 'Many', 'x', 'member', 'en', now() from generate_series(1, 60) n`,
      [cast.acme.id, cast.acme.id],
    );
    const found = await walk(alice, '/admin/users', /<a href="\/admin\/users\/\d+">([^<]+)<\/a>/g);
    expect(found).toHaveLength(names.length + 62);
    const expected = [...names, 'Alice', 'Bob', ...Array.from({ length: 60 }, () => 'Many')];
    expect(found).toEqual(expected.toSorted((a, b) => a.localeCompare(b, 'tr')));
  });

  it('of people can be searched, signs of patterns taken as they are', async () => {
    await buildUser(testApp.db, { company_id: cast.acme.id, full_name: 'Percent 100%_x' });
    const hit = await alice.get(`/admin/users?q=${encodeURIComponent('100%_X')}`);
    expect(hit.text).toContain('Percent 100%_x');
    expect(hit.text).not.toContain(cast.bob.email);
    expect((await alice.get('/admin/users?q=%25')).text).not.toContain(cast.bob.email);
    expect((await alice.get('/admin/users?q=zzz')).text).toContain('Nothing matches “zzz”.');
    expect((await alice.get(`/admin/users?q=${cast.charlie.email}`)).text).toContain('Nothing matches');
  });

  it.each([
    'ışıl',
    'IŞIL',
    'Işıl',
    'isil',
    'I\u015E\u0131l',
    'is\u0327il',
    'ŞILAY',
    'şılay',
    'AYDIN',
    'aydın',
    'Aydin',
  ])('of people find Işılay Aydın as %j', async (typed) => {
    await buildUser(testApp.db, { company_id: cast.acme.id, full_name: 'I\u015F\u0131lay Ayd\u0131n' });
    const hit = await alice.get(`/admin/users?q=${encodeURIComponent(typed)}`);
    expect(hit.text).toContain('I\u015F\u0131lay Ayd\u0131n');
    expect(hit.text).not.toContain(cast.bob.email);
  });

  it('of invitations find an address as it is said in Turkish, too', async () => {
    const [aydin, other] = ['aydin.isik', 'somebody'].map(
      (name) => `${name}.${String(Date.now())}@example.com`,
    );
    for (const email of [aydin, other])
      expect((await alice.post('/admin/users', { email, role: 'member' })).status).toBe(303);
    // The notice about the newest one is shown once.
    await alice.get('/admin/users');
    for (const typed of ['Aydın', 'IŞIK', 'ışık']) {
      const { text } = await alice.get(`/admin/users?list=invited&q=${encodeURIComponent(typed)}`);
      expect(text).toContain(aydin);
      expect(text).not.toContain(other);
    }
  });

  it('of people can be searched by an index, among the people of all companies too', async () => {
    const made = new Error('rolled back');
    const plan: string[] = [];
    const reading = testApp.database.ownerDb.transaction(async (trx) => {
      await trx.raw(
        `insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
         select ?, 'search-' || n || '@example.com', md5(n::text), 'x', 'member', 'en', now()
         from generate_series(1, 2000) n`,
        [cast.acme.id],
      );
      await trx.raw('analyze users');
      await trx.raw('set local enable_seqscan = off');
      const query = trx('users').select('id');
      whereContains(query, ['full_name', 'email'], 'aydın');
      const { rows } = await trx.raw<{ rows: object[] }>(`explain ${query.toQuery()}`);
      plan.push(JSON.stringify(rows));
      throw made;
    });
    await expect(reading).rejects.toBe(made);
    expect(plan[0]).toContain('idx_users_search');
  });

  it('of payments, a person’s and those to look at, have every payment once', async () => {
    const { id: company_id } = cast.acme;
    const payment = {
      company_id,
      user_id: cast.bob.id,
      review_reason: 'amount_below_order',
      status: 'review',
    };
    const made: string[] = [];
    for (let n = 0; n < 23; n += 1) made.push((await buildPayment(testApp.db, payment)).merchant_oid);
    const other = await buildPayment(testApp.db, { ...payment, user_id: cast.alice.id });
    await buildPayment(testApp.db, { ...payment, company_id: cast.globex.id, user_id: cast.charlie.id });
    const pattern = /mono">(T[0-9a-f]{24})</g;
    expect(await walk(alice, '/admin', pattern)).toEqual([...made, other.merchant_oid]);
    const ofBob = await walk(alice, `/admin/users/${String(cast.bob.id)}`, pattern);
    expect(ofBob).toEqual(made.toReversed());
    const second = await alice.get(`/admin/users/${String(cast.bob.id)}`);
    expect(second.text).toMatch(/rel="next" href="[^"]*#payments-h"/);
    await testApp.db('payments').update({ status: 'failed', review_reason: null });
  });

  it('of payments say of a replaced order that it was replaced, not that it waits', async () => {
    const order = { company_id: cast.acme.id, user_id: cast.bob.id, status: 'pending' };
    await buildPayment(testApp.db, order);
    await buildPayment(testApp.db, order);
    const { text } = await alice.get(`/admin/users/${String(cast.bob.id)}`);
    const states = [...text.matchAll(/data-label="Status"><span class="pill pill-(\w+)">([^<]+)/g)];
    expect(states.slice(0, 2).map(([, tone, state]) => [tone, state])).toEqual([
      ['info', 'Waiting for payment'],
      ['neutral', 'Replaced'],
    ]);
    await testApp.db('payments').where(order).update({ status: 'failed' });
  });

  it('of companies have every company once, and are for operators only', async () => {
    for (let n = 0; n < 60; n += 1) await buildCompany(testApp.db, { name: `Sorted ${String(n % 7)}` });
    const olivia = await signIn(testApp.app, cast.olivia);
    const found = await walk(olivia, '/admin?q=sorted', /<a href="\/admin\?company=(\d+)">Sorted/g);
    expect(found).toHaveLength(60);
    expect(new Set(found).size).toBe(60);
    const bySubdomain = await olivia.get(`/admin?q=${cast.globex.subdomain}`);
    expect(bySubdomain.text).toContain('Globex');
    expect(bySubdomain.text).not.toContain('>Acme<');
    expect((await alice.get('/admin?q=globex')).text).not.toContain('Globex');
  });
});

describe('the overview', () => {
  beforeAll(async () => {
    await testApp.db('scheduled_jobs').insert([
      {
        name: 'went-wrong',
        next_run_at: new Date(),
        last_started_at: new Date(1000),
        last_finished_at: new Date(2000),
        last_succeeded: false,
        last_message: 'Error: no <b>answer</b>',
      },
      {
        name: 'sweep-alerts',
        next_run_at: new Date(),
        last_started_at: new Date(1000),
        last_finished_at: new Date(2000),
        last_succeeded: true,
        last_message: '{"incidents":2,"alerts":0}',
      },
      { name: 'never-ran', next_run_at: new Date() },
    ]);
  });

  it('shows what the company uses and which payment needs a decision', async () => {
    const review = {
      company_id: cast.acme.id,
      user_id: cast.bob.id,
      merchant_oid: `REVIEW${String(cast.acme.id)}`,
      plan: 'team',
      currency: 'TRY',
      amount_minor: 149_900,
      charged_minor: 100,
      status: 'review',
      review_reason: 'amount_below_order',
      test_mode: false,
      created_at: new Date(),
    };
    await testApp.db('payments').insert(review);
    const page = await alice.get('/admin');
    expect(page.text).toContain(review.merchant_oid);
    expect(page.text).toContain('Less was charged than ordered');
    const charlie = await signIn(testApp.app, cast.charlie);
    expect((await charlie.get('/admin')).text).not.toContain(review.merchant_oid);
    const olivia = await signIn(testApp.app, cast.olivia);
    const chooser = await olivia.get('/admin');
    expect(chooser.text).toContain(review.merchant_oid);
    expect(chooser.text).toContain('went-wrong');
    expect(chooser.text).toContain('no &lt;b&gt;answer&lt;/b&gt;');
    expect(chooser.text).toContain('Remove old alerts and incidents');
    expect(chooser.text).toContain('2 incidents removed, 0 alerts removed');
    expect(chooser.text).toContain('Not run yet');
    expect(page.text).not.toContain('went-wrong');
    const staffPages = [
      '/admin',
      '/admin/finance',
      '/admin/finance/review',
      '/admin/finance/prices',
      '/admin/finance/invoices',
      '/admin/disputes',
      '/admin/requests',
      '/admin/lost-factors',
      '/admin/holds',
      '/admin/mails',
      '/admin/security',
      '/admin/record-of-processing',
    ];
    for (const path of staffPages) {
      const { text } = await olivia.get(path);
      const [nav = ''] = /<nav class="segmented staff-nav[\s\S]*?<\/nav>/.exec(text) ?? [];
      expect([...nav.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(staffPages);
      expect(nav, path).toContain(`href="${path}" aria-current="page"`);
    }
    expect(page.text).not.toContain('staff-nav');
  });
});
