import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../../src/transparency/notes/checkpoint.ts';
import { cosigner, findCosignatures } from '../../../src/transparency/notes/cosignature.ts';
import { acceptCheckpoint, parsePolicy } from '../../../src/transparency/notes/policy.ts';
import { rawPublicKey } from '../../../src/transparency/notes/ed25519.ts';
import {
  COSIGNATURE,
  keyIdOf,
  noteSigner,
  parseNote,
  parseVkey,
  signatureLine,
  signNote,
  verifyNote,
  vkeyOf,
} from '../../../src/transparency/notes/signed-note.ts';
import { formatTlogProof, parseTlogProof } from '../../../src/transparency/notes/tlog-proof.ts';
import { EMPTY_ROOT } from '../../../src/transparency/tree/hash.ts';

const ORIGIN = 'log.example.com/log/7';
/** The key of the first test of RFC 8032 §7.1, so that the notes below are the same for everybody. */
const key = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex').toString(
      'base64url',
    ),
    x: Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex').toString(
      'base64url',
    ),
  },
});
const newKey = () => generateKeyPairSync('ed25519').privateKey;
const vkey = vkeyOf(ORIGIN, key);
const known = [parseVkey(vkey)!];
const text = formatCheckpoint({ origin: ORIGIN, size: 42, root: EMPTY_ROOT });
const note = signNote(text, [noteSigner(ORIGIN, key)]);

describe('a signed note', () => {
  it('reads the same for everybody who has the key', () => {
    expect(vkey).toMatchInlineSnapshot(
      `"log.example.com/log/7+7b98d56b+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"`,
    );
    expect(note).toMatchInlineSnapshot(`
      "log.example.com/log/7
      42
      47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

      — log.example.com/log/7 e5jVawMMsmEbOJEV48vmZ/LsJLxKQA8U5jf+Homo3O+sgz/jGi2FKnoQT1zG0pyu0dLbroLyLPlzDNY7m7SRjA886gM=
      "
    `);
    expect(verifyNote(note, known)).toEqual({ text, signedBy: known });
  });

  it('bears several signatures, and lines of keys that the reader does not know', () => {
    const second = newKey();
    const both = signNote(text, [noteSigner('other.example.com', second), noteSigner(ORIGIN, key)]);
    const unknown = signatureLine({ name: 'x', keyId: '01020304' }, Buffer.alloc(2420));
    expect(verifyNote(both + unknown, known)?.signedBy).toEqual(known);
    expect(parseNote(both + unknown)?.signatures.map(({ name }) => name)).toEqual([
      'other.example.com',
      ORIGIN,
      'x',
    ]);
    const two = [...known, parseVkey(vkeyOf('other.example.com', second))!];
    expect(verifyNote(both, two)?.signedBy).toHaveLength(2);
    expect(verifyNote(both, [])).toBeNull();
  });

  it('is refused whole when a line that names a known key is not its signature', () => {
    const forged = signatureLine(known[0]!, Buffer.alloc(64));
    expect(verifyNote(note + forged, known)).toBeNull();
    expect(verifyNote(forged.replace(/^/, `${text}\n`), known)).toBeNull();
    expect(verifyNote(note.replace('42', '43'), known)).toBeNull();
  });

  it('may have empty lines in its text: the last one ends it', () => {
    const poem = 'One\n\nTwo\n\n\n';
    expect(verifyNote(signNote(poem, [noteSigner(ORIGIN, key)]), known)?.text).toBe(poem);
  });

  it('is not made of what no note can hold', () => {
    for (const bad of ['no newline at the end', 'a\ttab\n', 'a\rreturn\n', 'half a character \ud800\n', ''])
      expect(() => signNote(bad, [noteSigner(ORIGIN, key)])).toThrow(TypeError);
    expect(() => signNote(text, [])).toThrow(TypeError);
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003b'])
      expect(() => noteSigner(name, key)).toThrow(TypeError);
  });

  it('is not read from texts that only resemble one', () => {
    const [line = ''] = /— .*\n/.exec(note) ?? [];
    for (const bad of [
      '',
      '\n',
      text,
      `${text}\n`,
      note.slice(0, -1),
      `${note}\n`,
      note.replace('— ', '- '),
      note.replace('— ', '—  '),
      note.replace(line, line.replace(/=?\n/, '\n')),
      `${text}\n${line}`.replace(' log', '  log'),
      `${text}\n— ${ORIGIN} AAAAAA==\n`,
      `\n${line}`,
      `${note}${line.repeat(100)}`,
      note.replace('42', '4\u00002'),
      note.replace('42', '4\ud800'),
    ])
      expect(parseNote(bad), JSON.stringify(bad)).toBeNull();
  });

  it('has a key whose id is checked', () => {
    const [name = '', id = '', base64 = ''] = vkey.split('+');
    expect(known[0]).toMatchObject({ name, keyId: id, kind: 1 });
    expect(keyIdOf(ORIGIN, rawPublicKey(key))).toBe(id);
    for (const bad of [
      '',
      name,
      `${name}+${id}`,
      `${name}+00000000+${base64}`,
      `other+${id}+${base64}`,
      vkey.toUpperCase(),
      `${vkey}=`,
      vkeyOf(name, rawPublicKey(key).subarray(1)),
    ])
      expect(parseVkey(bad), bad).toBeNull();
  });
});

