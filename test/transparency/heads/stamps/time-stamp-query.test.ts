import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeQuery, randomNonce } from '../../../../src/transparency/heads/stamps/time-stamp-query.ts';

const digest = createHash('sha256').update('a head').digest();

describe('a question for a time stamp', () => {
  it('has the bytes of the published example', () => {
    const head = Buffer.from('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328', 'hex');
    expect(encodeQuery(head, Buffer.from('0102030405060708', 'hex')).toString('hex')).toBe(
      '30430201013031300d0609608648016503040201050004205dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff460432802080102030405060708' +
        '0101ff',
    );
  });

  it('has a nonce of eight bytes that is never shortened or read as negative', () => {
    for (let count = 0; count < 300; count += 1) expect(encodeQuery(digest, randomNonce())).toHaveLength(69);
  });
});
