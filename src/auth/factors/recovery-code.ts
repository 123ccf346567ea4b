import { createHmac, hkdfSync, randomInt } from 'node:crypto';

/** Codes that a person gets at once. */
export const CODES = 10;

/** Without letters and digits that look like others. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

/** 24 of 31 characters: 118 bits. From 112 on a plain hash is enough (OWASP ASVS 5, 6.5.2). */
const LENGTH = 24;

/** New recovery codes, as they are shown: six groups of four. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    return code.replace(/.{4}(?=.)/g, '$&-');
  });
}

/**
 * The hash under which a code is kept. A code is random and long, so nobody can try them all: the slow hash
 * of passwords would protect nothing more. The key keeps a stolen dump from telling whether a code is one.
 * Spaces, hyphens and case do not matter.
 */
export function recoveryCodeHash(sessionSecret: string, userId: number, code: string): string {
  const key = Buffer.from(hkdfSync('sha256', sessionSecret, '', 'recovery-code', 32));
  return createHmac('sha256', key)
    .update(`${String(userId)}\n${plainCode(code)}`)
    .digest('hex');
}

/** True for a text that can be a recovery code. */
export function isRecoveryCode(text: string): boolean {
  return plainCode(text).length === LENGTH;
}

function plainCode(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]/g, '');
}
