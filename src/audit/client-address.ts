import { isIP } from 'node:net';

/**
 * One spelling for one address: `::ffff:203.0.113.7` becomes `203.0.113.7`, a zone (`%eth0`) is dropped. Null when the
 * text is no address at all, so that an unusable header can never make a row fail.
 */
export function normaliseAddress(text: string | undefined | null): string | null {
  if (text === undefined || text === null) return null;
  const address = text.trim().replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address)?.[1];
  if (mapped !== undefined && isIP(mapped) === 4) return mapped;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (hex?.[1] !== undefined && hex[2] !== undefined)
    return dotted(parseInt(hex[1], 16), parseInt(hex[2], 16));
  return isIP(address) === 0 ? null : address;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
