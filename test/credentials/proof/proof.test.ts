import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createChallenge, isChallengeGood } from '../../../src/credentials/proof/key-challenge.ts';
import { findSignatureFault } from '../../../src/credentials/proof/ssh-signature.ts';
import { rowsOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { keyLine, mpint, wire } from '../../support/programs/ssh-keys.ts';
import { signIn } from '../../support/sign-in.ts';
import { recordedSignatures } from './recorded-signatures.ts';

const NAMESPACE = 'ssh-key@youarecoder';
const blobOf = (line: string): string => line.split(' ')[1] ?? '';
const armored = (bytes: Buffer): string =>
  `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64').replace(/(.{70})/g, '$1\n')}\n-----END SSH SIGNATURE-----\n`;

interface Parts {
  key: Buffer;
  message: string;
  namespace?: string;
  by(signed: Buffer): Buffer;
}

/** A signature in the form that `ssh-keygen -Y sign` writes. */
function signatureBy({ key, message, namespace = NAMESPACE, by }: Parts): string {
  const digest = createHash('sha512').update(message).digest();
  const signed = Buffer.concat([Buffer.from('SSHSIG'), wire(namespace, '', 'sha512', digest)]);
  const version = Buffer.from([0, 0, 0, 1]);
  return armored(
    Buffer.concat([Buffer.from('SSHSIG'), version, wire(key, namespace, '', 'sha512', by(signed))]),
  );
}

function newEd25519(): { key: Buffer; privateKey: KeyObject; line: string; by(signed: Buffer): Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key = wire('ssh-ed25519', x);
  return {
    key,
    privateKey,
    line: keyLine('ssh-ed25519', key),
    by: (signed) => wire('ssh-ed25519', sign(null, signed, privateKey)),
  };
}

describe('a signature of ssh-keygen', () => {
  const entries = Object.entries(recordedSignatures);

  it.each(entries)('by a key of type %s is read and checked', (_name, { publicKey, signature }) => {
    const keyBlob = blobOf(publicKey);
    const fault = (of: object, text = signature): string | null =>
      findSignatureFault(text, { keyBlob, namespace: NAMESPACE, message: 'TESTNONCE', ...of });
    expect(fault({})).toBeNull();
    expect(fault({}, signature.replaceAll('\n', '\r\n'))).toBeNull();
    expect(fault({ message: 'TESTNONCE2' })).toBe('wrong');
    expect(fault({ namespace: 'git' })).toBe('other-namespace');
    const other = entries.find(([, entry]) => entry.publicKey !== publicKey)?.[1].publicKey ?? '';
    expect(fault({ keyBlob: blobOf(other) })).toBe('other-key');
    for (const text of ['', 'hello', signature.slice(0, 200), signature.replace('U1NI', 'AAAA')])
      expect(fault({}, text)).toBe('unreadable');
  });

  it('is refused when any one bit of it is turned', () => {
    const { publicKey = '', signature = '' } = recordedSignatures.ed25519 ?? {};
    const bytes = Buffer.from(signature.replace(/-----[^-]+-----/g, '').replace(/\s/g, ''), 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const turned = Buffer.from(bytes);
      turned[at] = (turned[at] ?? 0) ^ 1;
      const of = { keyBlob: blobOf(publicKey), namespace: NAMESPACE, message: 'TESTNONCE' };
      expect(findSignatureFault(armored(turned), of), String(at)).not.toBeNull();
    }
  });

  it('by a security key counts only when somebody touched it', () => {
    const application = 'ssh:';
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const key = wire('sk-ssh-ed25519@openssh.com', x, application);
    const sha256 = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest();
    const withFlags = (flags: number): string | null => {
      const rest = Buffer.from([flags, 0, 0, 0, 7]);
      const by = (signed: Buffer): Buffer => {
        const data = Buffer.concat([sha256(application), rest, sha256(signed)]);
        return Buffer.concat([wire('sk-ssh-ed25519@openssh.com', sign(null, data, privateKey)), rest]);
      };
      const text = signatureBy({ key, message: 'x', by });
      return findSignatureFault(text, {
        keyBlob: key.toString('base64'),
        namespace: NAMESPACE,
        message: 'x',
      });
    };
    expect([withFlags(1), withFlags(5), withFlags(0)]).toEqual([null, null, 'wrong']);
  });

  it('by RSA with SHA-1 is refused, though the key fits', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const key = wire('ssh-rsa', mpint(Buffer.from(e, 'base64url')), mpint(Buffer.from(n, 'base64url')));
    const of = { keyBlob: key.toString('base64'), namespace: NAMESPACE, message: 'x' };
    const by = (type: string, hash: string) => (signed: Buffer) => wire(type, sign(hash, signed, privateKey));
    const fault = (type: string, hash: string): string | null =>
      findSignatureFault(signatureBy({ key, message: 'x', by: by(type, hash) }), of);
    expect([fault('rsa-sha2-512', 'sha512'), fault('rsa-sha2-256', 'sha256')]).toEqual([null, null]);
    expect([fault('ssh-rsa', 'sha1'), fault('rsa-sha2-512', 'sha1')]).toEqual(['wrong', 'wrong']);
  });
});

