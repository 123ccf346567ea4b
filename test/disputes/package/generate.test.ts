import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repostDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import { formatFor } from '../../../src/web/format.ts';
import { sequenceLeftovers } from '../../../src/transparency/sequence/sequence-leftovers.ts';
import { useTestApp } from '../../support/app.ts';
import { buildPayment } from '../../support/programs/build.ts';
import { pastTriggers } from '../../support/postgres/past-triggers.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildAuditRow, buildSession, expectValid } from '../../evidence/support.ts';
import { buildPaid, buildUse, type Scene } from '../facts/scene.ts';
import { bytesOf, download, squeezed, unpack, whyNot, type Unpacked } from './scene.ts';

const testApp = useTestApp();
let scene: Scene;
let alice: Visitor;
let olivia: Visitor;
let charlie: Visitor;
let zip: Buffer;
let bag: Unpacked;
let others: { merchant_oid: string };

/** The address of a colleague, which is nobody's evidence. */
const COLLEAGUE = '198.51.100.99';

const pdfOf = ({ names }: Unpacked): string => names.find((name) => name.endsWith('.pdf')) ?? '';
const pathOf = (paymentId: number): string => `/admin/chargeback/generate/${String(paymentId)}`;
beforeAll(async () => {
  scene = await buildPaid(testApp.db);
  await buildUse(testApp.database, scene);
  // A colleague was in the same account at the same time, and did something to the payer's.
  const { alice: colleague, bob } = scene.cast;
  const times = { from: '2026-11-13T08:00:00Z', to: '2026-11-13T09:00:00Z' };
  await buildSession(testApp.database.ownerDb, colleague, scene.workspaceId, times, {
    ...{ connected: 50, active: 30 },
  });
  await buildAuditRow(testApp.database.ownerDb, colleague, {
    ...{ timestamp: '2026-11-13T08:30:00Z', action_type: 'user_role_changed', ip_address: COLLEAGUE },
    ...{ resource_type: 'user', resource_id: String(bob.id), user_agent: 'colleague browser', details: '{}' },
  });
  await pastTriggers(testApp.database.ownerDb, 'membership_periods', (rows) =>
    rows.where({ user_id: bob.id }).update({ started_at: new Date('2026-01-01T00:00:00Z') }),
  );
  others = await buildPayment(testApp.db, {
    ...{ company_id: scene.cast.acme.id, user_id: colleague.id, status: 'pending' },
    created_at: new Date('2026-11-11T09:00:00Z'),
  });
  await repostDeliveries(testApp.db, { companyId: scene.cast.acme.id });
  // Built sessions end without the audit row by which the log finds them.
  await sequenceLeftovers(testApp.db, { at: new Date() });
  const { cast } = scene;
  alice = await signIn(testApp.app, cast.alice);
  charlie = await signIn(testApp.app, cast.charlie);
  olivia = await signIn(testApp.app, cast.olivia);
  zip = await bytesOf(olivia, pathOf(scene.payment.id));
  bag = unpack(zip);
});
afterAll(() => {
  bag.close();
});

