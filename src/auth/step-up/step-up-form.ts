import { givenFactor } from '../factors/given-factor.ts';
import type { GivenFactor } from '../factors/verify-factor.ts';

/** Names of this form's own fields begin so, and those of no other form do. */
const OWN = 'stepUp';

/** A proof as it was sent. */
export interface GivenProof {
  password: string;
  /** Null when no second factor was sent. */
  factor: GivenFactor | null;
}

/** Takes this form's own fields out of a body. Null when they were not sent: another form was. */
export function takeProof(body: unknown): GivenProof | null {
  const fields = (body ?? {}) as Record<string, unknown>;
  const own = Object.keys(fields).filter((name) => name.startsWith(OWN));
  if (own.length === 0) return null;
  const { stepUpPassword } = fields;
  const factor = givenFactor(fields, { code: 'stepUpCode', passkey: 'stepUpPasskey' });
  for (const name of own) Reflect.deleteProperty(fields, name);
  return { password: typeof stepUpPassword === 'string' ? stepUpPassword : '', factor };
}

/**
 * The fields that another form sent, to be sent again behind the proof. Never its token, which the page has
 * anew, and no password, which no page gets back.
 */
export function carriedFields(body: unknown): [name: string, value: string][] {
  return Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== '_csrf' && !/password/i.test(name))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one] as const))
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}
