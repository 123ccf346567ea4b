import { expect, it } from 'vitest';
import { boundedText } from '../src/storable-text.ts';

it('leaves a text that fits as it is', () => {
  expect(boundedText('Ödeme 👍', 10)).toBe('Ödeme 👍');
});

it('cuts a long text to its bound', () => {
  expect(boundedText('x'.repeat(1_000_000), 500)).toHaveLength(500);
});

it('never keeps half a character', () => {
  expect(boundedText('ab👍', 3)).toBe('ab');
});

it('replaces what Postgres cannot store', () => {
  expect(boundedText('a\0b\uD800c', 10)).toBe('a\uFFFDb\uFFFDc');
});
