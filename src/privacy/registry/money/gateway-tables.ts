import type { RegisteredTable } from '../../purposes/activities.ts';

const OF_PAYER = 'in (select id from payments where user_id = :user)';

/** The payment service's own lists, as far as they are about a person's payment, and what did not add up. */
export const gatewayTables = {
  gateway_movements: {
    activity: 'payments',
    period: 'books',
    people: { payer: `gateway_movements.payment_id ${OF_PAYER}` },
    personal: {
      link: ['merchant_oid', 'payment_id'],
      payment: [
        'kind',
        'day',
        'amount_minor',
        'paid_minor',
        'currency',
        'installment_count',
        'payment_type',
        'card_brand',
        'masked_card',
      ],
    },
    // Our commission is no fact about the payer.
    notPersonal: ['id', 'report_id', 'ordinal', 'net_minor', 'fee_minor'],
  },
  gateway_payout_lines: {
    activity: 'payments',
    period: 'books',
    people: { payer: `gateway_payout_lines.payment_id ${OF_PAYER}` },
    personal: {
      link: ['merchant_oid', 'payment_id'],
      payment: ['day', 'currency', 'amount_minor'],
    },
    notPersonal: ['id', 'report_id', 'ordinal'],
  },
  finance_differences: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: `finance_differences.payment_id ${OF_PAYER}`,
      operator: 'finance_differences.closed_by = :user',
    },
    personal: {
      link: ['about', 'payment_id', 'company_id', 'closed_by'],
      payment: ['kind', 'currency', 'ours_minor', 'theirs_minor'],
      words: ['note'],
      activity: ['found_at', 'closed_at'],
    },
    about: { operator: ['closed_by'] },
    notPersonal: ['id', 'last_seen_at', 'gone_at'],
    // The words of an operator may name others.
    withheld: { others: ['note'] },
  },
} satisfies Record<string, RegisteredTable>;
