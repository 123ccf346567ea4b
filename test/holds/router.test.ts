import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';

const testApp = useTestApp();
let cast: Cast;
let alice: Visitor;
let charlie: Visitor;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  [alice, charlie, olivia] = (await Promise.all(
    [cast.alice, cast.charlie, cast.olivia].map((person) => signIn(testApp.app, person)),
  )) as [Visitor, Visitor, Visitor];
});

const ofAcme = (path: string): string => `${path}?company=${String(cast.acme.id)}`;

let cases = 0;
function freshCase(): string {
  cases += 1;
  return `CASE-${String(cases)}`;
}

function orderOf(fields: Record<string, string> = {}): Record<string, string> {
  return {
    kind: 'dispute',
    reference: freshCase(),
    person: '',
    reason: 'the bank asks for proof',
    ...fields,
  };
}

interface HoldRow {
  id: number;
  company_id: number;
  user_id: number | null;
  released_at: Date | null;
  released_by: number | null;
  release_note: string | null;
}

async function holdsFor(reference: string): Promise<HoldRow[]> {
  return testApp
    .db('legal_holds')
    .where({ reference })
    .select<HoldRow[]>(['id', 'company_id', 'user_id', 'released_at', 'released_by', 'release_note']);
}

async function placed(fields: Record<string, string> = {}): Promise<HoldRow & { reference: string }> {
  const order = orderOf(fields);
  const response = await olivia.post(ofAcme('/admin/holds'), order);
  expect(response.status).toBe(303);
  const [row] = await holdsFor(order.reference ?? '');
  if (row === undefined) throw new Error('no hold was placed');
  return { ...row, reference: order.reference ?? '' };
}

async function auditOf(action: string, holdId: number): Promise<Record<string, unknown>[]> {
  return testApp
    .db('audit_logs')
    .where({ action_type: action, resource_type: 'legal_hold', resource_id: String(holdId) });
}

