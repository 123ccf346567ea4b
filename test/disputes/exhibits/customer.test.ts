import { createHash } from 'node:crypto';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listMailTrail, asDeliveryReport } from '../../../src/disputes/exhibits/mail-trail.ts';
import { listSeenByCustomer, type SeenPage } from '../../../src/disputes/exhibits/seen-by-customer.ts';
import { buildBuyer, orderPlan } from '../../billing/order.ts';
import { auditOf, notify } from '../../billing/scene.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildCast, buildMail, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildCase, chargedPayment } from '../build.ts';

const HOUR_MS = 3_600_000;
let fake: FakePaytr;
let test: TestApp;
let cast: Cast;
let olivia: Visitor;
let payment: { id: number; merchant_oid: string; created_at: Date };
let disputeId: number;

beforeAll(async () => {
  fake = await startFakePaytr();
  test = await createTestApp({ env: { PAYTR_BASE_URL: fake.url }, deps: { paytr: fake.paytr } });
  cast = await buildCast(test.db);
  await test.db('users').where('id', cast.alice.id).update({ locale: 'tr', full_name: 'Ayşe Çağrı' });
  await buildBuyer(test.db, cast.acme.id);
  const alice = await signIn(test.app, cast.alice);
  expect((await orderPlan(alice)).status).toBeLessThan(400);
  payment = await test.db('payments').first<typeof payment>('id', 'merchant_oid', 'created_at');
  const total_amount = '149900';
  await notify(test.app, signedCallback({ merchant_oid: payment.merchant_oid, total_amount }));
  disputeId = await buildCase(test.db, cast, { payment_id: payment.id, reference: 'BANKA-77' });
  olivia = await signIn(test.app, cast.olivia);
});

afterAll(async () => {
  await test.close();
  await fake.close();
});

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const seen = (asOf = new Date()): Promise<SeenPage[]> =>
  listSeenByCustomer(test.db, { paymentId: payment.id, asOf });
const seenPage = async (id: SeenPage['id']): Promise<SeenPage> => {
  const page = (await seen()).find((each) => each.id === id);
  if (page === undefined) throw new Error(`no page ${id}`);
  return page;
};

describe('what the customer saw', () => {
  it('is the stored contract, byte for byte, with the hash that was accepted', async () => {
    const consent = await test.db('order_consents').first<Record<string, string>>('*');
    const text = await seenPage('contract');
    expect(text.bytes.toString()).toBe(consent['terms_text']);
    expect(text).toMatchObject({ sha256: consent['text_sha256'], locale: 'tr', name: 'contract.txt' });
    const page = await seenPage('contract-page');
    expect(page.bytes.toString()).toBe(consent['terms_html']);
    expect(page.sha256).toBe(consent['html_sha256']);
    for (const each of await seen()) expect(sha256(each.bytes)).toBe(each.sha256);
  });

  it('is not changed by what is published, priced or renamed later', async () => {
    const before = await seen();
    expect(before.map(({ id }) => id)).toEqual([
      'contract',
      'contract-page',
      'prices',
      'prices-page',
      'terms',
      'privacy',
    ]);
    for (const kind of ['terms', 'privacy', 'company-sales']) {
      const [document] = await test
        .db('legal_documents')
        .insert({
          ...{ kind, version: '2099-01-01', locale: 'tr', title: 'Yeni', body: 'Yepyeni metin' },
          published_at: new Date(),
        })
        .returning<{ id: number }[]>('id');
      await test.db('legal_acceptances').insert({
        ...{ user_id: cast.alice.id, company_id: cast.acme.id, document_id: document!.id },
        ...{ accepted_at: new Date(), request_id: 'later' },
      });
    }
    await test.db('users').where('id', cast.alice.id).update({ locale: 'en' });
    expect(await seen()).toEqual(before);
    await test.db('users').where('id', cast.alice.id).update({ locale: 'tr' });
  });

  it('has what the order page said of the offer and its price, byte for byte, with its hash', async () => {
    const consent = await test.db('order_consents').first<Record<string, string>>('*');
    const page = await seenPage('prices-page');
    expect(page.bytes.toString()).toBe(consent['prices_html']);
    expect(page).toMatchObject({ sha256: consent['prices_sha256'], version: '1', locale: 'tr' });
    const words = (await seenPage('prices')).bytes.toString();
    expect(words).toBe(consent['prices_text']);
    for (const word of [
      'Plan: Profesyonel; Her gün birlikte',
      '20 çalışma alanı',
      '₺1.499,00',
      'Başlangıç: ₺499,00',
    ])
      expect(words).toContain(word);
  });

  it('says of an order from before those words were kept that they were not', async () => {
    const path = `/admin/disputes/${String(disputeId)}/exhibits`;
    expect((await olivia.get(path)).text).not.toContain('was not kept for this order');
    const old = await chargedPayment(test.db, cast);
    const other = await buildCase(test.db, cast, { payment_id: old.id, reference: 'BANKA-78' });
    const page = (await olivia.get(`/admin/disputes/${String(other)}/exhibits`)).text;
    expect(page).toContain('What the page said of the price was not kept for this order');
    expect(await listSeenByCustomer(test.db, { paymentId: old.id, asOf: new Date() })).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ id: 'prices' })]),
    );
  });

  it('is nothing before the order was placed, and comes as a file to be saved', async () => {
    expect(await seen(new Date(payment.created_at.getTime() - 1))).toEqual([]);
    const answer = await olivia.get(`/admin/disputes/${String(disputeId)}/exhibits/seen/contract-page`);
    expect(answer.headers['content-disposition']).toBe('attachment; filename=contract.html');
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect((await olivia.get(`/admin/disputes/${String(disputeId)}/exhibits/seen/nothing`)).status).toBe(404);
  });
});

