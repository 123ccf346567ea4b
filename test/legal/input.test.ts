import { describe, expect, it } from 'vitest';
import { acceptanceForm, documentAddress } from '../../src/legal/input.ts';

describe('the form', () => {
  it('counts a box as ticked only when the browser sent its value once', () => {
    expect(acceptanceForm.parse({ acceptTerms: 'on', acceptPrivacy: ['on', 'on'] })).toMatchObject({
      acceptTerms: true,
      acceptPrivacy: false,
    });
    expect(acceptanceForm.parse({ acceptTerms: '', acceptPrivacy: 'off' })).toMatchObject({
      acceptTerms: false,
      acceptPrivacy: false,
    });
  });

  it('ignores an unreadable version instead of failing', () => {
    expect(acceptanceForm.parse({ termsVersion: ['a'], privacyVersion: 'x'.repeat(21) })).toMatchObject({
      termsVersion: undefined,
      privacyVersion: undefined,
    });
  });
});

describe('the address of a text', () => {
  it.each([
    { kind: 'cookies', version: '2026-11-01' },
    { kind: 'terms', version: '1' },
    { kind: 'terms', version: "2026-11-01'--" },
    { kind: 'constructor', version: '2026-11-01' },
  ])('is not $kind/$version', (address) => {
    expect(documentAddress.safeParse(address).success).toBe(false);
  });
});
