import { expect, it } from 'vitest';
import { verifyBundle } from '../../src/transparency/verifier/verify.mjs';
import { asJson, asLines, makeBundle } from '../support/transparency/bundle-maker.ts';
import { isUnproved, mutate, UNPROVED } from '../support/transparency/mutations.ts';
import { askSecondVerifier, whyNoPython } from '../support/transparency/second-verifier.ts';
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
  expect(changes - isListed).toBeGreaterThan(4000);
});

const reason = whyNoPython();
if (reason !== null) console.log(reason);

it.skipIf(reason !== null)(
  'has two verifiers that agree on 1 000 bundles, and on three changes of each',
  async () => {
    const chance = createChance(1000);
    const differing: unknown[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      const questions: { bundle: string; policy: string | null; what: string }[] = [];
      for (let seed = batch * 50; seed < batch * 50 + 50; seed += 1) {
        const made = await makeBundle(createChance(seed), chance.pick([[], [], ['addresses'], ['details']]));
        const form = chance.pick([asJson, asLines]);
        const policy = chance.pick([null, made.policy]);
        questions.push({ bundle: form(made.bundle), policy, what: 'whole' });
        for (let change = 0; change < 3; change += 1) {
          const { what, bundle, policy } = mutate(chance, made);
          questions.push({ bundle: asJson(bundle), policy, what });
        }
      }
      const answers = askSecondVerifier(questions);
      for (const [at, { bundle, policy, what }] of questions.entries()) {
        const report = await verifyBundle(bundle.split('\n'), { policy: policy ?? undefined });
        const first = [report.code, report.records, report.complete ?? 0];
        const second = answers[at];
        const isSame = [second?.code, second?.records, second?.complete].join() === first.join();
        if (!isSame || (what === 'whole' && report.code % 3 !== 0))
          differing.push({ at, what, first, second, verdict: report.verdict });
      }
    }
    expect(differing).toEqual([]);
  },
);
