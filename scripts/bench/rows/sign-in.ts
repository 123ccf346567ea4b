import { hashPassword, verifyPassword } from '../../../src/auth/password.ts';
import { startApp } from '../apps/app-process.ts';
import { signIn } from '../browser.ts';
import { BENCH_PASSWORD } from '../data/fill-people.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';

/** Argon2 keeps a core busy, so more at once are no quicker. */
const AT_ONCE = 2;

const SIGN_INS_A_ROUND = 60;

/** The cost of a sign-in beyond the cost of its password's hash. */
export const signInRow: BenchRow = {
  name: 'sign-in',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('sign_in');
    const product = await startApp(lab, database, 'product');
    const hash = await hashPassword(BENCH_PASSWORD);
    let person = 0;
    const byForm = (): Promise<number> =>
      ratePerSecond(async () => {
        await signIn(product.url, (person += 1));
      });
    const bare = (): Promise<number> =>
      ratePerSecond(async () => {
        if ((await verifyPassword(hash, BENCH_PASSWORD)) !== 'right')
          throw new Error('the password is wrong');
      });
    await byForm();
    const memory = watchMemory(product.pid);
    const { subject, reference } = await interleave(lab, byForm, bare);
    const peakMemoryMiB = memory.stop();
    await product.stop();
    return [
      {
        name: 'sign-in',
        what: `sign-ins by the form, each of another person in a new browser with three requests, ${String(AT_ONCE)} at once`,
        against: 'the check of the same password alone, in this process',
        unit: 'sign-ins/s',
        subject,
        reference,
        target: null,
        limits: [],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB,
        notes: ['every sign-in was answered with 303'],
      },
    ];
  },
};

async function ratePerSecond(once: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  let left = SIGN_INS_A_ROUND;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while ((left -= 1) >= 0) await once();
    }),
  );
  return (SIGN_INS_A_ROUND * 1000) / (performance.now() - startedAt);
}
