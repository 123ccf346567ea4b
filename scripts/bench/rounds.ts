import type { Lab } from './lab.ts';

/**
 * Measures two things in turn, as often as there are rounds: A B, B A, A B … So neither of them always has
 * the warmer caches, or the table that the other has left behind.
 */
export async function interleave<A, B>(
  lab: Lab,
  subject: () => Promise<A>,
  reference: () => Promise<B>,
): Promise<{ subject: A[]; reference: B[] }> {
  const found: { subject: A[]; reference: B[] } = { subject: [], reference: [] };
  for (let round = 0; round < lab.options.rounds; round += 1) {
    lab.say(`round ${String(round + 1)} of ${String(lab.options.rounds)}`);
    if (round % 2 === 1) found.reference.push(await reference());
    found.subject.push(await subject());
    if (round % 2 === 0) found.reference.push(await reference());
  }
  return found;
}
