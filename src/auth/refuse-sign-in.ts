import type { Knex } from 'knex';
import { loginEntry } from '../audit/audit-entries.ts';
import type { AuditReason } from '../audit/reasons.ts';
import { recordRefusedAttempt } from '../audit/security/refused-attempts.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { credentials } from './input.ts';
import { attemptKey } from './known-device.ts';
import { findUserByEmail } from './queries.ts';

/** Why a sign-in was refused before the password was checked. */
type SignInRefusal = 'malformed' | 'rate-limited' | 'unreadable';

/**
 * Records a sign-in that was refused before the password was checked. Refusals by a limit share one row a
 * window, with a count. `email` is the field as sent, of any type and length; when it is somebody's address,
 * the row is about that person.
 */
export async function refuseSignIn(
  db: Knex,
  context: RequestContext,
  input: {
    email: unknown;
    reason: SignInRefusal;
    deviceToken: string | null;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const email = asText(input.email);
  const parsed = credentials.shape.email.safeParse(email);
  const person = parsed.success ? await findUserByEmail(db, parsed.data) : undefined;
  await recordRefusedSignIn(db, context, {
    email: parsed.success ? parsed.data : email,
    person,
    reason: input.reason,
    isKnownDevice:
      parsed.success &&
      (await attemptKey(db, { email: parsed.data, deviceToken: input.deviceToken })).isKnownDevice,
    details: { ...(email.length > 320 ? { email_length: email.length } : {}), ...input.details },
  });
}

/**
 * The number of attempts of a window that are kept one by one when nobody has the address: they are in
 * nobody's evidence.
 */
export const KEPT_OF_NOBODY = 20;

/** The number of rows for reasons that the lock bounds, such as a wrong password: one for each attempt. */
const ALL = 1000;

/** How many attempts of a window have rows of their own. Refusals by a limit are only counted. */
const OWN_ROWS: Record<string, number> = {
  locked: 0,
  'rate-limited': 0,
  malformed: 1,
  unreadable: 1,
  'unknown-email': 1,
  'wrong-passkey': 1,
  'counter-went-back': 1,
};

/**
 * Records a sign-in attempt that was refused. The actor is unknown even when the address belongs to somebody:
 * the row is about that person, not by them. A wrong password is counted and noted like an unknown address,
 * so that both take the same statements and the same time.
 */
export async function recordRefusedSignIn(
  db: Knex,
  context: RequestContext,
  input: {
    email: string;
    person: { id: number; company_id: number | null } | undefined;
    reason: AuditReason;
    isKnownDevice: boolean;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const { email, person, reason, isKnownDevice, details } = input;
  const ownRows = OWN_ROWS[reason] ?? ALL;
  await recordRefusedAttempt(db, context, {
    kind: 'sign-in-refused',
    ownRows: ownRows > 0 && person === undefined ? KEPT_OF_NOBODY : ownRows,
    entry: loginEntry({
      success: false,
      email,
      userId: person?.id ?? null,
      companyId: person?.company_id ?? null,
      actorType: 'anonymous',
      reason,
      details: { known_device: isKnownDevice, ...details },
    }),
  });
}

/** A field sent twice arrives as a list. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(String).join(', ') : '';
}
