import type { RegisteredTable } from '../purposes/activities.ts';

/** Signing in by browser and by program, and the counters that protect it. */
export const signInTables = {
  login_locks: {
    activity: 'protection',
    period: 'lock',
    // The key is the SHA-256 of the address, or of the address with a known device (auth/known-device.ts).
    people: {
      address: `login_locks.key = encode(sha256(convert_to(:email, 'UTF8')), 'hex')
        or login_locks.key in (select encode(sha256(convert_to(:email || E'\\n' || known_devices.id, 'UTF8')), 'hex')
                               from known_devices where known_devices.user_id = :user)`,
    },
    personal: { link: ['key'], activity: ['failed_count', 'locked_until', 'updated_at'] },
    notPersonal: [],
    withheld: { repeated: ['key'] },
  },
  known_devices: {
    activity: 'signIn',
    period: 'device',
    people: { person: 'known_devices.user_id = :user' },
    personal: {
      link: ['user_id'],
      network: ['user_agent', 'ip_address'],
      activity: ['created_at', 'last_used_at', 'forgotten_at', 'trusted_until'],
      credential: ['token_hash'],
    },
    notPersonal: ['id'],
    withheld: { secret: ['token_hash'] },
  },
  browser_sessions: {
    activity: 'signIn',
    period: 'browserSession',
    people: { person: `browser_sessions.sess -> 'passport' ->> 'user' = :user::text` },
    personal: {
      credential: ['sid'],
      link: ['user_id'],
      network: ['ip_address', 'user_agent'],
      activity: ['sess', 'expire', 'signed_in_at', 'last_seen_at'],
    },
    notPersonal: [],
    withheld: { secret: ['sid'] },
    json: {
      sess: {
        personal: ['passport', 'signedInAt', 'proof', 'pending'],
        // A notice for the next page, which may name a colleague.
        others: ['flash'],
        notPersonal: ['cookie', 'csrf', 'version'],
      },
    },
  },
  rate_limits: {
    activity: 'protection',
    period: 'day',
    // The name of the limit, then the number of an account, or a hash of its address (auth/known-device.ts).
    people: {
      person: `split_part(rate_limits.key, ':', 2) in (:user::text, encode(sha256(convert_to(:email, 'UTF8')), 'hex'))`,
    },
    personal: { link: ['key'], activity: ['points'] },
    notPersonal: ['expire'],
  },
  access_tokens: {
    activity: 'credentials',
    period: 'account',
    people: { person: 'access_tokens.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id'],
      words: ['name'],
      credential: ['token_hash', 'scopes'],
      network: ['last_used_ip'],
      activity: ['created_at', 'last_used_at', 'revoked_at'],
    },
    notPersonal: ['id', 'expires_at'],
    withheld: { secret: ['token_hash'] },
  },
  ssh_keys: {
    activity: 'credentials',
    period: 'account',
    people: { person: 'ssh_keys.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id'],
      words: ['label'],
      credential: ['key_type', 'key_blob', 'fingerprint'],
      network: ['last_used_ip'],
      activity: ['created_at', 'last_used_at', 'removed_at', 'proven_at'],
    },
    notPersonal: ['id'],
  },
  api_idempotency_keys: {
    activity: 'credentials',
    period: 'apiKey',
    people: { person: 'api_idempotency_keys.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id'],
      words: ['key'],
      activity: ['fingerprint', 'answer', 'created_at'],
    },
    notPersonal: ['expires_at'],
    // The workspace as the program was told of it stands among the workspaces.
    withheld: { repeated: ['fingerprint', 'answer'] },
  },
} as const satisfies Record<string, RegisteredTable>;