describe('the list of holds', () => {
  it('says that there is none, before there is one', async () => {
    const globex = await charlie.get('/admin/holds');
    expect(globex.text).toContain('No open hold');
    expect((await charlie.get('/admin/holds?list=released')).text).toContain('No hold has been released yet');
    expect((await charlie.get('/admin')).text).toContain('No case is open.');
  });

  it('shows a company’s admin the holds on the company’s own data, and no way to change them', async () => {
    const hold = await placed({ reason: 'first line\r\nsecond <b>line</b>' });
    const page = await alice.get('/admin/holds');
    expect(page.text).toContain(hold.reference);
    expect(page.text).toContain('first line\nsecond &lt;b&gt;line&lt;/b&gt;');
    expect(page.text).not.toContain('/release');
    expect(page.text).not.toContain('action="/admin/holds');
    expect((await alice.get('/admin')).text).toMatch(/\d+ open cases? keeps? every record/);
    expect((await charlie.get('/admin/holds')).text).not.toContain(hold.reference);
    expect((await charlie.get(ofAcme('/admin/holds'))).status).toBe(404);
  });

  it('of all companies is for operators, is counted where they choose a company, and leads to the company', async () => {
    const hold = await placed();
    const open = await testApp.db('legal_holds').whereNull('released_at').pluck<number[]>('id');
    const chooser = await olivia.get('/admin');
    expect(chooser.text).toContain(`${String(open.length)} open hold`);
    expect(chooser.text).toContain('href="/admin/holds"');
    const all = await olivia.get('/admin/holds');
    expect(all.text).toContain(hold.reference);
    expect(all.text).toContain(`href="/admin/holds?company=${String(cast.acme.id)}"`);
    expect((await charlie.get('/admin/holds')).text).not.toContain(hold.reference);
  });

  it('has every hold once, newest first, however many there are', async () => {
    const at = new Date('2026-01-01T00:00:00Z');
    const many = Array.from({ length: 60 }, (_, n) => ({
      company_id: cast.globex.id,
      kind: 'legal-hold',
      reference: `MANY-${String(n).padStart(2, '0')}`,
      reason: 'a court asks',
      // Three at one moment: the id decides.
      placed_at: new Date(at.getTime() + Math.floor(n / 3) * 1000),
      placed_by: cast.olivia.id,
    }));
    await testApp.db('legal_holds').insert(many);
    const expected = many.map(({ reference }) => reference).reverse();
    expect(await walk('/admin/holds')).toEqual(expected);
    const release = { released_by: cast.olivia.id, release_note: 'over' };
    const rows = await testApp
      .db('legal_holds')
      .where({ company_id: cast.globex.id })
      .select<{ id: number; placed_at: Date }[]>(['id', 'placed_at']);
    for (const row of rows) {
      await testApp
        .db('legal_holds')
        .where({ id: row.id })
        .update({ ...release, released_at: row.placed_at });
    }
    expect(await walk('/admin/holds')).toEqual([]);
    expect(await walk('/admin/holds?list=released')).toEqual(expected);
  });

  it('goes on where it was when the hold a page starts from is released meanwhile', async () => {
    const holds = [await placed(), await placed()] as const;
    await olivia.post(ofAcme(`/admin/holds/${String(holds[1].id)}/release`), { note: 'over' });
    const page = await alice.get(`/admin/holds?next=${String(holds[1].id)}`);
    expect(page.text).toContain(`>${holds[0].reference}<`);
  });

  async function walk(start: string): Promise<string[]> {
    const found: string[] = [];
    for (let path: string | undefined = start; path !== undefined;) {
      const { text } = await charlie.get(path);
      found.push(...[...text.matchAll(/>(MANY-\d\d)</g)].map((match) => match[1] ?? ''));
      path = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    return found;
  }
});

describe('placing a hold', () => {
  it('keeps it with who, why and about whom, and leaves a row the company’s admin can see', async () => {
    const hold = await placed({
      kind: 'legal-hold',
      person: ` ${cast.bob.email.toUpperCase()} `,
      reason: 'court order',
    });
    expect(hold).toMatchObject({ company_id: cast.acme.id, user_id: cast.bob.id, released_at: null });
    const [row, ...others] = await auditOf('legal_hold_placed', hold.id);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      company_id: cast.acme.id,
      user_id: cast.olivia.id,
      actor_type: 'operator',
      success: true,
      details: {
        kind: 'legal-hold',
        reference: hold.reference,
        about_user_id: cast.bob.id,
        about_email: cast.bob.email,
        reason: 'court order',
      },
    });
    const trail = await alice.get('/admin/audit?action=legal_hold_placed&resource_type=legal_hold');
    expect(trail.text).toContain(hold.reference);
    expect((await alice.get('/admin/holds')).text).toContain(cast.bob.email);
  });

  it.each([
    ['kind', { kind: 'nonsense' }],
    ['reference', { reference: ' ' }],
    ['reference', { reference: 'x'.repeat(101) }],
    ['reference', { reference: 'one\u202Etwo' }],
    ['person', { person: 'nobody' }],
    ['person', { person: 'nobody@example.com' }],
    ['reason', { reason: '' }],
    ['reason', { reason: 'x'.repeat(2001) }],
    ['reason', { reason: 'a\0b' }],
    ['reason', { reason: '\u200B\n\u3164' }],
    ['reason', { reason: 'one\n\u2067two' }],
  ])('says what is wrong beside the field: %s %o', async (field, wrong) => {
    const order = orderOf({ reason: 'r'.repeat(1999), ...wrong });
    const response = await olivia.post(ofAcme('/admin/holds'), order);
    expect(response.status).toBe(422);
    expect(response.text).toContain(`id="${field}-error"`);
    for (const [name, value] of Object.entries(order)) {
      if (name in wrong || value === '') continue;
      expect(response.text, name).toContain(name === 'reason' ? `>${value}<` : `value="${value}"`);
    }
    expect(await holdsFor(order.reference ?? '')).toEqual([]);
  });

  it('takes a reason of the full length with its line breaks, and refuses fields sent twice without an error', async () => {
    const reason = `${'x'.repeat(998)}\r\n${'y'.repeat(1001)}`;
    await placed({ reason });
    const doubled = await olivia
      .rawPost(ofAcme('/admin/holds'))
      .type('form')
      .send(
        `_csrf=${await tokenOf(olivia)}&kind=dispute&reference=${freshCase()}&reason=why&person=a@example.com&person=b@example.com`,
      );
    expect(doubled.status).toBe(422);
    expect(doubled.text).toContain('id="person-error"');
  });

  it('does not find a person of another company', async () => {
    const order = orderOf({ person: cast.charlie.email });
    const response = await olivia.post(ofAcme('/admin/holds'), order);
    expect(response.status).toBe(422);
    expect(response.text).toContain('Nobody at this company has this address');
    expect(await holdsFor(order.reference ?? '')).toEqual([]);
  });

  it('finds a person who has left', async () => {
    await testApp.db('users').where({ id: cast.bob.id }).update({ deactivated_at: new Date() });
    try {
      expect((await placed({ person: cast.bob.email })).user_id).toBe(cast.bob.id);
    } finally {
      await testApp.db('users').where({ id: cast.bob.id }).update({ deactivated_at: null });
    }
  });

  it('by clicks at the same moment gives one hold and one row of evidence', async () => {
    const order = orderOf();
    await olivia.get(ofAcme('/admin/holds'));
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => olivia.post(ofAcme('/admin/holds'), order)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 303));
    const holds = await holdsFor(order.reference ?? '');
    expect(holds).toHaveLength(1);
    expect(await auditOf('legal_hold_placed', holds[0]?.id ?? 0)).toHaveLength(1);
  });

  it('of a case that is held already for another reason says so and keeps what was typed', async () => {
    const { reference } = await placed();
    const again = await olivia.post(
      ofAcme('/admin/holds'),
      orderOf({ reference: reference.toLowerCase(), reason: 'something else' }),
    );
    expect(again.status).toBe(422);
    expect(again.text).toContain('This case already has an open hold.');
    expect(again.text).toContain('>something else<');
    expect(await holdsFor(reference)).toHaveLength(1);
  });

  it('is not for the company’s admin, and not for an operator who has chosen no company', async () => {
    const order = orderOf();
    expect((await alice.post('/admin/holds', order)).status).toBe(403);
    expect((await charlie.post(ofAcme('/admin/holds'), order)).status).toBe(404);
    const without = await olivia.post('/admin/holds', order);
    expect([without.status, without.headers.location]).toEqual([303, '/admin']);
    expect((await olivia.post('/admin/holds?company=999999999', order)).status).toBe(404);
    expect(await holdsFor(order.reference ?? '')).toEqual([]);
  });
});

