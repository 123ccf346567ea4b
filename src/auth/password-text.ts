/**
 * A password as it is hashed and compared, whatever keyboard it was typed on: RFC 8265, section 4.2
 * (OpaqueString). Spaces of other scripts become the plain one, and letters typed in parts (macOS) become
 * one; case and everything else stay.
 */
export function normalisePassword(typed: string): string {
  return typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/** True when a password holds what OpaqueString forbids: control characters and halves of characters. */
export function hasForbiddenCharacters(password: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(password);
}

/**
 * Other forms of the same password, for hashes from before passwords were normalised: as it was typed now,
 * and in parts. None for a password in ASCII.
 */
export function olderForms(typed: string): string[] {
  const normal = normalisePassword(typed);
  const forms = new Set([typed, typed.normalize('NFD'), normal.normalize('NFD')]);
  forms.delete(normal);
  return [...forms];
}
