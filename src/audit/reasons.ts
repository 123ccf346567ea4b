/**
 * Every reason that an audit row can give in `error_message`, with what it means. A reason is never renamed,
 * since old rows bear it. Gateways add their own words after a colon: `declined: 6 card is blocked`.
 */
export const auditReasons = {
  'wrong-password': 'The password was not the one of the account',
  'wrong-code': 'The code was of no authenticator app or recovery code of the account, or it had been used',
  'wrong-passkey': 'The answer of the passkey was not good',
  'counter-went-back': 'The passkey has been used fewer times than before: it, or its answer, was copied',
  'unknown-email': 'Nobody has the attempted address',
  'same-person': 'Whoever asked for something may not approve it, nor the person whom it is about',
  'too-early': 'The waiting time was not over',
  locked: 'Sign-in with this address is locked after too many wrong passwords',
  'rate-limited': 'More attempts than a limit allows; no password was looked at',
  malformed: 'What was sent is no sign-in',
  unreadable: 'What was received could not be read',
  'bad-signature': 'The signature is not by this key over what was to be signed',
  'unexpected-error': 'A fault of ours',
  deactivated: 'The access of the person has ended',
  'new-password-needed': 'The password was right, but opens nothing until a new one is set',
  revoked: 'The access token was withdrawn',
  expired: 'The access token is too old',
  'insufficient-scope': 'The access token may not do this (details.required_scope)',
  own: 'The person has this key already',
  taken: 'Somebody else has this key',
  'too-many': 'The limit of what one person can have is reached',
  'too-often': 'More attempts than a limit allows',
  'subscription-lapsed': 'The paid time or the trial of the company is over',
  'plan-limit': 'The plan allows no more',
  'over-limit': 'The plan has no room for it any more: it is kept, and closed',
  'name-taken': 'Another workspace of the company has the name',
  'no-free-port': 'Every port for workspaces is in use',
  'no-address': 'The port of the workspace has no address',
  'not-running': 'The workspace was not running',
  'no-command': 'No command is configured that starts workspaces',
  'cannot-start': 'The program could not be started',
  ended: 'The program ended right after its start',
  'not-listening': 'The program did not answer in time',
  stopped: 'The workspace was stopped',
  'cannot-stop': 'The program could not be stopped',
  'cannot-destroy': 'The data could not be erased; it is tried again',
  'unknown-host': 'No workspace has the address',
  'no-pass': 'No permission to enter came with the request',
  'signed-out': 'The browser had signed out',
  'not-allowed': 'The person may not enter the workspace',
  'no-second-factor': 'A second factor is required, and the person has set none up',
  'not-accepted': 'The person has not accepted the current terms',
  lapsed: 'The paid time or the trial of the company is over',
  away: 'The workspace could not be reached',
  'cross-site': 'The request came from another site',
  'no-workspace': 'No workspace has the name that was asked for',
  'unknown-key': 'Nobody has the SSH key',
  'unknown-connection': 'The connection to go on with is not known',
  several: 'Several workspaces have the name that was asked for',
  'reader-gone': 'The reader closed the connection',
  'reader-idle': 'The reader took nothing for too long',
  'reader-slow': 'The reader took too little for too long',
  failed: 'A fault of ours',
  'no-public-address': 'The gateway wants a public address of the buyer, and there is none',
  refused: 'The gateway refused',
  unreachable: 'The gateway could not be reached',
  timeout: 'The gateway did not answer in time',
  declined: 'The card was declined; the gateway’s code and words follow',
  amount_unreadable: 'The charged amount could not be read',
  amount_below_order: 'Less was charged than ordered',
  amounts_differ: 'The gateway, when asked, names other amounts',
  currency_mismatch: 'The charge is in another currency than the order',
  test_payment: 'A test payment, nothing was charged',
  refunded: 'The gateway reports a refund',
  lower_plan: 'A larger plan had been paid for meanwhile',
  upgrade_ahead: 'It would upgrade paid months of a smaller plan',
  too_far_ahead: 'It would reach more than twelve months ahead',
  'not-charged': 'There is no charge that could be given back',
  'too-much': 'More than is left of the payment',
  'nothing-left': 'Everything has been given back',
  'under-way': 'Another refund of the payment is under way',
  'in-dispute': 'The money is in dispute at the bank',
  'never-answered': 'The process ended before the answer of the gateway was written down',
  'not-confirmed': 'The gateway does not confirm the charge as the order has it',
  'gave-up': 'The gateway could not do it for too long',
  paid_time_changed: 'The paid time that an upgrade was counted for had changed',
} as const;

export type AuditReason = keyof typeof auditReasons;

/** A reason, optionally followed by a colon and the gateway's own words. */
export type AuditReasonText = AuditReason | `${AuditReason}: ${string}`;

/**
 * Splits the text of a row into a reason and the words after it. Null when it does not begin with a known
 * reason.
 */
export function readReason(text: string): { reason: AuditReason; words: string | null } | null {
  const [, code = '', words] = /^([a-z][a-z_-]*)(?:: ([\s\S]*))?$/.exec(text) ?? [];
  if (!isReason(code)) return null;
  return { reason: code, words: words === undefined || words.trim() === '' ? null : words.trim() };
}

function isReason(code: string): code is AuditReason {
  return Object.hasOwn(auditReasons, code);
}

/**
 * Causes of events that were not refused, as `details.cause`, `details.because` or `details.reason` names
 * them.
 */
export const auditCauses = [
  'closed',
  'idle',
  'signed-out',
  'stopped',
  'revoked',
  'replaced',
  'app-shutdown',
  'deleted',
  'deactivated',
  'lapsed',
  'over-limit',
  'token-revoked',
  'key-removed',
  'not-allowed',
  'no-second-factor',
  'not-accepted',
  'connection-lost',
  'workspace-deleted',
  'unused',
  'subscription-lapsed',
  'owner-deactivated',
  'disk-full',
  'memory-full',
  'left-running',
  'newer-order',
  'no-longer-fits',
  'refunded',
  'disputed',
  'password-changed',
  'account-secured',
] as const;
export type AuditCause = (typeof auditCauses)[number];
