import { generateKeyPairSync } from 'node:crypto';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareHead } from '../../../../src/transparency/heads/outside/compare-head.ts';
import { describePublicLog } from '../../../../src/transparency/heads/public/describe-public-log.ts';
import { changeKey } from '../../../../src/transparency/sequence/change-key.ts';
import { keepLogs } from '../../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../../src/transparency/sequence/log-signer.ts';
import { parseCheckpoint, readCheckpoint } from '../../../../src/transparency/notes/checkpoint.ts';
import { parseVkey, verifyNote } from '../../../../src/transparency/notes/signed-note.ts';
import { nodeHash } from '../../../../src/transparency/tree/hash.ts';
import { rootOf } from '../../../../src/transparency/tree/root.ts';
import { readerOverTiles, tilePath, tileWidth } from '../../../../src/transparency/tree/tiles.ts';
import { useTestApp } from '../../../support/app.ts';
import { buildUser } from '../../../support/programs/build.ts';
import { signIn } from '../../../support/sign-in.ts';
import { happen, newestHead } from '../log-scene.ts';

const app = useTestApp();
const publish = (): ReturnType<typeof keepLogs> =>
  keepLogs(app.db, { at: new Date() }, { signer: logSigner(app.config), publishSeconds: 0 });
let uuid = '';
let size = 0;

beforeAll(async () => {
  await supertest(app.app).get('/log').expect(200);
  await happen(app, 300);
  await publish();
  ({ uuid, size } = await newestHead(app));
});

const get = (path: string): supertest.Test => supertest(app.app).get(`/log/${uuid}/${path}`);
const bytes = async (path: string): Promise<Buffer> =>
  (await get(path).expect(200).buffer(true).parse(readBody)).body as Buffer;
const readBody: Parameters<supertest.Test['parse']>[0] = (res, done) => {
  const parts: Buffer[] = [];
  (res as unknown as NodeJS.ReadableStream)
    .on('data', (part: Buffer) => parts.push(part))
    .on('end', () => {
      done(null, Buffer.concat(parts));
    });
};

/** A monitor: reads the published tree from its tiles alone, and computes its root. */
async function readRoot(treeSize: number): Promise<Buffer> {
  return rootOf(
    treeSize,
    readerOverTiles(treeSize, (level, index) =>
      bytes(tilePath(level, index, tileWidth(level, index, treeSize))),
    ),
  );
}

describe('the public address of a log', () => {
  it('has the newest checkpoint, without a session, for a few seconds in caches', async () => {
    const { headers, text } = await get('checkpoint').expect(200);
    expect(headers).toMatchObject({
      ...{ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=5' },
    });
    expect(headers['set-cookie']).toBeUndefined();
    const signer = logSigner(app.config);
    const key = parseVkey(signer.vkeysOf(signer.originOf(uuid))[0] ?? '');
    const checkpoint = parseCheckpoint(verifyNote(text, key === null ? [] : [key])?.text ?? '');
    expect(checkpoint).toMatchObject({ origin: `localhost:3000/log/${uuid}`, size });
    expect(checkpoint?.root).toEqual(await readRoot(size));
  });

  it('has the hashes in tiles that a monitor can verify, and full ones never change', async () => {
    const full = await get('tile/0/000').expect(200);
    expect(full.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '8192',
      'cache-control': 'public, max-age=31536000, immutable, no-transform',
    });
    expect(full.headers['set-cookie']).toBeUndefined();
    const partial = await get(`tile/0/001.p/${String(size - 256)}`).expect(200);
    expect(partial.headers['cache-control']).toBe('public, max-age=3600, no-transform');
    expect(partial.headers['content-length']).toBe(String((size - 256) * 32));
    const first = await bytes('tile/0/000.p/2');
    expect(first).toHaveLength(64);
    expect(nodeHash(first.subarray(0, 32), first.subarray(32))).toEqual(await readRoot(2));
    await happen(app, 5);
    await publish();
    expect(await bytes('tile/0/000')).toEqual((await get('tile/0/000').buffer(true).parse(readBody)).body);
    const { size: grown } = await newestHead(app);
    expect(await readRoot(grown)).toEqual(readCheckpoint((await newestHead(app)).note)?.root);
  });

  it('has nothing beyond the published tree, no records, and no path in another form', async () => {
    const { size: now } = await newestHead(app);
    for (const path of [
      ...[
        'tile/0/001',
        `tile/0/001.p/${String(now - 256 + 1)}`,
        'tile/0/002.p/1',
        'tile/2/000.p/1',
        'tile/1/000',
      ],
      ...['tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01', 'tile/00/000', 'tile/64/000', 'tile/0/0'],
      ...[
        'tile/0/x000/000',
        'tile/0/x000/x000/000',
        'tile/0/000/',
        'tile/0/%30%30%30',
        'tile/-1/000',
        'tile/0',
      ],
      ...['tile/entries/000', 'tile/0/000.p/', 'tile/0/000.p/1/2', `tile/0/${'x999/'.repeat(40)}999`],
      ...['Checkpoint/x', 'tile/0/000%2Ep/1', ''],
    ])
      await get(path).expect(404);
    for (const other of ['00000000-0000-4000-8000-000000000000', 'x', uuid.toUpperCase(), `${uuid}%00`])
      await supertest(app.app).get(`/log/${other}/checkpoint`).expect(404);
  });

  it('is that of a company’s own log as well, whose name only the company is told', async () => {
    const alice = await buildUser(app.db);
    await signIn(app.app, alice);
    await publish();
    const log = await app
      .db('transparency_logs')
      .where({ company_id: alice.company_id })
      .first<{ log_uuid: string }>('log_uuid');
    const { text } = await supertest(app.app).get(`/log/${log.log_uuid}/checkpoint`).expect(200);
    expect(text).toContain(`localhost:3000/log/${log.log_uuid}\n`);
    expect((await supertest(app.app).get('/log')).text).not.toContain(log.log_uuid);
  });

  it('answers 429 to somebody who reads without an end, and goes on for others', async () => {
    const read = (ip: string): Promise<{ status: number }> =>
      limited.get(`/log/${uuid}/checkpoint`).set('x-forwarded-for', ip);
    const proxied = Object.assign(app.app, {});
    proxied.set('trust proxy', 1);
    const limited = supertest(proxied);
    const seen = new Set<number>();
    for (let count = 0; count < 620; count += 20)
      for (const { status } of await Promise.all(Array.from({ length: 20 }, () => read('203.0.113.9'))))
        seen.add(status);
    expect([...seen].sort()).toEqual([200, 429]);
    expect((await read('203.0.113.10')).status).toBe(200);
    proxied.set('trust proxy', false);
  }, 60_000);
});

