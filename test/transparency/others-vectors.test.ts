import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/transparency/notes/checkpoint.ts';
import { parseNote, parseVkey, verifyNote } from '../../src/transparency/notes/signed-note.ts';
import { verifyConsistency } from '../../src/transparency/tree/consistency.ts';
import { verifyInclusion } from '../../src/transparency/tree/inclusion.ts';

/*
 * The vectors of others, read from a checkout of theirs and not kept here:
 *
 * 1. `MERKLE_TESTDATA`: the folder `testdata` of github.com/transparency-dev/merkle, at commit 417fb0c.
 * 2. `C2SP_TEXTS`: a checkout of github.com/C2SP/C2SP, at commit 5ba5ee8.
 */

const merkle = process.env['MERKLE_TESTDATA'] ?? '';
const c2sp = process.env['C2SP_TEXTS'] ?? '';

const filesIn = (folder: string): string[] =>
  readdirSync(join(merkle, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(merkle, folder, name));

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

describe.skipIf(merkle === '')('the proofs of transparency-dev/merkle (needs MERKLE_TESTDATA)', () => {
  it('of inclusion are accepted and refused as they say', () => {
    const files = filesIn('inclusion');
    expect(files).toHaveLength(98);
    for (const file of files) {
      const { leafIdx, treeSize, root, leafHash, proof, wantErr } = JSON.parse(readFileSync(file, 'utf8'));
      const hashes = (proof ?? []).map(bytes);
      expect(verifyInclusion(leafIdx, treeSize, bytes(leafHash), hashes, bytes(root)), file).toBe(!wantErr);
    }
  });

  it('of consistency are accepted and refused as they say', () => {
    const files = filesIn('consistency');
    expect(files).toHaveLength(98);
    for (const file of files) {
      const { size1, size2, root1, root2, proof, wantErr } = JSON.parse(readFileSync(file, 'utf8'));
      const hashes = (proof ?? []).map(bytes);
      expect(verifyConsistency(size1, size2, bytes(root1), bytes(root2), hashes), file).toBe(!wantErr);
    }
  });
});

describe.skipIf(c2sp === '')('the examples in the texts of C2SP (needs C2SP_TEXTS)', () => {
  const blocks = (name: string): string[] =>
    [...readFileSync(join(c2sp, `${name}.md`), 'utf8').matchAll(/^```\n(.*?)^```$/gms)].map(
      ([, block = '']) => block,
    );

  it('of signed-note: the key verifies the note', () => {
    const text = readFileSync(join(c2sp, 'signed-note.md'), 'utf8');
    const vkey = parseVkey(/^ {4}(example\.com\/foo\+.*)$/m.exec(text)?.[1] ?? '');
    const note = blocks('signed-note').find((block) => block.includes('example.com/foo')) ?? '';
    expect(vkey).not.toBeNull();
    expect(verifyNote(note, [vkey!])?.text).toBe('This is an example message.\n');
    expect(verifyNote(note.replace('example', 'exempla'), [vkey!])).toBeNull();
  });

  it.each(['tlog-checkpoint', 'tlog-cosignature'])('of %s: the note and its checkpoint are read', (name) => {
    const note = parseNote(blocks(name)[0] ?? '');
    expect(note?.signatures[0]).toMatchObject({ name: 'example.com/behind-the-sofa' });
    expect(parseCheckpoint(note?.text ?? '')).toMatchObject({ size: 20_852_163 });
  });
});
