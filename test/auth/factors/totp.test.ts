import { describe, expect, it } from 'vitest';
import { matchingStep, newTotpSecret, totpCode, totpKey, totpUri } from '../../../src/auth/factors/totp.ts';
import {
  CODES,
  isRecoveryCode,
  newRecoveryCodes,
  recoveryCodeHash,
} from '../../../src/auth/factors/recovery-code.ts';

/** RFC 6238, appendix B: the secret and the codes of SHA-1, eight digits. */
const RFC_SECRET = Buffer.from('12345678901234567890');
const at = (seconds: number): Date => new Date(seconds * 1000);

describe('codes of an authenticator app', () => {
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('are those of RFC 6238 at second %i', (seconds, code) => {
    expect(totpCode(RFC_SECRET, at(seconds), 8)).toBe(code);
    expect(totpCode(RFC_SECRET, at(seconds))).toBe(code.slice(2));
    expect(matchingStep(RFC_SECRET, code.slice(2), at(seconds))).toBe(Math.floor(seconds / 30));
  });

  it('count for a step before and after their own, and no further', () => {
    const code = totpCode(RFC_SECRET, at(3000));
    const taken = [2939, 2969, 2970, 3000, 3029, 3030, 3059, 3060].map((now) =>
      matchingStep(RFC_SECRET, code, at(now)),
    );
    expect(taken).toEqual([null, null, 100, 100, 100, 100, 100, null]);
  });

  it.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('are not %j', (code) => {
    expect(matchingStep(RFC_SECRET, code, at(3000))).toBeNull();
  });

  it('come of a secret of 160 random bits, which an app takes as a picture or by hand', () => {
    const secrets = new Set(Array.from({ length: 50 }, () => newTotpSecret().toString('hex')));
    expect(secrets.size).toBe(50);
    expect([...secrets].every((hex) => hex.length === 40)).toBe(true);
    expect(totpKey(RFC_SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const uri = new URL(totpUri(RFC_SECRET, 'ada@example.com'));
    expect(uri.protocol + decodeURIComponent(uri.pathname)).toContain('otpauth:');
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({
      issuer: 'YouAreCoder',
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});

describe('recovery codes', () => {
  it('are ten, random and more than 112 bits long', () => {
    const codes = Array.from({ length: 30 }, newRecoveryCodes).flat();
    expect(codes).toHaveLength(30 * CODES);
    expect(new Set(codes).size).toBe(codes.length);
    const letters = new Set(codes.join('').replaceAll('-', ''));
    expect(24 * Math.log2(letters.size)).toBeGreaterThan(112);
    expect(codes.every(isRecoveryCode)).toBe(true);
  });

  it('are kept by a hash that needs the secret of the app, the person and the code, however it is typed', () => {
    const hash = recoveryCodeHash('secret', 1, 'abcde-fghjk-mnpqrst');
    expect(recoveryCodeHash('secret', 1, ' ABCDE fghjk mnpqrst')).toBe(hash);
    expect(recoveryCodeHash('secret', 2, 'abcde-fghjk-mnpqrst')).not.toBe(hash);
    expect(recoveryCodeHash('other', 1, 'abcde-fghjk-mnpqrst')).not.toBe(hash);
    expect(recoveryCodeHash('secret', 1, 'abcde-fghjk-mnpqrsu')).not.toBe(hash);
  });
});
