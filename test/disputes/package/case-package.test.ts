import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { makePackage } from '../../../src/disputes/package/make-package.ts';
import { findPackage, readPackageBytes } from '../../../src/disputes/package/queries.ts';
import { sequenceLeftovers } from '../../../src/transparency/sequence/sequence-leftovers.ts';
import { contextAt } from '../../billing/scene.ts';
import { formatFor } from '../../../src/web/format.ts';
import { localDay } from '../../../src/local-calendar.ts';
import { useTestApp } from '../../support/app.ts';
import { readPdfText } from '../../support/pdf-text.ts';
import {
  startTestAuthority,
  whyNoOpenssl,
  type TestAuthority,
} from '../../support/programs/time-stamp-authority.ts';
import { buildCase } from '../build.ts';
import { buildExhibit } from '../exhibits/build.ts';
import { smallPng } from '../exhibits/samples.ts';
import { buildHomePayment, buildPaid, buildUse, daysBefore, type Scene } from '../facts/scene.ts';
import { squeezed, unpack, whyNot, type Unpacked } from './scene.ts';

const testApp = useTestApp();
const NOW = new Date();
let scene: Scene;
let disputeId: number;

type Made = Awaited<ReturnType<typeof makePackage>>;
const make = (
  config: Partial<Config> = {},
  kind: 'draft' | 'frozen' = 'draft',
  id = disputeId,
): Promise<Made> =>
  makePackage(testApp.db, contextAt(NOW), {
    config: { ...testApp.config, ...config },
    ...{ paymentId: scene.payment.id, disputeId: id, kind, by: null },
  });

async function zipOf(made: Made): Promise<Buffer> {
  if (made?.ok !== true) throw new Error(JSON.stringify(made));
  const found = await findPackage(testApp.db, { companyId: null, packageId: made.packageId });
  if (found === undefined) throw new Error('no package');
  const parts: Buffer[] = [];
  for await (const part of readPackageBytes(testApp.db, found, { from: 0, bytes: found.zip_bytes }))
    parts.push(part);
  return Buffer.concat(parts);
}

async function bagOf(made: Made): Promise<Unpacked> {
  return unpack(await zipOf(made));
}

beforeAll(async () => {
  const { db } = testApp;
  scene = await buildPaid(db, { created_at: daysBefore(NOW, 20) });
  const { cast, payer } = scene;
  for (const days of [150, 300]) await buildHomePayment(db, payer, { created_at: daysBefore(NOW, days) });
  await buildUse(testApp.database, scene, daysBefore(NOW, 10).toISOString().slice(0, 10));
  const day = localDay(NOW);
  disputeId = await buildCase(db, cast, {
    ...{ payment_id: scene.payment.id, user_id: payer.id, reference: 'İTİRAZ-1'.replace(/İ/g, 'I') },
    ...{ submitted_on: day, processed_on: day, received_at: NOW },
  });
  await buildExhibit(db, cast, {
    ...{ dispute_id: disputeId, kind: 'screenshot', name: 'panel ğüşıöç.png', proves: 'use' },
    ...{ description: 'Müşterinin paneli', file_kind: 'png', content: smallPng([], 400, 300), pages: null },
    ...{ width: 400, height: 300, added_at: NOW },
  });
  await sequenceLeftovers(db, { at: new Date() });
});

/** Changes one byte near the end. */
function flip(bytes: Buffer): void {
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
}

describe('the package of a case', () => {
  let bag: Unpacked;
  beforeAll(async () => {
    bag = await bagOf(await make());
  });
  afterAll(() => {
    bag.close();
  });

  it('fails its sums when one byte of an exhibit is another', () => {
    const exhibit = bag.names.find((name) => name.startsWith('data/exhibits/')) ?? '';
    const path = join(bag.folder, exhibit);
    const bytes = readFileSync(path);
    expect(bag.run('sha256sum', '-c', 'manifest-sha256.txt')).toContain(`${exhibit}: OK`);
    flip(bytes);
    writeFileSync(path, bytes);
    expect(() => bag.run('sha256sum', '-c', '--quiet', 'manifest-sha256.txt')).toThrow();
    flip(bytes);
    writeFileSync(path, bytes);
  });

  it('has names that every bank takes: at most 16 letters and digits before the ending', () => {
    const names = bag.names.filter((name) => name.startsWith('data/')).map((name) => name.split('/').at(-1));
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,16}\.[a-z]{3,4}$/);
  });

  it('has the letter, the history and the exhibit with what they prove, and nothing against the case', () => {
    const data = JSON.parse(readFileSync(join(bag.folder, 'data/case.json'), 'utf8')) as {
      letter: { records: unknown[] }[];
      history: { columns: { days: number | null }[]; matches: string[] };
      exhibits: { tag: string; path: string; sha256: string }[];
      facts: Record<string, unknown>;
    };
    expect(data.letter.length).toBeGreaterThan(3);
    for (const { records } of data.letter) expect(records.length).toBeGreaterThan(0);
    expect(data.history).toMatchObject({ columns: [{ days: null }, { days: 150 }, { days: 300 }] });
    expect(data.history.matches).toEqual(expect.arrayContaining(['ip', 'login']));
    expect(data.exhibits).toMatchObject([{ tag: 'use' }]);
    expect(Object.keys(data.facts)).not.toEqual(expect.arrayContaining(['warnings']));
  });

  it('names the decision about the history, which is kept and can be made again', async () => {
    expect(await testApp.db('dispute_history_decisions').where({ dispute_id: disputeId })).toHaveLength(1);
  });
});

