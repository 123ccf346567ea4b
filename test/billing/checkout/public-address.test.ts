import { expect, it } from 'vitest';
import { isPublicAddress } from '../../../src/billing/checkout/public-address.ts';

it.each([
  '8.8.8.8',
  '100.63.255.255',
  '172.15.0.1',
  '172.32.0.1',
  '203.0.113.10',
  '198.51.100.7',
  '2001:db8::1',
  '2a00:1450::1',
  '::ffff:203.0.113.10',
])('takes %s for a customer on the internet', (ip) => {
  expect(isPublicAddress(ip)).toBe(true);
});

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.1.1',
  '100.64.0.1',
  '100.127.255.255',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fd00::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '',
  'localhost',
  '203.0.113.10, 10.0.0.1',
  '203.0.113.999',
])('does not take "%s" for one', (ip) => {
  expect(isPublicAddress(ip)).toBe(false);
});
