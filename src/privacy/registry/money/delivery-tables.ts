import type { RegisteredTable } from '../../purposes/activities.ts';

/** Use of workspaces by the payment that paid for it. */
export const deliveryTables = {
  payment_deliveries: {
    activity: 'payments',
    period: 'evidence',
    people: { person: 'payment_deliveries.user_id = :user' },
    personal: {
      link: ['user_id', 'session_id', 'company_id', 'payment_id'],
      activity: ['session_started_at', 'from_at', 'to_at', 'proven_seconds', 'at_most_seconds'],
    },
    notPersonal: ['kind', 'is_final'],
    withheld: { repeated: ['user_id', 'company_id', 'session_started_at'] },
  },
  payment_readiness: {
    activity: 'payments',
    period: 'evidence',
    people: { payer: 'payment_readiness.payment_id in (select id from payments where user_id = :user)' },
    personal: {
      link: ['payment_id', 'company_id'],
      payment: ['exposed_minor', 'currency'],
      activity: ['missing', 'against'],
    },
    notPersonal: ['assessed_at', 'exposed_try_minor', 'risk', 'weight', 'families', 'undefended', 'serious'],
    // An assessment of ours, made of records that the copy has.
    withheld: { repeated: ['company_id', 'exposed_minor', 'currency', 'missing', 'against'] },
  },
} as const satisfies Record<string, RegisteredTable>;
