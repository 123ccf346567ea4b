/**
 * A password in the form that is hashed and compared, independent of the keyboard: RFC 8265, section 4.2
 * (OpaqueString). Spaces of other scripts become the plain space, and letters typed in parts (macOS) become
 * one. Case and everything else stay.
 */
export function normalisePassword(typed: string): string {
  return typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/**
 * True when a password has characters that OpaqueString forbids: control characters and halves of characters.
 */
export function hasForbiddenCharacters(password: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(password);
}

/**
 * Other forms of the same password, for hashes from before passwords were normalised: as typed, and
 * decomposed. Empty for a password in ASCII.
 */
export function olderForms(typed: string): string[] {
  const normal = normalisePassword(typed);
  const forms = new Set([typed, typed.normalize('NFD'), normal.normalize('NFD')]);
  forms.delete(normal);
  return [...forms];
}
