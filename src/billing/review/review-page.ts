import type { Knex } from 'knex';
import type { Format } from '../../web/format.ts';
import { parseCursor } from '../../web/list-input.ts';
import { pageUrls } from '../../web/page-urls.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { promisedTime } from '../checkout/refusal-words.ts';
import type { Plan } from '../../plan.ts';
import { findSubscription } from '../queries.ts';
import { listSaid } from '../refunds/pages/detail-queries.ts';
import {
  listRefundsAt,
  readPaymentCase,
  type PaymentCase,
  type RefundList,
} from '../refunds/pages/payment-page.ts';
import { whatPaytrSaid, type Said } from '../refunds/pages/what-paytr-said.ts';
import { paidUntilOf, planAt } from '../subscription-state.ts';
import { judgeAcceptance, type Acceptance, type Unconfirmed } from './judge-acceptance.ts';
import { listReviewEntries, type ReviewEntry } from './queries.ts';

const ENTRIES = 'entries_';

/** A payment in review with everything that a person needs to decide about it. */
interface ReviewCase extends PaymentCase, RefundList {
  title: string;
  planNow: Plan;
  /** The end of all paid time, a smaller plan's that is paid ahead included. */
  paidUntil: Date | null;
  acceptance: Acceptance;
  /** Why it cannot be accepted now; null when it can. */
  cannotAccept: string | null;
  /** How much less was charged than ordered, in minor units. */
  lessMinor: number;
  chargedMinor: number;
  said: Said[];
  entries: ReviewEntry[];
  entryPages: ReturnType<typeof pageUrls>;
}

/** The order, and the pages of its lists that the address asks for. */
interface ReviewCaseInput {
  merchantOid: string;
  at: Date;
  title: TextKey;
  query: Record<string, unknown>;
}

/** The desk, with the page of a payment below it. */
export const REVIEW_PATH = '/admin/finance/review';

/** Reads a payment for the desk, in whatever state it is. Throws `NotFound` for an unknown order. */
export async function readReviewCase(
  db: Knex,
  format: Format,
  { merchantOid, at, title, query }: ReviewCaseInput,
): Promise<ReviewCase> {
  const found = await readPaymentCase(db, merchantOid, at);
  const { payment, totals } = found;
  const path = `${REVIEW_PATH}/${merchantOid}`;
  const [subscription, said, entries, refundList] = await Promise.all([
    findSubscription(db, payment.company_id),
    listSaid(db, payment.id),
    listReviewEntries(db, payment.id, parseCursor(query, ENTRIES)),
    listRefundsAt(db, payment.id, { path, query }),
  ]);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const acceptance = judgeAcceptance(payment, { subscription, refunds: totals, at });
  const chargedMinor = payment.charged_minor ?? payment.amount_minor;
  return {
    ...found,
    ...refundList,
    title: format.t(title),
    planNow: planAt(subscription, at),
    paidUntil: paidUntilOf(subscription),
    acceptance,
    cannotAccept: acceptance.ok ? null : whyNot(format, acceptance),
    lessMinor: Math.max(0, payment.amount_minor - chargedMinor),
    chargedMinor,
    said: whatPaytrSaid(format, said),
    entries: entries.rows,
    entryPages: pageUrls(path, {}, entries, { prefix: ENTRIES, fragment: 'entries' }),
  };
}

/** Why a charge cannot be accepted, in words. */
export function whyNot(format: Format, acceptance: Extract<Acceptance, { ok: false }>): string {
  const date = acceptance.why === 'lower_plan' ? promisedTime(format, acceptance.possibleAt) : '';
  return format.t(`review.acceptNot_${acceptance.why}`, { date });
}

/** Why the gateway does not confirm a charge, in words. */
export function unconfirmedText({ t, money }: Format, unconfirmed: Unconfirmed, currency: string): string {
  const { what } = unconfirmed;
  return t(`review.unconfirmed_${what}`, {
    message: what === 'silent' ? unconfirmed.message : '',
    currency: what === 'currency' ? unconfirmed.currency : '',
    amount: what === 'amount' ? money(unconfirmed.amountMinor, currency) : '',
  });
}
