import type { RegisteredTable } from './activities.ts';

/** Addresses of accounts: the proofs that somebody reads their mail, and how they changed. */
export const addressTables = {
  email_confirmations: {
    activity: 'signIn',
    period: 'account',
    people: { person: 'email_confirmations.user_id = :user' },
    personal: {
      link: ['user_id'],
      contact: ['email'],
      network: ['ip_address', 'user_agent'],
      activity: ['created_at', 'ended_at', 'confirmed_at', 'how', 'request_id'],
      credential: ['token_hash'],
    },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash'] },
  },
  email_change_requests: {
    activity: 'signIn',
    period: 'account',
    people: { person: 'email_change_requests.user_id = :user' },
    personal: {
      link: ['user_id'],
      contact: ['old_email', 'new_email'],
      network: ['ip_address', 'user_agent'],
      activity: ['requested_at', 'ended_at'],
      credential: ['token_hash'],
    },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash'] },
  },
  email_changes: {
    activity: 'signIn',
    period: 'account',
    people: { person: 'email_changes.user_id = :user' },
    personal: {
      link: ['user_id'],
      contact: ['old_email', 'new_email'],
      network: ['ip_address', 'user_agent'],
      activity: ['changed_at', 'how', 'request_id', 'back_ended_at'],
      credential: ['back_token_hash'],
    },
    notPersonal: ['id', 'back_until'],
    withheld: { secret: ['back_token_hash'] },
  },
} as const satisfies Record<string, RegisteredTable>;