describe('a checkpoint', () => {
  it('comes back from its three lines', () => {
    expect(parseCheckpoint(text)).toEqual({ origin: ORIGIN, size: 42, root: EMPTY_ROOT });
    expect(parseCheckpoint(formatCheckpoint({ origin: 'a', size: 0, root: EMPTY_ROOT }))?.size).toBe(0);
  });

  it('is refused with another form, a size of another form, and lines behind the three', () => {
    const root = EMPTY_ROOT.toString('base64');
    for (const bad of [
      '',
      `${ORIGIN}\n42\n`,
      `${ORIGIN}\n042\n${root}\n`,
      `${ORIGIN}\n-1\n${root}\n`,
      `${ORIGIN}\n4.2\n${root}\n`,
      `${ORIGIN}\n1e3\n${root}\n`,
      `${ORIGIN}\n9999999999999999\n${root}\n`,
      `${ORIGIN}\n42\n${root.slice(0, -2)}\n`,
      `${ORIGIN}\n42\n${root.slice(0, -2)}V=\n`,
      `\n42\n${root}\n`,
      `${text}more\n`,
      text.slice(0, -1),
    ])
      expect(parseCheckpoint(bad), bad).toBeNull();
    for (const size of [-1, 1.5, 2 ** 53])
      expect(() => formatCheckpoint({ origin: ORIGIN, size, root: EMPTY_ROOT })).toThrow(TypeError);
    expect(() => formatCheckpoint({ origin: 'a\nb', size: 1, root: EMPTY_ROOT })).toThrow(TypeError);
  });
});

describe('a cosignature', () => {
  const witnessKey = newKey();
  const witness = parseVkey(vkeyOf('witness.example.com/w1', witnessKey, COSIGNATURE))!;
  const signer = cosigner('witness.example.com/w1', witnessKey, 1_679_315_147);
  const line = signatureLine(signer, signer.sign(text));

  it('tells when a witness saw the checkpoint, and leaves the signature of the log as it is', () => {
    expect(findCosignatures(note + line, [witness])).toEqual([{ witness, at: 1_679_315_147 }]);
    expect(verifyNote(note + line, known)?.signedBy).toEqual(known);
    expect(findCosignatures(note, [witness])).toEqual([]);
  });

  it('holds for its time, its text and its key only', () => {
    const bytes = signer.sign(text);
    for (const place of [0, 7, 8, 71]) {
      const bad = Buffer.from(bytes);
      bad[place]! ^= 1;
      expect(findCosignatures(note + signatureLine(signer, bad), [witness])).toBeNull();
    }
    const plain = noteSigner('witness.example.com/w1', witnessKey);
    for (const bad of [bytes.subarray(1), plain.sign(text), Buffer.alloc(72, 255)])
      expect(findCosignatures(note + signatureLine(signer, bad), [witness])).toBeNull();
    expect(findCosignatures(`x${note}${line}`, [witness])).toBeNull();
  });
});

