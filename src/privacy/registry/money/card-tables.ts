import type { RegisteredTable } from '../../purposes/activities.ts';

/** Cards that the payment service keeps for a company, and their charges. */
export const cardTables = {
  stored_cards: {
    activity: 'payments',
    period: 'books',
    people: { holder: 'stored_cards.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'first_payment_id'],
      credential: ['sealed_tokens'],
      payment: ['closed_at', 'removal_cause'],
      activity: ['stored_at', 'removal_asked_at', 'removed_at'],
    },
    notPersonal: ['id', 'key_id', 'removal_tries', 'removal_due_at', 'removal_problem'],
    withheld: { secret: ['sealed_tokens'] },
  },
  card_renewals: {
    activity: 'payments',
    period: 'books',
    people: { holder: 'card_renewals.card_id in (select id from stored_cards where user_id = :user)' },
    personal: {
      link: ['company_id', 'card_id'],
      payment: ['plan', 'currency', 'amount_minor', 'price_facts', 'state', 'ended_as'],
      activity: ['due_at', 'announced_at', 'charge_from', 'decided_at'],
    },
    notPersonal: ['price_list_id', 'tries', 'next_try_at'],
  },
  card_charges: {
    activity: 'payments',
    period: 'books',
    people: { holder: 'card_charges.payment_id in (select id from payments where user_id = :user)' },
    personal: {
      link: ['payment_id', 'company_id', 'card_id'],
      payment: ['due_at', 'answer', 'gateway_message'],
      activity: ['sent_at'],
    },
    notPersonal: [],
  },
} as const satisfies Record<string, RegisteredTable>;
