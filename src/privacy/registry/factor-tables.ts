import type { RegisteredTable } from '../purposes/activities.ts';

/** Second factors: what a person has besides the password, and what a company asks of its people. */
export const factorTables = {
  totp_secrets: {
    activity: 'signIn',
    period: 'untilUsed',
    people: { person: 'totp_secrets.user_id = :user' },
    personal: {
      link: ['user_id'],
      credential: ['sealed_secret'],
      activity: ['created_at', 'confirmed_at', 'last_used_at', 'last_step'],
    },
    notPersonal: ['id'],
    withheld: { secret: ['sealed_secret'] },
  },
  passkeys: {
    activity: 'signIn',
    period: 'untilUsed',
    people: { person: 'passkeys.user_id = :user' },
    personal: {
      link: ['user_id'],
      words: ['name'],
      credential: ['credential_id', 'public_key', 'transports', 'is_synced'],
      activity: ['created_at', 'last_used_at', 'counter'],
    },
    notPersonal: ['id'],
    withheld: { secret: ['credential_id', 'public_key'] },
  },
  passkey_challenges: {
    activity: 'signIn',
    period: 'day',
    people: { person: 'passkey_challenges.user_id = :user' },
    personal: { link: ['user_id'], credential: ['challenge_hash'] },
    notPersonal: ['purpose', 'expires_at'],
    withheld: { secret: ['challenge_hash'] },
  },
  recovery_codes: {
    activity: 'signIn',
    period: 'untilUsed',
    people: { person: 'recovery_codes.user_id = :user' },
    personal: { link: ['user_id'], credential: ['code_hash'], activity: ['created_at', 'used_at'] },
    notPersonal: ['id'],
    withheld: { secret: ['code_hash'] },
  },
  second_factor_policies: {
    activity: 'protection',
    period: 'withEvidence',
    people: { setter: 'second_factor_policies.set_by = :user' },
    personal: { link: ['set_by'], activity: ['set_at'] },
    notPersonal: ['company_id', 'required_from'],
  },
} as const satisfies Record<string, RegisteredTable>;
