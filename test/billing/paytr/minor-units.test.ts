import { describe, expect, it } from 'vitest';
import { formatMajor, parseMajor } from '../../../src/billing/paytr/minor-units.ts';

describe('formatMajor', () => {
  it.each([
    [0, '0.00'],
    [1, '0.01'],
    [99, '0.99'],
    [100, '1.00'],
    [12050, '120.50'],
    [100000000, '1000000.00'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
  ])('writes %i minor units as %s', (minor, major) => {
    expect(formatMajor(minor)).toBe(major);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses %d, which is no amount', (minor) => {
    expect(() => formatMajor(minor)).toThrow('minor units');
  });
});

describe('parseMajor', () => {
  it.each([
    ['10,8', 1080],
    ['10.8', 1080],
    ['120.50', 12050],
    ['19.99', 1999],
    ['0,07', 7],
    ['1000', 100000],
    [' 10,80 ', 1080],
    ['1.234,56', 123456],
    ['1,234,567.89', 123456789],
  ])('reads %s as %i minor units', (text, minor) => {
    expect(parseMajor(text)).toBe(minor);
  });

  it.each([
    '',
    'abc',
    '-1',
    '1.234',
    '10.999',
    '1e3',
    '10 TL',
    ',5',
    '12.',
    '10000000000,01',
    '99999999999999999',
  ])('does not guess what "%s" means', (text) => {
    expect(parseMajor(text)).toBeNull();
  });
});
