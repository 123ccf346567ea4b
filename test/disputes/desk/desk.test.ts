import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildCase, chargedPayment } from '../build.ts';

const test = useTestApp();
let cast: Cast;
let olivia: Visitor;
let alice: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  olivia = await signIn(test.app, cast.olivia);
  alice = await signIn(test.app, cast.alice);
});

const linksOf = (html: string): string[] =>
  [...html.matchAll(/href="\/admin\/disputes\/(\d+)"/g)].map(([, id = '']) => id);
const nextOf = (html: string): string =>
  (/href="([^"]*next=\d+[^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');

describe('the desk', () => {
  it('says so while there is no case', async () => {
    const page = await olivia.get('/admin/disputes');
    expect(page.text).toContain('No open case');
    expect((await alice.get('/admin/disputes')).text).toContain('No open case');
  });

  it('lists five thousand cases by urgency, each once, page after page', async () => {
    const { id } = await chargedPayment(test.db, cast);
    await test.db.raw(
      `insert into disputes (company_id, payment_id, user_id, state, source, reference, network, received_at, opened_at, answer_by)
       select ?, ?, ?, 'needs_response', 'bank', 'MANY-' || n, 'visa', now(), now(),
         case when n % 10 = 0 then null else now() + make_interval(hours => (n * 7919) % 3000) end
       from generate_series(1, 5000) n`,
      [cast.acme.id, id, cast.alice.id],
    );
    const seen: string[] = [];
    let path = '/admin/disputes';
    for (let count = 0; count < 4; count += 1) {
      const page = await olivia.get(path);
      seen.push(...linksOf(page.text));
      path = nextOf(page.text);
    }
    const expected = await test
      .db('disputes')
      .orderByRaw(`coalesce(answer_by, 'infinity'), id`)
      .limit(100)
      .pluck<number[]>('id');
    expect(seen).toEqual(expected.map(String));
    expect((await olivia.get('/admin/disputes')).text).toContain('(5,000)');
    const found = await olivia.get('/admin/disputes?q=MANY-4242');
    expect(linksOf(found.text)).toHaveLength(1);
  });

  it('shows an admin the cases of the own company only, and what was said, but no form', async () => {
    const globex = await signIn(test.app, cast.charlie);
    expect(linksOf((await globex.get('/admin/disputes')).text)).toEqual([]);
    const disputeId = await buildCase(test.db, cast, { claim: '<script>alert(1)</script> "not me"' });
    const page = await alice.get(`/admin/disputes/${String(disputeId)}`);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('Decision of the bank');
    expect(page.text).not.toContain('Fight or settle');
    expect((await olivia.get(`/admin/disputes/${String(disputeId)}`)).text).not.toContain('<script>alert');
  });

  it('keeps what was typed when a notice cannot be taken, with the fault beside its field', async () => {
    const form = {
      order: 'NOSUCHORDER',
      reference: 'REF 1',
      kind: 'dispute',
      receivedOn: '2026-02-30',
      amount: '1e3',
      currency: 'TRY',
      reasonCode: '13.1',
      claim: 'Çok uzun bir söz',
    };
    const refused = await olivia.post('/admin/disputes/new', form);
    expect(refused.status).toBe(422);
    for (const kept of ['NOSUCHORDER', 'REF 1', '1e3', '13.1', 'Çok uzun bir söz'])
      expect(refused.text).toContain(kept);
    for (const field of ['reference', 'receivedOn', 'amount'])
      expect(refused.text).toContain(`id="${field}-error"`);
  });

  it('finds a reason by plain words, in the reader’s language', async () => {
    const page = await olivia.get('/admin/disputes/reasons?q=duplicate');
    expect(page.text).toContain('12.6.1');
    expect((await olivia.get('/admin/disputes/reasons?q=nosuchword')).text).toContain('No code fits');
  });
});
