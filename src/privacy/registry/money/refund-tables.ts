import type { RegisteredTable } from '../../purposes/activities.ts';

const OF_PAYER = 'in (select id from payments where user_id = :user)';

/** Refunds, reversals, and what operators decided about charges in review. */
export const refundTables = {
  refunds: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: `refunds.payment_id ${OF_PAYER}`,
      requester: 'refunds.requested_by = :user',
      confirmer: 'refunds.confirmed_by = :user',
      closer: 'refunds.closed_by = :user',
    },
    personal: {
      link: ['payment_id', 'company_id', 'reference_no', 'requested_by', 'confirmed_by', 'closed_by'],
      payment: ['amount_minor', 'currency', 'state', 'policy', 'ends_paid_time'],
      words: ['reason', 'close_reason'],
      activity: ['requested_at', 'confirmed_at', 'decided_at'],
    },
    about: { requester: ['requested_by'], confirmer: ['confirmed_by'], closer: ['closed_by'] },
    notPersonal: [
      'id',
      'source',
      'sent_at',
      'times_sent',
      'send_again_at',
      'asks',
      'asked_at',
      'ask_again_at',
      'not_listed_at',
      'gateway_code',
      'gateway_message',
      'gateway_date',
    ],
    // The words of an operator may name others.
    withheld: { others: ['close_reason'] },
  },
  payment_status_answers: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: `payment_status_answers.payment_id ${OF_PAYER}`,
      asker: 'payment_status_answers.asked_by = :user',
    },
    personal: {
      link: ['payment_id', 'company_id', 'asked_by'],
      payment: ['is_charged', 'facts'],
      activity: ['asked_at'],
    },
    about: { asker: ['asked_by'] },
    notPersonal: ['id'],
    json: {
      facts: {
        personal: [
          'payment_amount_minor',
          'payment_total_minor',
          'currency',
          'payment_date',
          'masked_pan',
          'card_brand',
          'returns',
        ],
        others: [],
        notPersonal: ['test_mode', 'reason', 'gateway_message'],
      },
    },
  },
  payment_reviews: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: `payment_reviews.payment_id ${OF_PAYER}`,
      decider: 'payment_reviews.decided_by = :user',
    },
    personal: {
      link: ['payment_id', 'company_id', 'decided_by'],
      payment: ['decision', 'review_reason'],
      words: ['note'],
      activity: ['decided_at'],
    },
    about: { decider: ['decided_by'] },
    notPersonal: ['id'],
    // An operator's own note, which may name others.
    withheld: { others: ['note'] },
  },
  reversals: {
    activity: 'invoices',
    period: 'books',
    people: {
      buyer: `reversals.company_id = (select company_id from users where id = :user and role = 'admin')
        and reversals.payment_id ${OF_PAYER}`,
    },
    personal: {
      billing: ['buyer', 'reversal_no', 'invoice_no'],
      link: ['refund_id', 'invoice_id', 'payment_id', 'company_id'],
      payment: ['plan', 'period_start', 'period_end', 'currency', 'total_minor', 'tax_minor', 'issued_at'],
    },
    notPersonal: ['id', 'year', 'number', 'tax_percent', 'seller'],
    json: {
      buyer: {
        personal: ['name', 'address', 'phone', 'email', 'taxOffice', 'taxNumber'],
        others: [],
        notPersonal: [],
      },
    },
  },
} as const satisfies Record<string, RegisteredTable>;
