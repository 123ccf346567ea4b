/** Stands where the address of somebody else was. */
const MASK = '[…]';

const ADDRESS = /[^\s@"(),:;<>[\]\\]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

/** A value with every e-mail address but the person's own masked, in all texts within it. */
export function maskOthers<Value>(value: Value, ownEmail: string): Value {
  return mask(value, ownEmail) as Value;
}

function mask(value: unknown, ownEmail: string): unknown {
  if (typeof value === 'string')
    return value.includes('@')
      ? value.replace(ADDRESS, (address) => (address.toLowerCase() === ownEmail ? address : MASK))
      : value;
  if (Array.isArray(value)) return value.map((item) => mask(item, ownEmail));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, ownEmail)]));
}