describe('the mail trail', () => {
  it('has the receipt as the bytes that were sent, with what became of it by a moment', async () => {
    const [receipt] = await listMailTrail(test.db, { paymentId: payment.id, asOf: new Date() });
    expect(receipt).toMatchObject({ name: 'mail-0001.eml', about: 'payment', isCut: false, action: null });
    expect(sha256(receipt!.bytes)).toBe(receipt!.sha256);
    expect((await simpleParser(receipt!.bytes)).subject).toBe(receipt!.subject);
    const at = new Date();
    const told = [
      { state: 'relayed', answer: '250 2.0.0 Ok: queued as 4711', server: 'mx.example.com' },
      { state: 'delivered', answer: '250 2.1.5 delivered', server: 'mail.example.org' },
    ];
    for (const [index, event] of told.entries())
      await test.db('mail_events').insert({
        ...{ mail_id: receipt!.mailId, source: 'report', try: 1, ...event },
        at: new Date(at.getTime() + index * HOUR_MS),
      });
    const trailAt = async (asOf: Date): Promise<string | null> =>
      (await listMailTrail(test.db, { paymentId: payment.id, asOf }))[0]!.action;
    expect(await trailAt(new Date(at.getTime() + HOUR_MS - 1))).toBe('relayed');
    expect(await trailAt(new Date(at.getTime() + HOUR_MS))).toBe('delivered');
    const [mail] = await listMailTrail(test.db, {
      paymentId: payment.id,
      asOf: new Date(at.getTime() + HOUR_MS),
    });
    const report = asDeliveryReport(mail!);
    expect(report).toContain(
      `Final-Recipient: rfc822; ${cast.alice.email}\nAction: delivered\nStatus: 2.1.5`,
    );
    expect(report).toContain('Remote-MTA: dns; mail.example.org\nDiagnostic-Code: smtp; 250 2.1.5 delivered');
  });

  it('has no mail to others, of other companies, of other payments, or that names other people', async () => {
    const before = await listMailTrail(test.db, { paymentId: payment.id, asOf: new Date() });
    const own = { company_id: cast.acme.id, user_id: cast.alice.id };
    const cause = { cause_type: 'payment', cause_id: String(payment.id) };
    await buildMail(test.db, { ...own, cause_type: 'payment', cause_id: '999' });
    await buildMail(test.db, { ...own, ...cause, user_id: cast.bob.id });
    await buildMail(test.db, { ...own, ...cause, company_id: cast.globex.id });
    await buildMail(test.db, { ...own, cause_type: 'invitation' });
    await buildMail(test.db, { ...own, cause_type: 'alert' });
    const old = new Date(payment.created_at.getTime() - 31 * 24 * HOUR_MS);
    await buildMail(test.db, { ...own, cause_type: 'account', created_at: old });
    expect(await listMailTrail(test.db, { paymentId: payment.id, asOf: new Date() })).toEqual(before);
    await buildMail(test.db, { ...own, cause_type: 'account' });
    const after = await listMailTrail(test.db, { paymentId: payment.id, asOf: new Date() });
    expect(after.map(({ about }) => about)).toEqual(['payment', 'account']);
  });

  it('is not larger than a bound, and then has the newest', async () => {
    const own = { company_id: cast.acme.id, user_id: cast.alice.id };
    const cause = { cause_type: 'payment', cause_id: String(payment.id) };
    for (let count = 0; count < 255; count += 1)
      await buildMail(test.db, { ...own, ...cause, state: 'kept' });
    const last = await buildMail(test.db, { ...own, ...cause });
    const trail = await listMailTrail(test.db, { paymentId: payment.id, asOf: new Date() });
    expect(trail).toHaveLength(250);
    expect(trail.at(-1)).toMatchObject({ mailId: last.id, name: 'mail-0250.eml' });
  });
});

