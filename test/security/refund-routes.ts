import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { buildPayment, type Cast } from '../support/programs/build.ts';
import { invoiceOf, reading, staffOnly } from './finance-routes.ts';
import type { RouteRule } from './route-matrix.ts';

const ownTest = (file: string): { none: string } => ({ none: `see ${file}` });

type BuiltPayment = Awaited<ReturnType<typeof buildPayment>>;

const paidOrder = async (db: Knex, { acme, alice }: Cast, overrides = {}): Promise<BuiltPayment> => {
  const at = new Date();
  const paid = { status: 'success', charged_minor: 149_900, decided_at: at, paid_at: at };
  return buildPayment(db, { company_id: acme.id, user_id: alice.id, ...paid, ...overrides });
};

const orderInReview = (db: Knex, cast: Cast): Promise<BuiltPayment> =>
  paidOrder(db, cast, {
    status: 'review',
    plan: 'enterprise',
    review_reason: 'amount_below_order',
    charged_minor: 100_000,
    paid_at: null,
  });

/** The address of a refund of Acme's, asked for by Olivia. */
const refundOf = async (db: Knex, cast: Cast, overrides = {}): Promise<string> => {
  const { id, merchant_oid } = await paidOrder(db, cast);
  const [row] = await db('refunds')
    .insert({
      payment_id: id,
      company_id: cast.acme.id,
      source: 'ours',
      reference_no: `R${randomUUID().replaceAll('-', '')}`,
      amount_minor: 1000,
      currency: 'TRY',
      state: 'requested',
      policy: 'goodwill',
      reason: 'The service was away',
      ends_paid_time: false,
      requested_by: cast.olivia.id,
      requested_at: new Date(),
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  return `/admin/finance/payments/${merchant_oid}/refunds/${row!.id}`;
};

/** A refund without an outcome, of which PayTR has said that it does not know it. */
const unknownRefund = (db: Knex, cast: Cast): Promise<string> =>
  refundOf(db, cast, {
    state: 'unknown',
    confirmed_by: cast.olivia.id,
    confirmed_at: new Date(),
    sent_at: new Date(Date.now() - 7_200_000),
    times_sent: 1,
    not_listed_at: new Date(),
  });

const panelRefund = (db: Knex, cast: Cast): Promise<string> =>
  refundOf(db, cast, {
    source: 'panel',
    state: 'done',
    decided_at: new Date(),
    ...Object.fromEntries(
      ['reference_no', 'policy', 'reason', 'ends_paid_time', 'requested_by'].map((name) => [name, null]),
    ),
  });

const reversalOf = async (db: Knex, cast: Cast): Promise<number> => {
  const invoice_id = await invoiceOf(db, cast);
  const { payment_id, ...invoice } = await db('invoices')
    .where('id', invoice_id)
    .first<{ payment_id: number } & Record<string, unknown>>(
      ...['payment_id', 'company_id', 'year', 'number', 'issued_at', 'invoice_no', 'plan', 'period_start'],
      ...['period_end', 'currency', 'total_minor', 'tax_minor', 'tax_percent', 'buyer', 'seller'],
    );
  const [refund] = await db('refunds')
    .insert({
      payment_id,
      company_id: cast.acme.id,
      source: 'panel',
      amount_minor: 149_900,
      currency: 'TRY',
      state: 'done',
      requested_at: new Date(),
      decided_at: new Date(),
    })
    .returning<{ id: number }[]>('id');
  const reversal_no = `REV2026${String(invoice_id).padStart(9, '0')}`;
  const [row] = await db('reversals')
    .insert({ ...invoice, payment_id, invoice_id, refund_id: refund!.id, reversal_no })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

/** The routes of refunds, reversals and the review desk. */
export const refundRules: RouteRule[] = [
  {
    route: 'GET /admin/finance/payments/:order',
    target: async (db, cast) => ({
      path: `/admin/finance/payments/${(await paidOrder(db, cast)).merchant_oid}`,
    }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/finance/payments/:order/ask',
    target: async (db, cast) => ({
      path: `/admin/finance/payments/${(await paidOrder(db, cast)).merchant_oid}/ask`,
      form: {},
    }),
    expect: staffOnly(401, 303),
    audit: 'payment_status_asked',
    forStaff: 'the store at the payment service is the platform’s',
  },
  {
    route: 'POST /admin/finance/payments/:order/refunds',
    target: async (db, cast) => ({
      path: `/admin/finance/payments/${(await paidOrder(db, cast)).merchant_oid}/refunds`,
      form: { extent: 'full', policy: 'goodwill', reason: 'The service was away', paidTime: 'stays' },
    }),
    expect: staffOnly(401, 303),
    audit: 'refund_requested',
    forStaff: 'the platform gives its own money back',
  },
  {
    route: 'GET /admin/finance/payments/:order/refunds/:id',
    target: async (db, cast) => ({ path: await refundOf(db, cast) }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/finance/payments/:order/refunds/:id/confirm',
    // One that is over: whatever goes to PayTR leaves two rows.
    target: async (db, cast) => ({
      path: `${await refundOf(db, cast, { state: 'withdrawn', decided_at: new Date() })}/confirm`,
      form: {},
    }),
    expect: staffOnly(401, 303),
    audit: ownTest('test/billing/refunds/pages/payments-router.test.ts'),
    forStaff: 'the platform gives its own money back',
  },
  {
    route: 'POST /admin/finance/payments/:order/refunds/:id/withdraw',
    target: async (db, cast) => ({ path: `${await refundOf(db, cast)}/withdraw`, form: {} }),
    expect: staffOnly(401, 303),
    audit: 'refund_withdrawn',
    forStaff: 'the platform gives its own money back',
  },
  {
    route: 'POST /admin/finance/payments/:order/refunds/:id/close',
    target: async (db, cast) => ({
      path: `${await unknownRefund(db, cast)}/close`,
      form: { note: 'Not in the panel' },
    }),
    expect: staffOnly(401, 303),
    audit: 'refund_closed',
    forStaff: 'only the platform sees the panel of the payment service',
  },
  {
    route: 'POST /admin/finance/payments/:order/refunds/:id/effect',
    target: async (db, cast) => ({
      path: `${await panelRefund(db, cast)}/effect`,
      form: { policy: 'legal', reason: 'Ordered by a court', paidTime: 'stays' },
    }),
    expect: staffOnly(401, 303),
    audit: 'refund_effect_decided',
    forStaff: 'the refund was made by the platform',
  },
  {
    route: 'GET /admin/finance/review',
    target: () => ({ path: '/admin/finance/review' }),
    expect: staffOnly(303, 200),
    audit: reading,
  },
  ...['', '/accept'].map((step): RouteRule => ({
    route: `GET /admin/finance/review/:order${step}`,
    target: async (db, cast) => ({
      path: `/admin/finance/review/${(await orderInReview(db, cast)).merchant_oid}${step}`,
    }),
    expect: staffOnly(303, 200),
    audit: reading,
  })),
  ...['accept', 'close'].map((step): RouteRule => ({
    route: `POST /admin/finance/review/:order/${step}`,
    target: async (db, cast) => ({
      path: `/admin/finance/review/${(await orderInReview(db, cast)).merchant_oid}/${step}`,
      form: {},
    }),
    expect: staffOnly(401, 422),
    audit: ownTest('test/billing/review/review.test.ts'),
  })),
  {
    route: 'POST /admin/finance/review/:order/note',
    target: async (db, cast) => ({
      path: `/admin/finance/review/${(await orderInReview(db, cast)).merchant_oid}/note`,
      form: { note: 'Waiting for the bank' },
    }),
    expect: staffOnly(401, 303),
    audit: 'payment_review_noted',
    forStaff: 'the platform decides about charges that do not fit',
  },
  {
    route: 'GET /billing/reversals/:id',
    target: async (db, cast) => ({ path: `/billing/reversals/${await reversalOf(db, cast)}` }),
    expect: { stranger: 303, bob: 403, alice: 200, charlie: 404, olivia: 200 },
    audit: reading,
  },
];