describe('the page about the log', () => {
  it('says in both languages what it is, by which keys it is verified and where its heads are', async () => {
    const { note } = await newestHead(app);
    const signer = logSigner(app.config);
    const [vkey = ''] = signer.vkeysOf(signer.originOf(uuid));
    const pages = await Promise.all(
      ['tr', 'en'].map((locale) => supertest(app.app).get('/log').set('accept-language', locale).expect(200)),
    );
    for (const { text } of pages) {
      const plain = text.replaceAll('&#34;', '"').replaceAll('&#43;', '+');
      expect(plain).toContain(note.split('\n')[2]);
      expect(plain).toContain(vkey);
      expect(plain).toContain(`/log/${uuid}/checkpoint`);
    }
    expect(pages[0]?.text).toContain('Kanıt günlüğü');
    expect(pages[0]?.text).toContain('0. kayıttan itibaren');
    expect(pages[1]?.text).toContain('The log of the evidence');
    expect(pages[1]?.text).toContain('No time stamp of an authority was put on it yet.');
  });

  it('names the key before as well, and from which record on the new one counts', async () => {
    const [older] = app.config.transparency.signingKeys;
    const { privateKey: newer } = generateKeyPairSync('ed25519');
    if (older === undefined) throw new Error('no key');
    const changed = { transparency: { ...app.config.transparency, signingKeys: [newer, older] } };
    expect(await changeKey(app.db, { at: new Date() }, logSigner(changed))).toMatchObject({ ok: true });
    await keepLogs(app.db, { at: new Date() }, { signer: logSigner(changed), publishSeconds: 0 });
    const leaf = await app
      .db('log_leaves')
      .where({ type: 'log_entry' })
      .orderBy('record_id', 'desc')
      .first<{ leaf_index: number }>('leaf_index');
    const alone = { transparency: { ...changed.transparency, signingKeys: [newer] } };
    const { keys } = await describePublicLog(app.db, alone);
    const origin = `localhost:3000/log/${uuid}`;
    expect(keys).toEqual([
      { vkey: logSigner(alone).vkeysOf(origin)[0], from: leaf.leaf_index, to: null },
      { vkey: logSigner(app.config).vkeysOf(origin)[0], from: 0, to: leaf.leaf_index },
    ]);
    // A mail of before is signed by the old key alone, and still compared.
    const lie = logSigner(app.config).sign({ origin, size: 1, root: Buffer.alloc(32) });
    expect(await compareHead(app.db, logSigner(alone), lie)).toMatchObject({ verdict: 'different' });
  });

  it('is linked from every page', async () => {
    expect((await supertest(app.app).get('/').expect(200)).text).toContain('href="/log"');
  });

  it('warns while nothing is published', async () => {
    await app.db('log_halts').insert({
      ...{ halted_at: new Date(), found_in: 'mail', verdict: 'shorter', origin: 'x', size: 9, own_size: 1 },
    });
    expect((await supertest(app.app).get('/log').set('accept-language', 'en')).text).toContain(
      'Nothing new is published at the moment',
    );
  });
});