describe('releasing a hold', () => {
  const releasePath = (id: number): string => ofAcme(`/admin/holds/${String(id)}/release`);

  it('asks first, then ends it with who and why, and keeps it in the list as released', async () => {
    const hold = await placed({ person: cast.bob.email });
    const question = await olivia.get(releasePath(hold.id));
    expect(question.text).toContain(`Release the hold for ${hold.reference}?`);
    expect(question.text).toContain('This cannot be undone.');
    expect((await holdsFor(hold.reference))[0]?.released_at).toBeNull();
    const response = await olivia.post(releasePath(hold.id), { note: 'won by us' });
    expect(response.headers.location).toBe(`${ofAcme('/admin/holds')}&list=released`);
    const page = await olivia.follow(response);
    expect(page.text).toContain(`The hold for ${hold.reference} is released.`);
    expect(page.text).toContain('won by us');
    expect((await alice.get('/admin/holds')).text).not.toContain(`>${hold.reference}<`);
    expect((await alice.get('/admin/holds?list=released')).text).toContain(`>${hold.reference}<`);
    expect((await holdsFor(hold.reference))[0]).toMatchObject({
      released_by: cast.olivia.id,
      release_note: 'won by us',
    });
    const rows = await auditOf('legal_hold_released', hold.id);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      company_id: cast.acme.id,
      user_id: cast.olivia.id,
      actor_type: 'operator',
      details: { reference: hold.reference, about_user_id: cast.bob.id, release_note: 'won by us' },
    });
  });

  it('wants a note, and keeps one that is too long', async () => {
    const hold = await placed();
    const without = await olivia.post(releasePath(hold.id), { note: ' ' });
    expect(without.status).toBe(422);
    expect(without.text).toContain('id="note-error"');
    const long = 'n'.repeat(2001);
    const tooLong = await olivia.post(releasePath(hold.id), { note: long });
    expect(tooLong.status).toBe(422);
    expect(tooLong.text).toContain(`>${long}<`);
    expect((await holdsFor(hold.reference))[0]?.released_at).toBeNull();
  });

  it('in two tabs happens once: the second learns that it is over and changes nothing', async () => {
    const hold = await placed();
    const other = await signIn(testApp.app, cast.olivia);
    await Promise.all([olivia.get(releasePath(hold.id)), other.get(releasePath(hold.id))]);
    const answers = await Promise.all([
      olivia.post(releasePath(hold.id), { note: 'first tab' }),
      other.post(releasePath(hold.id), { note: 'second tab' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await auditOf('legal_hold_released', hold.id)).toHaveLength(1);
    const [before] = await holdsFor(hold.reference);
    const late = await olivia.post(releasePath(hold.id), { note: 'much later' });
    expect((await olivia.follow(late)).text).toContain('had already been released');
    expect((await holdsFor(hold.reference))[0]).toEqual(before);
    expect(await auditOf('legal_hold_released', hold.id)).toHaveLength(1);
    const question = await olivia.get(releasePath(hold.id));
    expect(question.headers.location).toBe(`${ofAcme('/admin/holds')}&list=released`);
  });

  it('does not find a hold of another company, nor one that does not exist', async () => {
    const hold = await placed();
    const throughGlobex = `/admin/holds/${String(hold.id)}/release?company=${String(cast.globex.id)}`;
    expect((await olivia.get(throughGlobex)).status).toBe(404);
    expect((await olivia.post(throughGlobex, { note: 'wrong company' })).status).toBe(404);
    for (const id of ['0', '-1', 'abc', '999999999', '99999999999999999999']) {
      const path = ofAcme(`/admin/holds/${id}/release`);
      expect((await olivia.get(path)).status, id).toBe(404);
      expect((await olivia.post(path, { note: 'nothing' })).status, id).toBe(404);
    }
    expect((await holdsFor(hold.reference))[0]?.released_at).toBeNull();
  });

  it('is not for an admin: of the company, or of another', async () => {
    const hold = await placed();
    const own = `/admin/holds/${String(hold.id)}/release`;
    for (const visitor of [alice, charlie]) {
      expect((await visitor.get(own)).status).toBe(403);
      expect((await visitor.post(own, { note: 'no' })).status).toBe(403);
    }
    expect((await charlie.post(releasePath(hold.id), { note: 'no' })).status).toBe(404);
    expect((await holdsFor(hold.reference))[0]?.released_at).toBeNull();
  });

  it('lets the same case be held anew', async () => {
    const hold = await placed();
    await olivia.post(releasePath(hold.id), { note: 'over' });
    await placed({ reference: hold.reference });
    expect(await holdsFor(hold.reference)).toHaveLength(2);
  });
});

async function tokenOf(visitor: Visitor): Promise<string> {
  const page = await visitor.get(ofAcme('/admin/holds'));
  return /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
}
