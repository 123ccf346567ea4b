import type { SandboxState } from '../sandbox-state.ts';
import { type Delivery, type Transaction, isAcknowledged, nextDeliveryAt } from '../transactions.ts';
import type { Chaos } from './chaos.ts';

/** The longest that a notification waits to be overtaken, in intervals: there may be no later payment. */
const INTERVALS_FOR_OTHERS = 10;

/** How the sandbox posts, and how long it waits between two notifications of one payment. */
interface Posting {
  retrySeconds: number;
  /** Posts once, and notes it. */
  post: (transaction: Transaction) => Promise<Delivery>;
}

/**
 * Notifies the merchant of a payment by its fate. Nothing is sent or noted before it is due.
 */
export async function notify(
  state: SandboxState,
  transaction: Transaction,
  posting: Posting,
): Promise<Delivery> {
  const { chaos } = state;
  const fate = chaos?.fateOf(transaction);
  if (!isNotificationDue(state, transaction, posting.retrySeconds))
    return unsent(state.now(), 'chaos: later');
  const isFirst = transaction.deliveries.length === 0;
  if (isFirst && fate !== undefined) state.log(`chaos: callback ${transaction.merchantOid} ${fate}`);
  if (isFirst && fate === 'lost') {
    const lost = unsent(state.now(), 'chaos: lost');
    transaction.deliveries.push(lost);
    return lost;
  }
  if (isFirst && fate === 'repeated') {
    const [first] = await Promise.all([posting.post(transaction), posting.post(transaction)]);
    return first;
  }
  const delivery = await posting.post(transaction);
  if (isFirst && fate === 'unheard' && delivery.acknowledged) {
    delivery.acknowledged = false;
    delivery.error = 'chaos: unheard';
  }
  return delivery;
}

/** Whether the clock and the payment's fate want a notification now. */
export function isNotificationDue(
  state: SandboxState,
  transaction: Transaction,
  retrySeconds: number,
): boolean {
  const { chaos } = state;
  const now = state.now();
  if (!transaction.finishedAt || (chaos && isHeld(state, chaos, transaction, retrySeconds))) return false;
  if (chaos?.fateOf(transaction) === 'repeated' && isAcknowledged(transaction)) {
    const [, second, third] = transaction.deliveries;
    return third === undefined && second !== undefined && now >= after(second.at, retrySeconds);
  }
  const at = nextDeliveryAt(transaction, retrySeconds);
  return at !== undefined && at <= now;
}

function isHeld(state: SandboxState, chaos: Chaos, transaction: Transaction, retrySeconds: number): boolean {
  const { finishedAt, deliveries } = transaction;
  const fate = chaos.fateOf(transaction);
  if (!finishedAt || deliveries.length > 0) return false;
  if (fate === 'late')
    return state.now() < after(finishedAt, chaos.intervalsLate(transaction) * retrySeconds);
  if (fate !== 'overtaken' || state.now() >= after(finishedAt, INTERVALS_FOR_OTHERS * retrySeconds))
    return false;
  return !state.transactions.some(
    (other) =>
      other !== transaction &&
      other.finishedAt !== undefined &&
      other.finishedAt >= finishedAt &&
      other.deliveries.some(({ status }) => status !== null),
  );
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}

function unsent(at: Date, error: string): Delivery {
  return { at, status: null, body: '', contentType: '', acknowledged: false, error };
}
