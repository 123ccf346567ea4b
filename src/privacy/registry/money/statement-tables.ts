import type { RegisteredTable } from '../../purposes/activities.ts';

/** Usage statements and the answers of their readers. */
export const statementTables = {
  usage_statement_links: {
    activity: 'mails',
    period: 'withEvidence',
    people: { reader: 'usage_statement_links.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'statement_id', 'not_me_payment_id'],
      activity: ['not_me_at', 'cancelled_at'],
      credential: ['token_hash'],
    },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash'] },
  },
} as const satisfies Record<string, RegisteredTable>;