describe('the same records', () => {
  it('give the same package, and the fixed answer has the bytes of the draft', async () => {
    const [draft, again, frozen] = [await make(), await make(), await make({}, 'frozen')];
    expect(again).toEqual({ ...draft, isNew: false });
    expect(await zipOf(frozen)).toEqual(await zipOf(draft));
    expect(frozen).not.toEqual(draft);
  });

  it('has a PDF that was added as a file beside the document, which says so where it lists it and at its end', async () => {
    const of = { payment_id: scene.payment.id, user_id: scene.payer.id, received_at: NOW };
    const other = await buildCase(testApp.db, scene.cast, of);
    const pdf = { dispute_id: other, name: 'sözleşme.pdf', added_at: NOW };
    const id = await buildExhibit(testApp.db, scene.cast, pdf);
    const withPdf = await bagOf(await make({}, 'draft', other));
    const file = withPdf.names.find((name) => /^data\/exhibits\/.*\.pdf$/.test(name)) ?? '';
    const kept = await testApp.db('dispute_exhibits').where({ id }).first<{ content: Buffer }>('content');
    expect(readFileSync(join(withPdf.folder, file)).equals(kept.content)).toBe(true);
    const document = withPdf.names.find((name) => /^data\/CB\w+\.pdf$/.test(name)) ?? '';
    const text = await readPdfText(readFileSync(join(withPdf.folder, document)));
    const path = file.replace(/^data\//, '');
    const { t } = formatFor('tr');
    expect(text).toContain(squeezed(t('disputePackage.standsBeside', { file: path })));
    expect(text).toContain(squeezed(t('disputePackage.leftOutCount', { shown: 0, all: 1, left: 1 })));
    withPdf.close();
  });

  it('give another one when an exhibit is added', async () => {
    const before = await make();
    await buildExhibit(testApp.db, scene.cast, { dispute_id: disputeId, added_at: NOW, proves: 'use' });
    const after = await make();
    expect(after).toMatchObject({ ok: true, isNew: true });
    expect(after).not.toEqual(before);
  });
});

describe('a limit of the channel', () => {
  const limited = (limits: Partial<Config['disputePackage']>): Promise<Made> =>
    make({ disputePackage: { ...testApp.config.disputePackage, ...limits } });

  it('is refused with its figures when the package breaks it, beside every other one, and nothing is kept', async () => {
    const before = await testApp.db('dispute_packages').count();
    const refused = await limited({ pagesMax: 5, pdfBytesMax: 20_000, colours: 'grey' });
    expect(refused).toMatchObject({
      ok: false,
      problems: [
        { field: 'pages', limit: 5, actual: expect.any(Number) as number },
        { field: 'size', limit: 20_000, largest: [{ name: 'panel ğüşıöç.png' }, {}] },
        { field: 'colour', value: 'panel ğüşıöç.png' },
      ],
    });
    expect(await testApp.db('dispute_packages').count()).toEqual(before);
  });
});

const skip = whyNot('pdftotext', 'qpdf', 'pdfsig') ?? whyNoOpenssl();
if (skip !== null) process.stderr.write(`${skip}\n`);
describe.skipIf(skip !== null)('the time stamp of the document', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await startTestAuthority({ name: 'Stamps' });
  });
  afterAll(() => authority.close());

  it('covers every byte but itself, by openssl’s own verification, and leaves a document without faults', async () => {
    const stamps = { ...testApp.config.stamps, authorities: [authority.url], rootsFile: authority.rootsFile };
    const made = await make({ stamps });
    expect(made).toMatchObject({ ok: true, isNew: true });
    expect(await make({ stamps })).toEqual({ ...made, isNew: false });
    const bag = await bagOf(made);
    const path = bag.names.find((name) => name.endsWith('.pdf')) ?? '';
    const pdf = readFileSync(join(bag.folder, path));
    const range = /\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]/.exec(pdf.toString('latin1')) ?? [];
    const [from = 0, first = 0, second = 0, rest = 0] = range.slice(1).map(Number);
    expect([from, second + rest]).toEqual([0, pdf.length]);
    const covered = Buffer.concat([pdf.subarray(0, first), pdf.subarray(second)]);
    const token = Buffer.from(pdf.toString('latin1', first + 1, second - 1), 'hex');
    writeFileSync(join(bag.folder, 'covered'), covered);
    writeFileSync(join(bag.folder, 'token'), token);
    const verify = (): string =>
      bag.run(
        'openssl',
        'ts',
        '-verify',
        '-in',
        'token',
        '-token_in',
        '-data',
        'covered',
        '-CAfile',
        authority.rootsFile,
      );
    expect(verify()).toContain('Verification: OK');
    flip(covered);
    writeFileSync(join(bag.folder, 'covered'), covered);
    expect(verify).toThrow();
    expect(bag.run('qpdf', '--check', path)).toContain('No syntax or stream encoding errors');
    expect(bag.run('pdfsig', path)).toContain('Stamps');
    const text = squeezed(bag.run('pdftotext', path, '-'));
    for (const said of ['Harcama itirazına yanıt', 'HEPSİNDE AYNI', 'panel ğüşıöç.png', 'English summary'])
      expect(text).toContain(squeezed(said));
    bag.close();
  });
});
