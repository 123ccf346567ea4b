import { expect, describe, it } from 'vitest';
import { canonical, verifyBundle } from '../../../src/transparency/verifier/verify.mjs';
import { createChance } from '../../faults/year/chance.ts';
import { asJson, asLines, makeBundle } from '../../support/transparency/bundle-maker.ts';
import { cosign, policyOfWitnesses } from '../../support/transparency/cosigned.ts';
import { mutate } from '../../support/transparency/mutations.ts';
import { useTestDatabase } from '../../support/database.ts';
import { askSecondVerifier, whyNoPython } from '../../support/transparency/second-verifier.ts';
import { buildRecords, exportFor, partial } from './exports.ts';

const reason = whyNoPython();
if (reason !== null) console.log(reason);

const database = useTestDatabase();

describe.skipIf(reason !== null)('a second verifier, in another language', () => {
  it('comes to the same verdict and the same numbers on whole and on changed bundles', async () => {
    const chance = createChance(31);
    const questions: { bundle: string; policy: string | null; what: string }[] = [];
    for (let seed = 0; seed < 12; seed += 1) {
      const made = await makeBundle(createChance(seed), chance.pick([[], ['addresses'], ['details']]));
      questions.push({ bundle: asJson(made.bundle), policy: null, what: 'whole' });
      questions.push({ bundle: asLines(made.bundle), policy: made.policy, what: 'whole' });
      for (let round = 0; round < 8; round += 1) {
        const { what, bundle, policy } = mutate(chance, made);
        questions.push({ bundle: asJson(bundle), policy, what });
      }
    }
    const answers = askSecondVerifier(questions);
    for (const [at, { bundle, policy, what }] of questions.entries()) {
      const report = await verifyBundle(bundle.split('\n'), { policy: policy ?? undefined });
      const { code, records, complete, why } = answers[at]!;
      const first = report.code === 2 ? 1 : report.code;
      expect([what, why, code === 2 ? 1 : code, records, complete]).toEqual([
        what,
        why,
        first,
        report.records,
        report.complete ?? 0,
      ]);
    }
  });

  it('verifies what the app exports, whole and in part, and counts the same', async () => {
    const cast = await buildRecords(database);
    const questions: { bundle: string; policy: string }[] = [];
    for (const wish of [{}, ...partial])
      for (const format of ['json', 'ndjson'] as const)
        questions.push(await exportFor(database, cast, wish, format));
    const answers = askSecondVerifier(questions);
    for (const [at, { bundle, policy }] of questions.entries()) {
      const { code, records, complete } = await verifyBundle(bundle.split('\n'), { policy });
      expect(code).toBe(0);
      expect(answers[at]).toMatchObject({ code, records, complete });
    }
  });

  it('asks for the same witnesses of groups', async () => {
    const made = await makeBundle(createChance(1));
    const subsets = [[], ['a'], ['b'], ['c'], ['a', 'b'], ['a', 'c'], ['b', 'c'], ['a', 'b', 'c']] as const;
    const quorums = [
      'quorum b',
      'group g 2 a b c\nquorum g',
      'group g any a b\ngroup h all g c\nquorum h',
      'group g any a b\ngroup h any a c\nquorum h',
      'group g 4 a b c\nquorum g',
      'quorum none\nquorum a',
    ];
    const questions = quorums.flatMap((lines) =>
      subsets.map((names) => ({
        bundle: asJson(cosign(made, names)),
        policy: policyOfWitnesses(made, lines),
      })),
    );
    const answers = askSecondVerifier(questions);
    const first = await Promise.all(
      questions.map(async ({ bundle, policy }) => (await verifyBundle(bundle.split('\n'), { policy })).code),
    );
    expect(answers.map(({ code }) => code)).toEqual(first);
    const [seen, two, nested, ...wrong] = quorums.map((_, at) => first.slice(8 * at, 8 * at + 8));
    expect(seen).toEqual([1, 1, 0, 1, 0, 1, 0, 0]);
    expect(two).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(nested).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    expect(wrong.flat().every((code) => code === 1)).toBe(true);
  });

  it('is asked only after the first one has written its JSON as RFC 8785 says', () => {
    expect(canonical([100, 1e21, 1e-7, 0.000001, -0, 4.5, 1e20])).toBe(
      '[100,1e+21,1e-7,0.000001,0,4.5,100000000000000000000]',
    );
    expect(canonical({ '～': 1, '😀': 2, '€': 3, z: 4 })).toBe('{"z":4,"€":3,"😀":2,"～":1}');
    expect(canonical({ b: 2, a: 1, B: 3, A: 4, '10': 5, '9': 6 })).toBe(
      '{"10":5,"9":6,"A":4,"B":3,"a":1,"b":2}',
    );
    expect(() => canonical('\ud800')).toThrow();
    expect(() => canonical({ a: undefined })).toThrow();
  });
});
