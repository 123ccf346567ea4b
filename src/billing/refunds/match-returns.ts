import type { ReturnedMoney } from '../paytr/paytr.ts';
import type { Refund } from './queries.ts';

/** How a list of the gateway stands to the refunds that we know of. */
interface MatchedReturns {
  /** Ours, under way, and made by the gateway. */
  made: Refund[];
  /** Ours, under way, and not in the list. */
  notListed: Refund[];
  /** Money given back that no row of ours stands for. */
  foreign: ReturnedMoney[];
}

/**
 * Compares the gateway's whole list of money given back for a payment with our rows.
 *
 * 1. A refund of ours is recognised by its `reference_no` and its amount, and by nothing else.
 * 2. One of ours that is done and not in the list stands for an entry of the same amount without a name: the
 *    gateway may not have named it.
 * 3. Every other entry was made without us. Rows of the panel are taken off by their amounts: the gateway
 *    writes dates in two ways, and has no number for an entry that is always there.
 */
export function matchReturns(refunds: readonly Refund[], listed: readonly ReturnedMoney[]): MatchedReturns {
  const left = [...listed];
  const takes = (refund: Refund, isIt: (entry: ReturnedMoney) => boolean): boolean => {
    const index = left.findIndex((entry) => entry.amountMinor === refund.amount_minor && isIt(entry));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  };
  const takesOwn = (refund: Refund): boolean =>
    takes(refund, ({ referenceNo }) => referenceNo !== null && referenceNo === refund.reference_no);
  const underWay = refunds.filter(({ state }) => state === 'sent' || state === 'unknown');
  const made = underWay.filter(takesOwn);
  const done = refunds.filter(({ source, state }) => source === 'ours' && state === 'done');
  const unnamed = done.filter((refund) => !takesOwn(refund));
  unnamed.forEach((refund) => takes(refund, ({ referenceNo }) => referenceNo === null));
  refunds.filter(({ source }) => source === 'panel').forEach((refund) => takes(refund, () => true));
  return { made, notListed: underWay.filter((refund) => !made.includes(refund)), foreign: left };
}