describe('asking the customer', () => {
  const base = (): string => `/admin/disputes/${String(disputeId)}/exhibits/customer-mail`;
  const unescape = (text: string): string =>
    text.replaceAll('&#39;', "'").replaceAll('&#34;', '"').replaceAll('&amp;', '&');
  const fieldIn = (page: string, name: string): string => {
    const area = new RegExp(`<textarea[^>]*name="${name}"[^>]*>([^<]*)</textarea>`).exec(page)?.[1];
    const input = new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1];
    return unescape(area ?? input ?? '');
  };
  const readyForm = async (query = ''): Promise<Record<string, string>> => {
    const page = (await olivia.get(`${base()}${query}`)).text;
    const names = ['locale', 'subject', 'body', 'withdrawal', 'mailsBefore'];
    return Object.fromEntries(names.map((name) => [name, fieldIn(page, name)]));
  };
  const mails = (): Promise<{ id: number; kept: Buffer }[]> =>
    test.db('mails').where('cause_type', 'dispute').orderBy('id').select('*');

  it('begins with ready words in the customer’s language, with the facts of the case', async () => {
    const form = await readyForm();
    expect(form).toMatchObject({ locale: 'tr', mailsBefore: '0' });
    expect(form['body']).toContain('Merhaba Ayşe Çağrı');
    expect(form['body']).toContain('₺1.499,00');
    expect(form['body']).toContain('haklı bir itirazı kimse geri çekmek zorunda değildir');
    for (const fact of [payment.merchant_oid, 'BANKA-77', 'Ayşe Çağrı'])
      expect(form['withdrawal']).toContain(fact);
    expect((await readyForm('?lang=en'))['body']).toContain('Hello Ayşe Çağrı');
  });

  it('sends nothing when it is looked at or changed, and loses no word', async () => {
    const form = { ...(await readyForm()), body: 'Kendi sözlerim\n\nİkinci bölüm', subject: 'Ödemeniz <b>' };
    const look = await olivia.post(base(), form);
    expect(look.status).toBe(200);
    for (const words of ['Kendi sözlerim', 'Ödemeniz &lt;b&gt;', 'BANKA-77', cast.alice.email])
      expect(look.text).toContain(words);
    // The page stays in the reader's language, the mail is in the customer's.
    expect(look.text).toContain('<html lang="en"');
    expect(look.text).toContain('lang="tr">Ödemeniz');
    const changed = await olivia.post(base(), { ...form, step: 'change' });
    expect(changed.status).toBe(200);
    expect(fieldIn(changed.text, 'body')).toBe('Kendi sözlerim\n\nİkinci bölüm');
    const wrong = await olivia.post(base(), { ...form, subject: ' ', withdrawal: '' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('href="#subject"');
    expect(fieldIn(wrong.text, 'body')).toBe('Kendi sözlerim\n\nİkinci bölüm');
    expect(await mails()).toEqual([]);
  });

  it('puts the mail into the outbox and a copy among the exhibits, once for two browsers', async () => {
    const form: Record<string, string> = { ...(await readyForm()), body: 'Kendi sözlerim' };
    const other = await signIn(test.app, cast.olivia);
    const answers = await Promise.all([olivia, other].map((visitor) => visitor.post(`${base()}/send`, form)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    const [sent, ...more] = await mails();
    expect(more).toEqual([]);
    const { text, subject, to } = await simpleParser(sent!.kept);
    expect(subject).toBe(form['subject']);
    expect(to).toMatchObject({ text: cast.alice.email });
    for (const words of ['Kendi sözlerim', 'BANKA-77', 'Bankanın referansı: BANKA-77', form['withdrawal']!])
      expect(text).toContain(words);
    const exhibits = await test.db('dispute_exhibits').where('dispute_id', disputeId).select('*');
    expect(exhibits).toMatchObject([
      { kind: 'customer-mail', proves: 'communication', file_kind: 'eml', mail_id: sent!.id, round: 1 },
    ]);
    expect((exhibits[0] as { content: Buffer }).content.equals(sent!.kept)).toBe(true);
    const asked = (await auditOf(test.db, cast.acme.id)).filter(
      ({ action_type }) => action_type === 'dispute_customer_asked',
    );
    expect(asked).toMatchObject([{ actor_type: 'operator', details: { mail_id: sent!.id } }]);
    const page = (await olivia.get(`/admin/disputes/${String(disputeId)}/exhibits`)).text;
    expect(page).toContain('Delivery of this mail');
    expect((await olivia.get(base())).text).toContain('One such mail was sent already');
    const trail = await listMailTrail(test.db, { paymentId: payment.id, asOf: new Date() });
    expect(trail.map(({ mailId }) => mailId)).toContain(sent!.id);
  });

  it('is over when the case has ended', async () => {
    const ended = await buildCase(test.db, cast, { state: 'won', answer_by: null, closed_at: new Date() });
    const path = `/admin/disputes/${String(ended)}/exhibits/customer-mail`;
    const page = await olivia.get(path);
    expect(page.text).toContain('the case has ended');
    expect(page.text).not.toContain('<textarea');
    const form = { ...(await readyForm()), mailsBefore: '0' };
    expect((await olivia.post(`${path}/send`, form)).status).toBe(303);
    expect((await olivia.get(`/admin/disputes/${String(ended)}/exhibits`)).text).toContain(
      'Nothing was sent',
    );
    expect(await mails()).toHaveLength(1);
  });
});
