import { execFileSync } from 'node:child_process';
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say, verifyBundle, type Report } from '../../../src/transparency/verifier/verify.mjs';
import { createChance } from '../../faults/year/chance.ts';
import { useTestApp } from '../../support/app.ts';
import { startTestAuthority, whyNoOpenssl } from '../../support/programs/time-stamp-authority.ts';
import { asJson, asLines, makeBundle } from '../../support/transparency/bundle-maker.ts';
import { mutate } from '../../support/transparency/mutations.ts';

const root = join(import.meta.dirname, '../../..');
const SHIM = join(root, 'scripts/assets/verify-page/node-crypto.mjs');
const PROGRAM = join(root, 'src/transparency/verifier/verify.mjs');
const folder = mkdtempSync(join(root, '.data/verify-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The verifier as the page's worker has it, and its cryptography. */
let inBrowser: { verifyBundle: typeof verifyBundle };
let shim: {
  hash: typeof hash;
  createHmac: typeof createHmac;
  createPublicKey: typeof createPublicKey;
  verify: typeof verify;
  X509Certificate: typeof X509Certificate;
};

beforeAll(async () => {
  const make = async (entry: string, name: string): Promise<unknown> => {
    const outfile = join(folder, name);
    await build({
      ...{ entryPoints: [entry], outfile, bundle: true, format: 'esm', target: 'es2022' },
      ...{ alias: { 'node:crypto': SHIM }, external: ['node:fs'] },
    });
    return import(pathToFileURL(outfile).href);
  };
  inBrowser = (await make(PROGRAM, 'program.mjs')) as typeof inBrowser;
  shim = (await make(SHIM, 'shim.mjs')) as typeof shim;
});

describe('the cryptography of the page', () => {
  it('hashes and authenticates as that of Node does', () => {
    const chance = createChance(1);
    for (let round = 0; round < 60; round += 1) {
      const data = Buffer.from(Array.from({ length: chance.below(300) }, () => chance.below(256)));
      for (const name of ['sha1', 'sha256', 'sha384', 'sha512'])
        for (const encoding of ['hex', 'binary', 'base64url'] as const)
          expect(shim.hash(name, data, encoding)).toBe(hash(name, data, encoding));
      const text = `audit_log/${String(round)}/ışık`;
      const secret = (from: typeof createHmac): string =>
        from('sha256', data).update(text).digest('base64url');
      expect(secret(shim.createHmac)).toBe(secret(createHmac));
    }
  });

  it('accepts the signatures that Node accepts, and no others', () => {
    const message = Buffer.from('a checkpoint');
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = shim.createPublicKey({ key: publicKey.export({ format: 'jwk' }), format: 'jwk' });
    const signature = sign(null, message, privateKey);
    expect(shim.verify(null, message, key, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = Buffer.from(signature);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(shim.verify(null, message, key, changed)).toBe(false);
    }
    expect(shim.verify(null, Buffer.from('another'), key, signature)).toBe(false);
    expect(shim.verify(null, message, key, Buffer.alloc(3))).toBe(false);
  });
});

const reason = whyNoOpenssl();
if (reason !== null) console.log(reason);

describe.skipIf(reason !== null)('certificates on the page', () => {
  it('are read as Node reads them, and time stamps verify the same', async () => {
    const authority = await startTestAuthority({ between: 'ca' });
    const stamp = (digest: Buffer) => {
      const prefix = Buffer.from('30390201013031300d060960864801650304020105000420', 'hex');
      const query = Buffer.concat([prefix, digest, Buffer.from('0101ff', 'hex')]);
      return { query, reply: authority.reply(query) };
    };
    const made = await makeBundle(createChance(4), [], stamp);
    const raw = new X509Certificate(readFileSync(authority.rootsFile)).raw;
    await authority.close();
    const [ours, nodes] = [new shim.X509Certificate(raw), new X509Certificate(raw)];
    expect(ours.ca).toBe(nodes.ca);
    expect(ours.fingerprint256).toBe(nodes.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(new Date(ours.validTo)).toEqual(new Date(nodes.validTo));
    expect(ours.verify(ours.publicKey)).toBe(true);
    expect(ours.checkIssued(ours)).toBe(true);
    const policy = `${made.policy}timestamp-root ${raw.toString('base64')}\n`;
    const report = await inBrowser.verifyBundle(asJson(made.bundle).split('\n'), { policy });
    expect(report).toEqual(await verifyBundle(asJson(made.bundle).split('\n'), { policy }));
    expect(report.notes.find(([key]) => key === 'stamped')?.[1]).toMatchObject({ isTrusted: true });
    made.bundle.proof.stamps[0].reply = Buffer.alloc(50).toString('base64');
    expect((await inBrowser.verifyBundle(asJson(made.bundle).split('\n'))).code).toBe(1);
  });

  it('may have keys of RSA and of the larger curves', () => {
    for (const kind of ['rsa:2048', 'ec:P-256', 'ec:P-384', 'ec:P-521', 'ed25519']) {
      const [type = '', curve] = kind.split(':');
      const options =
        type === 'ec' ? ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve ?? ''}`] : ['-newkey', kind];
      const at = join(folder, 'cert.pem');
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          ...options,
          '-nodes',
          '-sha384',
          '-subj',
          '/CN=Test',
          '-days',
          '9',
          '-keyout',
          join(folder, 'key.pem'),
          '-out',
          at,
        ],
        { stdio: 'ignore' },
      );
      const { raw } = new X509Certificate(readFileSync(at));
      const certificate = new shim.X509Certificate(raw);
      expect(certificate.verify(certificate.publicKey), kind).toBe(true);
      const changed = Buffer.from(raw);
      changed[changed.length - 3]! ^= 1;
      const other = new shim.X509Certificate(changed);
      expect(other.verify(other.publicKey), kind).toBe(false);
    }
  });
});

describe('the verifier on the page', () => {
  it('says of every bundle, whole or changed, what the program says', async () => {
    const chance = createChance(77);
    const same = async (text: string, policy: string): Promise<void> => {
      const lines = text.split('\n');
      const expected: Report = await verifyBundle(lines, { policy });
      expect(await inBrowser.verifyBundle(lines, { policy })).toEqual(expected);
    };
    for (let seed = 0; seed < 4; seed += 1) {
      const made = await makeBundle(createChance(seed), chance.pick([[], ['addresses']]));
      await same(asLines(made.bundle), made.policy);
      for (let round = 0; round < 12; round += 1) {
        const { bundle, policy } = mutate(chance, made);
        await same(asJson(bundle), policy);
      }
    }
  });
});

describe('the worker that the page loads', () => {
  it('answers as the program does: the made file was made with the right libraries', async () => {
    const answers: { code?: number; lines?: string[] }[] = [];
    let ask: ((event: { data: unknown }) => void) | undefined;
    const self = {
      addEventListener: (_type: string, listen: typeof ask) => (ask = listen),
      postMessage: (message: (typeof answers)[number]) => answers.push(message),
    };
    Object.assign(globalThis, { self });
    await import(pathToFileURL(join(root, 'views/assets/made/verify-worker.js')).href);
    const made = await makeBundle(createChance(9));
    const text = asJson(made.bundle);
    ask?.({ data: { file: new Blob([text]), policy: made.policy, lang: 'tr' } });
    await expect.poll(() => answers.find(({ code }) => code !== undefined)).toBeDefined();
    Reflect.deleteProperty(globalThis, 'self');
    const { code, verdict, notes } = await verifyBundle(text.split('\n'), { policy: made.policy });
    expect(answers.find(({ lines }) => lines !== undefined)).toEqual({
      code,
      lines: [verdict, ...notes].map((message) => say('tr', ...message)),
    });
    expect(code).toBe(0);
  });
});

describe('the page and the program', () => {
  const testApp = useTestApp();

  it('are for everybody: the page in both languages, the program as it lies in the source', async () => {
    const program = await request(testApp.app).get('/verify.mjs').expect(200);
    expect(program.headers['content-type']).toMatch(/^text\/javascript/);
    expect(program.text).toBe(readFileSync(PROGRAM, 'utf8'));
    const english = await request(testApp.app).get('/verify').set('accept-language', 'en').expect(200);
    expect(english.text).toContain('Verify an evidence file');
    const turkish = await request(testApp.app).get('/verify').set('accept-language', 'tr').expect(200);
    expect(turkish.text).toContain('Kanıt dosyasını doğrulayın');
    const [, worker = ''] = /data-verify="([^"]+)"/.exec(english.text) ?? [];
    const script = await request(testApp.app).get(worker).expect(200);
    expect(script.headers['content-type']).toMatch(/javascript/);
    // The file must not leave the browser: the form has no address, and the worker asks nobody.
    expect(english.text).not.toMatch(/<form[^>]*data-verify[^>]*(action|method)=/);
    expect(script.text).not.toMatch(/fetch\(|XMLHttpRequest|WebSocket|importScripts|sendBeacon/);
  });
});
