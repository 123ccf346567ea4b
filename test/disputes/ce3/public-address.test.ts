import { describe, expect, it } from 'vitest';
import { publicAddress } from '../../../src/disputes/ce3/public-address.ts';

describe('a public address', () => {
  it.each([
    ['85.105.10.20', '85.105.10.20'],
    [' ::ffff:85.105.10.20 ', '85.105.10.20'],
    ['::FFFF:5569:0A14', '85.105.10.20'],
    ['0:0:0:0:0:ffff:85.105.10.20', '85.105.10.20'],
    ['2A02:0FF0:0000:0000:0000:0000:0000:00A1', '2a02:ff0::a1'],
    ['172.32.0.1', '172.32.0.1'],
    ['100.128.0.1', '100.128.0.1'],
  ])('%s is compared as %s', (text, expected) => {
    expect(publicAddress(text)).toBe(expected);
  });

  it.each([
    ...['0.1.2.3', '10.0.0.5', '100.64.0.1', '127.0.0.1', '169.254.3.4', '172.16.0.1', '172.31.255.255'],
    ...['192.0.2.7', '192.168.1.1', '198.18.0.1', '198.51.100.7', '203.0.113.5', '224.0.0.1', '240.0.0.1'],
    ...['255.255.255.255', '::', '::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1'],
    ...['2001:db8::1', '3fff::1', '::ffff:10.0.0.5', '::ffff:a00:5', '085.105.10.20', '85.105.10', '', 'x'],
    'a'.repeat(64),
  ])('%s is none', (text) => {
    expect(publicAddress(text)).toBeNull();
  });

  it('is none of our own networks, whether they are written as addresses or ranges', () => {
    const own = ['85.105.10.20', '2a02:ff0::/32'];
    expect(publicAddress('85.105.10.20', own)).toBeNull();
    expect(publicAddress('::ffff:85.105.10.20', own)).toBeNull();
    expect(publicAddress('2a02:ff0:1::a1', own)).toBeNull();
    expect(publicAddress('85.105.10.21', own)).toBe('85.105.10.21');
  });
});
