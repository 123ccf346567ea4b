import type { Ce3Payment, Ce3Rules, DeliveryAddress } from './ce3-input.ts';
import type { Ce3Element } from './ce3-decision.ts';
import { publicAddress } from './public-address.ts';

const MIN_DEVICE_ID = 15;
const MIN_FINGERPRINT = 20;
const MIN_PROPERTIES = 2;

/** The values of a payment that can be compared, in that form. With several of one, any may agree. */
type Identifiers = Record<Ce3Element, string[]>;

/** Brings the identifiers of a payment into the form to compare; unusable ones are left out. */
export function identifiersOf(payment: Ce3Payment, rules: Ce3Rules): Identifiers {
  const found = (value: string | null): string[] => (value === null ? [] : [value]);
  return {
    ip: found(publicAddress(payment.ip, rules.own_networks)),
    device: rules.use_device
      ? [...found(deviceId(payment.device_id)), ...found(fingerprint(payment.fingerprint))]
      : [],
    login: found(loginId(payment.login_id)),
    address: found(deliveryAddress(payment.delivery_address)),
  };
}

/** True when nothing was recorded of an element, so that somebody might still supply it. */
export function isUnknown(payment: Ce3Payment, element: Ce3Element): boolean {
  if (element === 'ip') return payment.ip === null;
  return element === 'login' && payment.login_id === null;
}

/** A login in clear text that its owner recognises. A hash is none, nor a number that we gave inside. */
function loginId(text: string | null): string | null {
  const plain = text?.trim().normalize('NFC') ?? '';
  if (plain === '' || looksHashed(plain) || /^\d{1,9}$/.test(plain)) return null;
  return /^[^\s@]+@[^\s@]+$/.test(plain) ? plain.toLowerCase() : plain;
}

function deviceId(text: string | null): string | null {
  const plain = text?.trim() ?? '';
  return plain.length < MIN_DEVICE_ID || looksHashed(plain) ? null : `id ${plain}`;
}

function fingerprint(print: Ce3Payment['fingerprint']): string | null {
  const plain = print?.value.trim() ?? '';
  return print === null || plain.length < MIN_FINGERPRINT || print.properties < MIN_PROPERTIES
    ? null
    : `print ${plain}`;
}

/** Lengths of MD5, SHA-1, SHA-256 and SHA-512, in hexadecimal or base64. */
function looksHashed(text: string): boolean {
  const plain = text.replace(/^(md5|sha-?\d+)[:$]/i, '');
  return (
    plain !== text ||
    /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(plain) ||
    /^[A-Za-z0-9+/_-]{43}=?$/.test(plain) ||
    /^\$(2[aby]|argon2)/.test(plain)
  );
}

function deliveryAddress(address: DeliveryAddress | null): string | null {
  if (address === null) return null;
  const { street, city, state, postal_code, country } = address;
  const parts = [street, city, state, postal_code, country].map((part) =>
    part.trim().replaceAll(/\s+/g, ' ').normalize('NFC').toLocaleLowerCase('tr'),
  );
  return parts.includes('') ? null : parts.join('\n');
}
