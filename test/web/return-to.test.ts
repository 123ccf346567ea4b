import { describe, expect, it } from 'vitest';
import { safeReturnTo } from '../../src/web/return-to.ts';

describe('the way back after a form', () => {
  it.each([
    '/',
    '/workspace',
    '/workspace/7?tab=usage#top',
    '/admin/audit?q=%E2%82%BA&from=2026-11-01',
    '/.//x',
  ])('may be the page %s of this site', (path) => {
    const back = safeReturnTo(path);
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
    expect(safeReturnTo(value)).toBeNull();
  });

  it('never resolves to another host, whatever odd character follows the slash', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      for (const path of [
        `/${String.fromCharCode(code)}/evil.example.com`,
        `/${String.fromCharCode(code)}evil`,
      ]) {
        const back = safeReturnTo(path) ?? '/';
        expect(new URL(back, 'https://here.example.com').host).toBe('here.example.com');
      }
    }
  });
});
