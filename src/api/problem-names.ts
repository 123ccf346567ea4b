/** Every problem that the API answers with, and its status. A shipped name never changes its meaning. */
export const problemStatus = {
  'malformed-request': 400,
  'invalid-token': 401,
  forbidden: 403,
  'insufficient-scope': 403,
  'acceptance-required': 403,
  'second-factor-required': 403,
  'subscription-lapsed': 403,
  'plan-limit': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'name-taken': 409,
  'session-ended': 409,
  'not-running': 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'invalid-input': 422,
  'idempotency-key-reused': 422,
  'rate-limited': 429,
  unexpected: 500,
  'no-free-port': 503,
  'start-failed': 503,
} as const;

export type ProblemName = keyof typeof problemStatus;
