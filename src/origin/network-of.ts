import { isIP } from 'node:net';
import { plainAddress } from './find-country.ts';

/**
 * The network of an address, as one word: the first 16 bits of an IPv4 address, the first 40 of an IPv6
 * one. A connection at home or a phone changes its address within such a network, and seldom leaves it.
 * Null for an address that says nothing about a place.
 */
export function networkOf(address: string | null): string | null {
  const plain = plainAddress(address);
  if (plain === null) return null;
  if (isIP(plain) === 4) return plain.split('.').slice(0, 2).join('.');
  const [first = '0', second = '0', third = '0'] = groupsOf(plain);
  return `${first}:${second}:${third.padStart(4, '0').slice(0, 2)}`;
}

/** The groups of an IPv6 address before and at a `::`, which stands for zeros. */
function groupsOf(address: string): string[] {
  const [head = ''] = address.split('::');
  return head
    .toLowerCase()
    .split(':')
    .filter((group) => group !== '');
}
