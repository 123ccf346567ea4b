import { describe, expect, it } from 'vitest';
import { acceptanceForm, documentAddress, localPath } from '../../src/legal/input.ts';

describe('the way back after accepting', () => {
  it.each([
    '/',
    '/workspace',
    '/workspace/7?tab=usage#top',
    '/admin/audit?q=%E2%82%BA&from=2026-11-01',
    '/.//x',
  ])('may be the page %s of this site', (path) => {
    const back = localPath(path);
    expect(back).toBe(path);
    expect(new URL(back ?? '', 'https://here.example.com').host).toBe('here.example.com');
  });

  it.each([
    'https://evil.example.com/',
    'HTTPS:/evil.example.com',
    '//evil.example.com',
    '///evil.example.com',
    '/\\evil.example.com',
    '\\/evil.example.com',
    '\\\\evil.example.com',
    '/\t/evil.example.com',
    '/\n/evil.example.com',
    '\t//evil.example.com',
    ' //evil.example.com',
    '/ /evil.example.com',
    '/\u0000/evil.example.com',
    '/ü',
    '/\u2028/evil.example.com',
    'javascript:alert(1)',
    'data:text/html,x',
    'workspace',
    '',
    `/${'a'.repeat(2000)}`,
    ['/workspace'],
    { toString: '/workspace' },
    null,
    undefined,
    7,
  ])('is not %j', (value) => {
    expect(localPath(value)).toBeNull();
  });

  it('never resolves to another host, whatever odd character follows the slash', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      for (const path of [
        `/${String.fromCharCode(code)}/evil.example.com`,
        `/${String.fromCharCode(code)}evil`,
      ]) {
        const back = localPath(path) ?? '/';
        expect(new URL(back, 'https://here.example.com').host).toBe('here.example.com');
      }
    }
  });
});

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
