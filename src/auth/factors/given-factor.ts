import type { GivenFactor } from './verify-factor.ts';

/** Longer than any code; what is cut off makes it wrong. */
const CODE_MAX = 60;

/** The second factor of a form, from its fields of these names. Null when neither has anything in it. */
export function givenFactor(body: unknown, names: { code: string; passkey: string }): GivenFactor | null {
  const fields = (body ?? {}) as Record<string, unknown>;
  const textOf = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const given = { code: textOf(names.code).slice(0, CODE_MAX), passkey: textOf(names.passkey) };
  return given.code === '' && given.passkey === '' ? null : given;
}
