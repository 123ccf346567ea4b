import { cosigner } from '../../../src/transparency/notes/cosignature.ts';
import { COSIGNATURE, signatureLine, vkeyOf } from '../../../src/transparency/notes/signed-note.ts';
import { createChance } from '../../faults/year/chance.ts';
import { seededKey, type Bundle, type MadeBundle } from './bundle-maker.ts';

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

const hostOf = (name: Name): string => `${name}.example.com`;
const keyOf = (name: Name) => seededKey(createChance(30 + NAMES.indexOf(name)));

export const vkeyOfWitness = (name: Name): string => vkeyOf(hostOf(name), keyOf(name), COSIGNATURE);

/** The policy of a bundle with the witnesses a, b and c, and these lines instead of its quorum. */
export function policyOfWitnesses({ policy }: MadeBundle, lines: string): string {
  const witnesses = NAMES.map((name) => `witness ${name} ${vkeyOfWitness(name)}`);
  return [policy.replace('quorum none\n', '').trim(), ...witnesses, lines, ''].join('\n');
}

/** The bundle with the signatures of these witnesses below its checkpoint. */
export function cosign({ bundle }: MadeBundle, names: readonly Name[]): Bundle {
  const signed = structuredClone(bundle);
  const note = String(signed.proof.checkpoint);
  const [text = ''] = note.split('\n\n');
  const lines = names.map((name) => {
    const signer = cosigner(hostOf(name), keyOf(name), 1_790_000_000);
    return signatureLine(signer, signer.sign(`${text}\n`));
  });
  signed.proof.checkpoint = note + lines.join('');
  return signed;
}
