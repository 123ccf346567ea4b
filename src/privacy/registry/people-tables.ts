import type { RegisteredTable } from '../purposes/activities.ts';

/** Accounts, companies and how people came into them. */
export const peopleTables = {
  users: {
    activity: 'account',
    period: 'account',
    people: { person: 'users.id = :user' },
    personal: {
      link: ['id', 'company_id'],
      contact: ['email'],
      identity: ['full_name', 'role'],
      credential: ['password_hash'],
      preference: ['locale', 'time_zone'],
      activity: [
        'created_at',
        'deactivated_at',
        'last_login_at',
        'email_confirmed_at',
        'password_blocked_at',
        'second_factor_at',
      ],
    },
    notPersonal: ['holds_email', 'session_version'],
    withheld: { secret: ['password_hash'] },
  },
  // The name of a company, and its address here, may be the name of its owner.
  companies: {
    activity: 'account',
    period: 'account',
    people: { member: 'companies.id = (select company_id from users where id = :user)' },
    personal: { identity: ['name', 'subdomain'] },
    notPersonal: ['id', 'created_at'],
  },
  membership_periods: {
    activity: 'account',
    period: 'account',
    people: { person: 'membership_periods.user_id = :user' },
    personal: { link: ['user_id', 'company_id'], activity: ['started_at', 'ended_at'] },
    notPersonal: ['id'],
  },
  invitations: {
    activity: 'account',
    period: 'withEvidence',
    people: {
      invited: 'invitations.email = :email or invitations.accepted_user_id = :user',
      inviter: 'invitations.invited_by = :user',
    },
    personal: {
      contact: ['email'],
      identity: ['role'],
      link: ['company_id', 'invited_by', 'accepted_user_id'],
      activity: ['created_at', 'accepted_at', 'revoked_at', 'handed_over_by'],
      credential: ['token_hash'],
    },
    about: { inviter: ['invited_by', 'created_at'], invited: ['created_at'] },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash'] },
  },
  password_reset_requests: {
    activity: 'signIn',
    period: 'untilUsed',
    people: { claimed: 'password_reset_requests.email = :email' },
    personal: {
      contact: ['email'],
      network: ['ip_address', 'user_agent'],
      activity: ['requested_at', 'request_id'],
    },
    notPersonal: ['id'],
  },
  password_resets: {
    activity: 'signIn',
    period: 'account',
    people: { person: 'password_resets.user_id = :user' },
    personal: {
      link: ['user_id', 'requested_by'],
      activity: ['created_at', 'ended_at'],
      credential: ['token_hash'],
    },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash'] },
  },
} as const satisfies Record<string, RegisteredTable>;