describe('the package of a payment without a case', () => {
  it('is a bag whose sums anybody can check, and which a changed byte does not pass', () => {
    expect(bag.names).toEqual(expect.arrayContaining(['bagit.txt', 'OKU-BENI.txt', 'manifest-sha256.txt']));
    expect(bag.run('sha256sum', '-c', 'manifest-sha256.txt')).toContain('data/bundle.json: OK');
    expect(bag.run('sha256sum', '-c', 'tagmanifest-sha256.txt')).toContain('manifest-sha256.txt: OK');
  });

  it('has its records as data, each proved by the log', () => {
    const bundle: unknown = JSON.parse(readFileSync(join(bag.folder, 'data/bundle.json'), 'utf8'));
    expectValid(bundle);
    const said = bag.run('node', 'data/verify.mjs', 'data/bundle.json', '--policy', 'data/policy.txt');
    expect(said).toContain('verified');
  });

  it('has nothing of anybody else: of a colleague only that somebody was there, of the staff nothing', () => {
    const { alice: colleague, olivia: staff } = scene.cast;
    const files = bag.names.filter((name) => !/\.pdf$/.test(name));
    const texts = files.map((name) => readFileSync(join(bag.folder, name), 'utf8')).join('\n');
    const printed = whyNot('pdftotext') === null ? bag.run('pdftotext', pdfOf(bag), '-') : '';
    expect(texts).toContain('"is_payer": false');
    for (const alien of [colleague.full_name, colleague.email, COLLEAGUE, staff.email, others.merchant_oid])
      expect(texts + printed).not.toContain(alien);
  });

  it('is kept: the next one is the same, byte for byte, and makes no second', async () => {
    expect(await bytesOf(alice, pathOf(scene.payment.id))).toEqual(zip);
    expect(await testApp.db('dispute_packages').count()).toEqual([{ count: 1 }]);
    expect(await testApp.db('dispute_package_files').count()).toEqual([{ count: 1 }]);
  });

  it('does not exist for the admin of another company', async () => {
    expect((await charlie.get(pathOf(scene.payment.id))).status).toBe(404);
  });

  it('leaves an audit row of its making, and one before and after each download', async () => {
    const readRows = async () =>
      testApp
        .db('audit_logs')
        .whereLike('action_type', 'dispute_package%')
        .where({ company_id: scene.cast.acme.id, resource_type: 'payment', success: true })
        .where({ resource_id: String(scene.payment.id) })
        .groupBy('action_type')
        .orderByRaw('min(id)')
        .select('action_type', testApp.db.raw('count(*)'));
    // The file is complete for its reader a moment before its end can be written down.
    await expect.poll(readRows).toEqual([
      { action_type: 'dispute_package_made', count: 1 },
      { action_type: 'dispute_package_downloaded', count: 2 },
      { action_type: 'dispute_package_download_finished', count: 2 },
    ]);
  });
});

const skip = whyNot('pdftotext', 'pdfinfo', 'pdfdetach', 'qpdf');
if (skip !== null) process.stderr.write(`${skip}\n`);
describe.skipIf(skip !== null)('its PDF', () => {
  const pdf = (): string => pdfOf(bag);

  it('opens in readers of others without a warning', () => {
    expect(bag.run('qpdf', '--check', pdf())).toContain('No syntax or stream encoding errors');
    expect(bag.run('pdfinfo', pdf())).toMatch(/Tagged: +yes/);
    expect(bag.run('pdfdetach', '-list', pdf())).toMatch(
      /2 embedded files[\s\S]*bundle\.json[\s\S]*case\.json/,
    );
  });

  it('says what the records say, in Turkish', () => {
    const text = squeezed(bag.run('pdftotext', '-layout', pdf(), '-'));
    const { money } = formatFor('tr');
    const { payment, payer } = scene;
    for (const said of [
      payment.merchant_oid,
      payer.full_name,
      payer.email,
      '85.105.10.20',
      money(149_900, 'TRY'),
      'Bedeli ödenen hizmetin kullanımı',
      '2026-11-12 08:05 – 08:55',
      '1 sa 50 dk',
    ])
      expect(text).toContain(squeezed(said));
  });
});

describe('the page of the person who paid', () => {
  const pageOf = (userId: number): string => `/admin/users/${String(userId)}`;

  it('hands the admin the PDF, and the data behind it on request', async () => {
    const { payer, payment } = scene;
    const page = await alice.get(pageOf(payer.id));
    expect(page.text).toContain(`action="${pageOf(payer.id)}/package"`);
    expect(page.text).toContain(payment.merchant_oid);
    const path = `${pageOf(payer.id)}/package?payment=${String(payment.id)}`;
    const { headers, bytes } = await download(alice, `${path}&as=pdf`);
    expect(headers['content-type']).toBe('application/pdf');
    expect(headers['content-disposition']).toMatch(/filename="[A-Z0-9]{1,16}\.pdf"$/);
    expect(bytes).toEqual(readFileSync(join(bag.folder, pdfOf(bag))));
    expect(await bytesOf(alice, `${path}&as=zip`)).toEqual(zip);
  });

  it('has no payment of anybody else', async () => {
    const { cast, payer, payment } = scene;
    const query = `/package?payment=${String(payment.id)}`;
    expect((await alice.get(`${pageOf(cast.alice.id)}${query}`)).status).toBe(404);
    expect((await charlie.get(`${pageOf(payer.id)}${query}`)).status).toBe(404);
  });
});
