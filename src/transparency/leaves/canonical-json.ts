/**
 * The one text of a JSON value by RFC 8785: keys in the order of their UTF-16 code units, no white space,
 * strings and numbers as ECMAScript writes them. Throws on what is no I-JSON (RFC 7493): numbers that are not
 * finite, lone surrogates, and values that JSON does not know. A key whose value is undefined is left out.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`not a JSON number: ${String(value)}`);
    // -0 becomes 0.
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || !isPlain(value)) throw new Error(`not a JSON value: ${typeof value}`);
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(inner)}`;
  }
  return `{${text}}`;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

/** Nothing that JSON would escape: such a text is its own JSON. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Error('text with a lone surrogate');
  return JSON.stringify(text);
}
