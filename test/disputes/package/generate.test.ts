import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatFor } from '../../../src/web/format.ts';
import { sequenceLeftovers } from '../../../src/transparency/sequence/sequence-leftovers.ts';
import { useTestApp } from '../../support/app.ts';
import { signIn, type Visitor } from '../../support/visitor.ts';
import { expectValid } from '../../evidence/support.ts';
import { buildPaid, buildUse, type Scene } from '../facts/scene.ts';
import { bytesOf, squeezed, unpack, whyNot, type Unpacked } from './scene.ts';

const testApp = useTestApp();
let scene: Scene;
let alice: Visitor;
let olivia: Visitor;
let charlie: Visitor;
let zip: Buffer;
let bag: Unpacked;

const pathOf = (paymentId: number): string => `/admin/chargeback/generate/${String(paymentId)}`;
beforeAll(async () => {
  scene = await buildPaid(testApp.db);
  await buildUse(testApp.database, scene);
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

  it('is kept: the next one is the same, byte for byte, and makes no second', async () => {
    expect(await bytesOf(alice, pathOf(scene.payment.id))).toEqual(zip);
    expect(await testApp.db('dispute_packages').count()).toEqual([{ count: 1 }]);
    expect(await testApp.db('dispute_package_files').count()).toEqual([{ count: 1 }]);
  });

  it('does not exist for the admin of another company', async () => {
    expect((await charlie.get(pathOf(scene.payment.id))).status).toBe(404);
  });

  it('leaves an audit row of its making, and one before and after each download', async () => {
    const rows = await testApp
      .db('audit_logs')
      .whereLike('action_type', 'dispute_package%')
      .orderBy('id')
      .select('action_type', 'company_id', 'resource_type', 'resource_id', 'success');
    expect(rows.slice(0, 3)).toEqual(
      ['made', 'downloaded', 'download_finished'].map((end) => ({
        action_type: `dispute_package_${end}`,
        company_id: scene.cast.acme.id,
        resource_type: 'payment',
        resource_id: String(scene.payment.id),
        success: true,
      })),
    );
  });
});

const skip = whyNot('pdftotext', 'pdfinfo', 'pdfdetach', 'qpdf');
if (skip !== null) process.stderr.write(`${skip}\n`);
describe.skipIf(skip !== null)('its PDF', () => {
  const pdf = (): string => `data/${bag.names.find((name) => name.endsWith('.pdf'))?.slice(5) ?? ''}`;

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
      '1 sa 20 dk',
    ])
      expect(text).toContain(squeezed(said));
  });
});