describe('a policy', () => {
  const keys = [1, 2, 3].map(() => newKey());
  const name = (place: number): string => `witness.example.com/${place}`;
  const lines = keys.map((key, place) => `witness w${place} ${vkeyOf(name(place), key, COSIGNATURE)}`);
  const seenBy = (...places: number[]): string =>
    note +
    places
      .map((place) => cosigner(name(place), keys[place]!, 1000))
      .map((signer) => signatureLine(signer, signer.sign(text)))
      .join('');

  it('accepts a checkpoint that a log of it has signed, and no other', () => {
    const policy = parsePolicy(`# ours\n\nlog ${vkey} https://log.example.com\n  quorum\tnone\n`);
    expect(acceptCheckpoint(note, policy)).toMatchObject({ origin: ORIGIN, size: 42 });
    const elsewhere = formatCheckpoint({ origin: 'else.example.com', size: 42, root: EMPTY_ROOT });
    expect(acceptCheckpoint(signNote(elsewhere, [noteSigner(ORIGIN, key)]), policy)).toBeNull();
    expect(acceptCheckpoint(signNote(text, [noteSigner(ORIGIN, newKey())]), policy)).toBeNull();
    expect(acceptCheckpoint(signNote('no checkpoint\n', [noteSigner(ORIGIN, key)]), policy)).toBeNull();
  });

  it('asks for as many witnesses as its quorum says', () => {
    const enough = (rule: string, ...places: number[]): boolean =>
      acceptCheckpoint(seenBy(...places), parsePolicy([`log ${vkey}`, ...lines, rule].join('\n'))) !== null;
    expect(enough('quorum w1', 1)).toBe(true);
    expect(enough('quorum w1', 0, 2)).toBe(false);
    expect(enough('group g any w0 w1\nquorum g', 1)).toBe(true);
    expect(enough('group g any w0 w1\nquorum g')).toBe(false);
    expect(enough('group g 2 w0 w1 w2\nquorum g', 0, 2)).toBe(true);
    expect(enough('group g 2 w0 w1 w2\nquorum g', 2)).toBe(false);
    expect(enough('group g all w0 w1\ngroup h all g w2\nquorum h', 0, 1, 2)).toBe(true);
    expect(enough('group g all w0 w1\ngroup h all g w2\nquorum h', 0, 2)).toBe(false);
  });

  it.each([
    ['', 'quorum'],
    ['quorum w0', 'line 1'],
    [`log ${vkey}\nlog ${vkey}\nquorum none`, 'line 2'],
    [`log ${vkey.replace('log', 'lug')}\nquorum none`, 'line 1'],
    ['quorum none\nquorum none', 'line 2'],
    ['chorus none', 'line 1'],
    ['group g 1\nquorum g', 'line 1'],
    [`${lines.join('\n')}\ngroup g 3 w0 w1\nquorum g`, 'line 4'],
    [`${lines.join('\n')}\ngroup g any w0 w0\nquorum g`, 'line 4'],
    [`${lines.join('\n')}\ngroup g any w0 w1\ngroup h any w0\nquorum h`, 'line 5'],
    [`${lines.join('\n')}\ngroup g none w0\nquorum g`, 'line 4'],
    [`${lines[0]!}\n${lines[0]!}\nquorum none`, 'line 2'],
    [`witness none ${vkeyOf(name(0), keys[0]!, COSIGNATURE)}\nquorum none`, 'line 1'],
    [`witness w ${vkey}\nquorum none`, 'line 1'],
  ])('is refused when it is wrong: %j', (policy, reason) => {
    expect(() => parsePolicy(policy)).toThrow(reason);
  });
});

describe('the proof of one leaf', () => {
  it('comes back from its text, with and without something extra', () => {
    const proof = { index: 7, hashes: [EMPTY_ROOT, EMPTY_ROOT], checkpoint: note };
    expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
    const more = { ...proof, extra: Buffer.from('leaf'), hashes: [] };
    expect(parseTlogProof(formatTlogProof(more))).toEqual(more);
    expect(formatTlogProof(more)).toBe(`c2sp.org/tlog-proof@v1\nextra bGVhZg==\nindex 7\n\n${note}`);
  });

  it('is refused in any other form', () => {
    const good = formatTlogProof({ index: 7, hashes: [EMPTY_ROOT], checkpoint: note });
    for (const bad of [
      '',
      good.replace('@v1', '@v2'),
      good.replace('index 7', 'index 07'),
      good.replace('index 7', 'index -7'),
      good.replace('index 7', 'extra ?\nindex 7'),
      good.replace('index 7\n', ''),
      good.replace('index 7\n', 'index 7\nAAAA\n'),
    ])
      expect(parseTlogProof(bad), bad).toBeNull();
  });
});
