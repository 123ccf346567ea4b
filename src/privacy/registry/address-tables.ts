import type { RegisteredTable } from '../purposes/activities.ts';

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
  account_locks: {
    activity: 'signIn',
    period: 'account',
    people: { person: 'account_locks.user_id = :user' },
    personal: {
      link: ['user_id'],
      contact: ['email'],
      network: ['ip_address', 'user_agent'],
      activity: ['locked_at', 'locked_until', 'handled_at', 'opened_at'],
      credential: ['token_hash', 'opened_device_hash'],
    },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash', 'opened_device_hash'] },
  },
  recovery_requests: {
    activity: 'signIn',
    period: 'account',
    people: {
      person: 'recovery_requests.user_id = :user',
      operator: 'recovery_requests.requested_by = :user or recovery_requests.cancelled_by = :user',
    },
    personal: {
      link: ['user_id', 'company_id', 'requested_by', 'cancelled_by'],
      words: ['reason'],
      network: ['objection_ip', 'objection_user_agent'],
      activity: ['requested_at', 'sent_at', 'cancelled_at', 'objected_at'],
      credential: ['objection_token_hash'],
    },
    about: { operator: ['requested_by', 'cancelled_by'] },
    notPersonal: ['id', 'due_at'],
    withheld: { secret: ['objection_token_hash'], others: ['reason'] },
  },
  factor_resets: {
    activity: 'signIn',
    period: 'account',
    people: {
      person: 'factor_resets.user_id = :user',
      operator:
        'factor_resets.requested_by = :user or factor_resets.approved_by = :user or factor_resets.cancelled_by = :user',
    },
    personal: {
      link: ['user_id', 'company_id', 'requested_by', 'approved_by', 'cancelled_by'],
      words: ['reason', 'channel', 'identity_check'],
      network: ['objection_ip', 'objection_user_agent'],
      activity: ['requested_at', 'approved_at', 'cancelled_at', 'objected_at', 'expired_at'],
      credential: ['objection_token_hash'],
    },
    about: { operator: ['requested_by', 'approved_by', 'cancelled_by'] },
    notPersonal: ['id', 'due_at', 'expires_at'],
    withheld: { secret: ['objection_token_hash'], others: ['reason', 'channel', 'identity_check'] },
  },
} as const satisfies Record<string, RegisteredTable>;
