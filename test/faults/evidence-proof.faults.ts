import { expect, it } from 'vitest';
import { verifyBundle } from '../../src/transparency/verifier/verify.mjs';
import { asJson, asLines, makeBundle } from '../support/transparency/bundle-maker.ts';
import { isUnproved, mutate, UNPROVED } from '../support/transparency/mutations.ts';
import { createChance } from './year/chance.ts';

/** Bundles, and changes of each. */
const BUNDLES = 70;
const CHANGES = 110;

it('finds every change of a bundle, its proof, signature, key and policy that alters what is proved', async () => {
  const chance = createChance(15);
  const survived: string[] = [];
  let [changes, isListed] = [0, 0];
  for (let seed = 0; seed < BUNDLES; seed += 1) {
    const leftOut = chance.pick([[], [], ['addresses'], ['browsers', 'details']]);
    const made = await makeBundle(createChance(seed), leftOut);
    for (let round = 0; round < CHANGES; round += 1) {
      const { what, bundle, policy } = mutate(chance, made);
      // Lines have no place for a whole list that is something else.
      const form = /^[a-z_]+:/.test(what) ? asJson : chance.pick([asJson, asLines]);
      const { code } = await verifyBundle(form(bundle).split('\n'), { policy });
      changes += 1;
      if (isUnproved(what)) isListed += 1;
      else if (code === 0) survived.push(what);
    }
  }
  console.log(`${String(changes)} changes, of which ${String(isListed)} alter nothing that is proved:`);
  for (const { place, why } of UNPROVED) console.log(`  ${place.source}: ${why}`);
  expect(survived).toEqual([]);
  expect(changes - isListed).toBeGreaterThan(5000);
});
