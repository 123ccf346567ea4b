import type { Network } from '../networks.ts';

/** The times of a dispute at its network, in days. Every number was read in a summary, not in the rules. */
interface StageClock {
  /** The bank of the cardholder may begin until so long after the payment was processed. */
  opens: number;
  /** The same where the service was delivered later, counted from the payment all the same. */
  opensAtMost: number;
  /** The network gives the bank of the merchant so long to answer; the merchant always has less. */
  answer: number;
  /** Further rounds, each with its time to answer. */
  rounds: readonly { name: 'pre-arbitration' | 'second-presentment' | 'arbitration'; days: number }[];
}

const ALLOCATION: StageClock = {
  opens: 120,
  opensAtMost: 120,
  answer: 30,
  rounds: [
    { name: 'pre-arbitration', days: 30 },
    { name: 'arbitration', days: 10 },
  ],
};

/** Claims of a service that came late, or not: 540 days after the payment nobody may begin any more. */
const LATE_DELIVERY = ['13.1', '13.3', '13.6', '13.7'];

/** The clock of a code at its network; undefined where no public text gives one. */
export function findClock(network: Network | null, code: string | null): StageClock | undefined {
  if (network === 'visa') {
    const opensAtMost = code !== null && LATE_DELIVERY.includes(code) ? 540 : 120;
    return { ...ALLOCATION, opensAtMost };
  }
  if (network === 'mastercard')
    return { ...ALLOCATION, opensAtMost: 540, answer: 45, rounds: [{ name: 'pre-arbitration', days: 30 }] };
  // BKM's guide, as a public text quotes it.
  if (network === 'troy') return { ...ALLOCATION, opensAtMost: 540, rounds: [] };
  return network === 'amex' ? { ...ALLOCATION, opensAtMost: 540, answer: 20, rounds: [] } : undefined;
}
