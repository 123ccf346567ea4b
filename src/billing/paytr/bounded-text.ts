/**
 * Text from outside made fit to keep: at most `maxLength` UTF-16 units, never half a character, and without
 * NUL or lone surrogates, which Postgres refuses in text and jsonb. A long gateway text must never undo a
 * settlement.
 */
export function boundedText(text: string, maxLength: number): string {
  const storable = text.slice(0, maxLength + 1).replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
  if (storable.length <= maxLength) return storable;
  return storable.slice(0, maxLength).replace(/\p{Surrogate}$/u, '');
}
