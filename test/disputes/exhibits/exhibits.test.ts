import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { auditOf } from '../../billing/scene.ts';
import { buildCase, buildFrozen } from '../build.ts';
import { buildExhibit, postExhibit } from './build.ts';
import { jpegs, mail, objectStream, pdf, roses, smallPng } from './samples.ts';

const test = useTestApp({ env: { EXHIBIT_MAX_MB: '1', EXHIBITS_MAX_MB: '1' } });
let cast: Cast;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  olivia = await signIn(test.app, cast.olivia);
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const exhibitsOf = (disputeId: number): Promise<Record<string, unknown>[]> =>
  test.db('dispute_exhibits').where('dispute_id', disputeId).orderBy('id').select('*');

const pageOf = async (disputeId: number, visitor = olivia): Promise<string> =>
  (await visitor.get(`/admin/disputes/${String(disputeId)}/exhibits`)).text;

const download = (
  visitor: Visitor,
  path: string,
): PromiseLike<{ status: number; headers: Record<string, string>; body: Buffer }> =>
  visitor
    .rawGet(path)
    .buffer(true)
    .parse((res, done) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () => {
        done(null, Buffer.concat(parts));
      });
    });

describe('a file added to a case', () => {
  it('is kept as it may be shown, with its hash, who, when and what it proves', async () => {
    const disputeId = await buildCase(test.db, cast);
    const { status } = await postExhibit(olivia, disputeId, {
      ...{ content: roses.interlacedWithAlpha, name: 'ödeme ekranı İğdır.html' },
      ...{ kind: 'screenshot', proves: 'use', description: '  Panelin görüntüsü\r\nikinci satır ' },
    });
    expect(status).toBe(303);
    const [row] = await exhibitsOf(disputeId);
    const content = row!['content'] as Buffer;
    expect(row).toMatchObject({
      ...{ company_id: cast.acme.id, round: 1, kind: 'screenshot', proves: 'use', file_kind: 'png' },
      ...{ name: 'ödeme ekranı İğdır.html', description: 'Panelin görüntüsü\nikinci satır' },
      ...{ width: 13, height: 11, bytes: content.length, sha256: sha256(content) },
      ...{ received_sha256: sha256(roses.interlacedWithAlpha), added_by: cast.olivia.id, withdrawn_at: null },
    });
    expect(row!['sha256']).not.toBe(row!['received_sha256']);
    const [audit] = (await auditOf(test.db, cast.acme.id)).filter(
      ({ action_type, resource_id }) =>
        action_type === 'dispute_exhibit_added' && resource_id === String(disputeId),
    );
    expect(audit?.details).toMatchObject({ exhibit_id: row!['id'], sha256: row!['sha256'], proves: 'use' });
    const page = await pageOf(disputeId);
    expect(page).toContain('ödeme ekranı İğdır.html');
    expect(page).toContain(sha256(content));
  });

  it('comes back as a file to be saved, whatever it is, and never as a page of ours', async () => {
    const disputeId = await buildCase(test.db, cast);
    for (const content of [smallPng(), jpegs.baseline, pdf(), mail({ body: '<script>alert(1)</script>' })])
      expect((await postExhibit(olivia, disputeId, { content })).status).toBe(303);
    const rows = await exhibitsOf(disputeId);
    const types = ['image/png', 'image/jpeg', 'application/pdf', 'message/rfc822'];
    const endings = ['png', 'jpg', 'pdf', 'eml'];
    for (const [index, row] of rows.entries()) {
      const path = `/admin/disputes/${String(disputeId)}/exhibits/${String(row['id'])}/file`;
      const answer = await download(olivia, path);
      expect(answer.headers).toMatchObject({
        'content-type': types[index],
        'content-disposition': `attachment; filename=exhibit-${String(row['id'])}.${endings[index]!}`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
      expect(sha256(answer.body)).toBe(row['sha256']);
      // Nothing is sent, so nothing may be noted as saved.
      expect((await olivia.head(path)).status).toBe(405);
    }
    const saved = { action_type: 'dispute_exhibit_downloaded', resource_id: String(disputeId) };
    expect(await test.db('audit_logs').where(saved)).toHaveLength(rows.length);
    expect(await pageOf(disputeId)).not.toContain('<script>alert');
  });

  it('that cannot be taken is refused beside its field, and nothing typed is lost', async () => {
    const disputeId = await buildCase(test.db, cast);
    const refused: [Buffer, string][] = [
      [Buffer.from('<html><script>alert(1)</script>'), 'this is no PNG, JPEG, PDF or mail'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'this is no PNG, JPEG, PDF or mail'],
      [Buffer.alloc(0), 'Choose a file that is not empty'],
      [smallPng().subarray(0, -6), 'The file is damaged or not complete'],
      [pdf({ objects: [objectStream('<< /S /JavaScript >>')] }), 'contains a program'],
      [Buffer.alloc(1024 * 1024 + 1), 'larger than 1 MB'],
    ];
    for (const [content, words] of refused) {
      const answer = await postExhibit(olivia, disputeId, { content, description: 'Görülen şey' });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain(words);
      expect(answer.text).toContain('href="#exhibit-file"');
      expect(answer.text).toContain('>Görülen şey</textarea>');
    }
    expect(await exhibitsOf(disputeId)).toEqual([]);
  });

  it('needs words and a choice of what it is and proves', async () => {
    const disputeId = await buildCase(test.db, cast);
    const answer = await postExhibit(olivia, disputeId, {
      ...{ content: smallPng(), description: ' ', kind: 'customer-mail', proves: 'everything' },
    });
    expect(answer.status).toBe(422);
    for (const words of ['Please fill in this field', 'Choose what it is', 'Choose what it proves'])
      expect(answer.text).toContain(words);
  });

  it('is taken once, also when two browsers send it at the same moment', async () => {
    const disputeId = await buildCase(test.db, cast);
    const other = await signIn(test.app, cast.olivia);
    const answers = await Promise.all(
      [olivia, other].map((visitor) => postExhibit(visitor, disputeId, { content: smallPng() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
    const again = await postExhibit(olivia, disputeId, { content: smallPng() });
    expect(again.text).toContain('already among the exhibits');
    expect(await exhibitsOf(disputeId)).toHaveLength(1);
  });

  it('is refused when the files of the case would be too large together', async () => {
    const disputeId = await buildCase(test.db, cast);
    await buildExhibit(test.db, cast, { dispute_id: disputeId, content: Buffer.alloc(1024 * 1024 - 50) });
    const answer = await postExhibit(olivia, disputeId, { content: smallPng() });
    expect(answer.text).toContain('may have 1 MB together');
    await test
      .db('dispute_exhibits')
      .where('dispute_id', disputeId)
      .update({ withdrawn_at: new Date(), withdrawn_by: cast.olivia.id, withdrawn_reason: 'too large' });
    expect((await postExhibit(olivia, disputeId, { content: smallPng() })).status).toBe(303);
  });

  it('counts for the next round once the package is fixed, and no more when the case has ended', async () => {
    for (const [state, round] of [
      ['warned', 1],
      ['needs_response', 1],
      ['frozen', 2],
      ['sent', 2],
      ['under_review', 2],
    ] as const) {
      const answer_by = ['sent', 'under_review'].includes(state) ? null : new Date();
      const disputeId =
        state === 'frozen'
          ? (await buildFrozen(test.db, cast)).disputeId
          : await buildCase(test.db, cast, { state, answer_by });
      expect((await postExhibit(olivia, disputeId, { content: smallPng() })).status).toBe(303);
      expect(await exhibitsOf(disputeId)).toMatchObject([{ round }]);
      if (round === 2) expect(await pageOf(disputeId)).toContain('counts for round 2');
    }
    for (const state of ['won', 'lost', 'accepted', 'expired'] as const) {
      const disputeId = await buildCase(test.db, cast, { state, answer_by: null, closed_at: new Date() });
      const answer = await postExhibit(olivia, disputeId, { content: smallPng() });
      expect(answer.status).toBe(422);
      expect(await exhibitsOf(disputeId)).toEqual([]);
    }
  });

  it('that came while a package was fixed belongs to the answer again when that package is given up', async () => {
    const { disputeId } = await buildFrozen(test.db, cast);
    expect((await postExhibit(olivia, disputeId, { content: smallPng() })).status).toBe(303);
    expect(await exhibitsOf(disputeId)).toMatchObject([{ round: 2 }]);
    await olivia.post(`/admin/disputes/${String(disputeId)}/unfreeze`, {});
    expect(await exhibitsOf(disputeId)).toMatchObject([{ round: 1 }]);
    await expect(
      test.db('dispute_exhibits').where({ dispute_id: disputeId }).update({ round: 2 }),
    ).rejects.toThrow(/refused|append-only|change/i);
  });

  it('stays as it was added: the database refuses to change or delete it', async () => {
    const disputeId = await buildCase(test.db, cast);
    const id = await buildExhibit(test.db, cast, { dispute_id: disputeId });
    const row = (): ReturnType<typeof test.db> => test.db('dispute_exhibits').where({ id });
    await expect(row().update({ content: Buffer.from('%PDF-other') })).rejects.toThrow(/refused|append/i);
    await expect(row().update({ description: 'other' })).rejects.toThrow();
    await expect(row().delete()).rejects.toThrow();
  });
});

describe('withdrawing an exhibit', () => {
  const withdraw = (disputeId: number, id: number, reason: string): ReturnType<Visitor['post']> =>
    olivia.post(`/admin/disputes/${String(disputeId)}/exhibits/${String(id)}/withdraw`, { reason });

  it('asks first and for a reason, and keeps the file', async () => {
    const disputeId = await buildCase(test.db, cast);
    const id = await buildExhibit(test.db, cast, { dispute_id: disputeId });
    const asked = await olivia.get(`/admin/disputes/${String(disputeId)}/exhibits/${String(id)}/withdraw`);
    expect(asked.text).toContain('Withdraw this exhibit');
    expect((await withdraw(disputeId, id, ' ')).status).toBe(422);
    expect((await withdraw(disputeId, id, 'another customer is in it')).status).toBe(303);
    expect(await exhibitsOf(disputeId)).toMatchObject([
      { withdrawn_by: cast.olivia.id, withdrawn_reason: 'another customer is in it' },
    ]);
    const page = await pageOf(disputeId);
    expect(page).toContain('another customer is in it');
    expect(page).not.toContain(`/${String(id)}/withdraw`);
  });

  it('is refused for what a fixed or sent package may have', async () => {
    for (const [state, round] of [
      ['frozen', 1],
      ['sent', 1],
      ['needs_response', 2],
    ] as const) {
      const answer_by = state === 'sent' ? null : new Date();
      const disputeId =
        state === 'frozen'
          ? (await buildFrozen(test.db, cast)).disputeId
          : await buildCase(test.db, cast, { state, round, answer_by });
      const id = await buildExhibit(test.db, cast, { dispute_id: disputeId, round: 1 });
      await withdraw(disputeId, id, 'too late');
      expect(await exhibitsOf(disputeId)).toMatchObject([{ withdrawn_at: null }]);
      const next = await buildExhibit(test.db, cast, { dispute_id: disputeId, round: 2 });
      await withdraw(disputeId, next, 'in time');
      expect(await exhibitsOf(disputeId)).toMatchObject([{}, { withdrawn_reason: 'in time' }]);
    }
  });
});

describe('a company’s admin', () => {
  it('reads the exhibits of the own company and changes nothing', async () => {
    const disputeId = await buildCase(test.db, cast);
    const id = await buildExhibit(test.db, cast, { dispute_id: disputeId });
    const alice = await signIn(test.app, cast.alice);
    const page = await pageOf(disputeId, alice);
    expect(page).toContain('delil.pdf');
    expect(page).not.toMatch(/enctype|\/withdraw|customer-mail/);
    const path = `/admin/disputes/${String(disputeId)}/exhibits/${String(id)}/file`;
    expect((await download(alice, path)).status).toBe(200);
    const charlie = await signIn(test.app, cast.charlie);
    expect((await download(charlie, path)).status).toBe(404);
    const otherCase = await buildCase(test.db, cast);
    const crossed = `/admin/disputes/${String(otherCase)}/exhibits/${String(id)}/file`;
    expect((await download(olivia, crossed)).status).toBe(404);
  });
});