describe('what is to be signed', () => {
  const of = { userId: 3, keyId: 9, sessionSecret: 'a secret' };
  const at = new Date('2026-11-30T10:00:00Z');
  const later = (minutes: number): Date => new Date(at.getTime() + minutes * 60_000);

  it('is good for one person, one key and 15 minutes', () => {
    const text = createChallenge(of, at);
    expect(isChallengeGood(of, text, later(14))).toBe(true);
    expect(isChallengeGood(of, text, later(16))).toBe(false);
    expect(isChallengeGood({ ...of, userId: 4 }, text, at)).toBe(false);
    expect(isChallengeGood({ ...of, keyId: 8 }, text, at)).toBe(false);
    expect(isChallengeGood({ ...of, sessionSecret: 'another' }, text, at)).toBe(false);
    expect(isChallengeGood(of, text.replace(/-(\d{10})-/, '-9999999999-'), at)).toBe(false);
    expect(isChallengeGood(of, '', at)).toBe(false);
  });
});

describe('the page that proves a key', () => {
  const test = useTestApp();
  let cast: Cast;

  beforeAll(async () => {
    cast = await buildCast(test.db);
  });

  it('takes a signature over its text, once, and the evidence says so', async () => {
    const bob = await signIn(test.app, cast.bob);
    const key = newEd25519();
    await bob.post('/auth/ssh-keys', { label: 'laptop', key: key.line });
    const list = await bob.get('/auth/ssh-keys');
    expect(list.text).toContain('Not proven');
    const path = /href="([^"]+\/prove)"/.exec(list.text)?.[1] ?? '';
    const page = await bob.get(path);
    const challenge = /name="challenge" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect(page.text).toContain(`ssh-keygen -Y sign -n ${NAMESPACE} -f ~/.ssh/id_ed25519`);
    const other = newEd25519();
    const wrong = signatureBy({ ...key, message: challenge, by: other.by });
    const refused = await bob.post(path, { challenge, signature: wrong });
    expect([refused.status, refused.text.includes('This signature does not fit')]).toEqual([422, true]);
    expect(refused.text).toContain(challenge);
    expect(await rowsOf(test.db, 'ssh_key_proven', refused)).toMatchObject([
      { success: false, error_message: 'bad-signature' },
    ]);
    const late = await bob.post(path, { challenge: 'youarecoder-1-1-x', signature: wrong });
    expect(late.text).toContain('a new text to sign');
    const right = await bob.post(path, { challenge, signature: signatureBy({ ...key, message: challenge }) });
    expect((await bob.follow(right)).text).toContain('Proven');
    expect(await rowsOf(test.db, 'ssh_key_proven', right)).toMatchObject([
      { success: true, user_id: cast.bob.id, details: { label: 'laptop' } },
    ]);
    const again = await bob.post(path, { challenge, signature: signatureBy({ ...key, message: challenge }) });
    expect(again.status).toBe(303);
    expect(await rowsOf(test.db, 'ssh_key_proven', again)).toEqual([]);
    // Tries are counted for the person, whichever key they are for.
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1)
      statuses.push(
        (await bob.post(`/auth/ssh-keys/${String(n)}/prove`, { challenge, signature: 'x' })).status,
      );
    expect(statuses.at(-1)).toBe(429);
    const alice = await signIn(test.app, cast.alice);
    expect((await alice.get(path)).status).toBe(404);
    expect((await alice.post(path, { challenge, signature: 'x' })).status).toBe(404);
  });
});
