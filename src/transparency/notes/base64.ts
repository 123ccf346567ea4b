/**
 * The bytes of a base64 text in its only right form: padded, with no sign too many (RFC 4648 §4). Null for
 * any other text, so that one note has one text.
 */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
