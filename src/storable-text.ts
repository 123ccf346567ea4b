/**
 * Text that Postgres can store: NUL and lone surrogates, which it refuses in text or jsonb, become U+FFFD.
 */
export function storable(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text;
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/**
 * Storable text of at most `maxLength` UTF-16 units, cut between two characters. Text from outside is cut
 * before it is stored: a long message of the payment gateway must never undo a settlement.
 */
export function boundedText(text: string, maxLength: number): string {
  const cut = storable(text.slice(0, maxLength + 1));
  return cut.length <= maxLength ? cut : cut.slice(0, maxLength).replace(/\p{Surrogate}$/u, '');
}
